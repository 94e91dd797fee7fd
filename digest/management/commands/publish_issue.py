"""`publish_issue`: the approved artefact becomes public, and is mailed if wanted."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from digest import publishing
from digest.errors import IssueError
from digest.management.finding import add_number, find
from publication.masthead import current


class Command(BaseCommand):
    """Needs an approved issue. Without an option the hour planned on the issue counts."""

    help = "Publish an approved issue."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)
        mail = parser.add_mutually_exclusive_group()
        mail.add_argument("--mail-now", action="store_true", help="mail it at once")
        mail.add_argument("--mail-at", metavar="ISO", help="mail it then: 2026-11-27T17:00")
        mail.add_argument("--no-mail", action="store_true", help="never mail it")

    def handle(self, *args: Any, **options: Any) -> None:
        issue, now = find(options["number"]), timezone.now()
        mail_at = _hour(options, planned=issue.mail_at, now=now)
        try:
            publishing.publish(issue, by=None, now=now, mail_at=mail_at)
        except IssueError as error:
            raise CommandError(str(error)) from error
        mail = f"mailed at {mail_at:%Y-%m-%d %H:%M %Z}" if mail_at else "not mailed"
        self.stdout.write(f"Issue #{issue.number} is published, {mail}.")


def _hour(options: dict[str, Any], *, planned: datetime | None, now: datetime) -> datetime | None:
    """When to mail; an hour without a zone is meant where the publication lives."""
    if options["no_mail"]:
        return None
    if options["mail_now"]:
        return now
    if options["mail_at"] is None:
        return planned
    try:
        hour = datetime.fromisoformat(options["mail_at"])
    except ValueError as error:
        raise CommandError(
            f"{options['mail_at']} is no time: write it as 2026-11-27T17:00."
        ) from error
    return hour if hour.tzinfo else hour.replace(tzinfo=ZoneInfo(current().time_zone))
