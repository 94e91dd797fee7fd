"""`draft_issue`: the next draft with the shortlist placed; prints its number and nothing else."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from digest.assembly import DraftExistsError, draft


class Command(BaseCommand):
    """Called twice it answers twice with the same number: the draft that is open."""

    help = "Make the next draft, dated to the next publishing day, and print its number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="the day printed on the issue")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            issue = draft(by=None, now=timezone.now(), date=_date(options["date"]))
        except DraftExistsError as error:
            self.stderr.write(str(error))
            issue = error.issue
        self.stdout.write(str(issue.number))


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandError(f"{text} is no date: write it as 2026-11-27.") from error
