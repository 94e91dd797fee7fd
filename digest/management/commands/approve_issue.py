"""`approve_issue`: render once and freeze what will be published and mailed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digest import approval
from digest.errors import IssueError
from digest.management.finding import add_number, find


class Command(BaseCommand):
    """The desk's button does the same."""

    help = "Approve an issue: what it is now is what will go out."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find(options["number"])
        try:
            rendered = approval.approve(issue, by=None)
        except IssueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Issue #{issue.number} is approved, revision {rendered.revision}.")
