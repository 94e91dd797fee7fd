"""`publish_issue`: the approved artefact becomes public, and is mailed if wanted."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from digest import publishing
from digest.errors import IssueError
from digest.management.finding import add_number, find
from digest.models import Issue
from publication.masthead import current

OPTIONS = "Say --mail-now, --mail-at 2030-06-07T17:00 or --no-mail."

# A script that says "now" is a little late.
GRACE = timedelta(minutes=5)


class Command(BaseCommand):
    """Needs an approved issue, and to be told about the mail unless that was planned."""

    help = "Publish an approved issue."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)
        mail = parser.add_mutually_exclusive_group()
        mail.add_argument("--mail-now", action="store_true", help="mail it at once")
        mail.add_argument("--mail-at", metavar="ISO", help="mail it then: 2030-06-07T17:00")
        mail.add_argument("--no-mail", action="store_true", help="never mail it")

    def handle(self, *args: Any, **options: Any) -> None:
        issue, now = find(options["number"]), timezone.now()
        mail_at = _hour(options, issue, now)
        try:
            publishing.publish(issue, by=None, now=now, mail_at=mail_at)
        except IssueError as error:
            raise CommandError(str(error)) from error
        mail = f"mail goes out from {mail_at:%Y-%m-%d %H:%M %Z}" if mail_at else "not mailed"
        self.stdout.write(f"Issue #{issue.number} is published, {mail}.")


def _hour(options: dict[str, Any], issue: Issue, now: datetime) -> datetime | None:
    """When to mail: as told, else as planned. None is never, which nobody gets by leaving out."""
    if options["no_mail"]:
        return None
    if options["mail_now"]:
        return now
    if options["mail_at"] is not None:
        return _to_come(_moment(options["mail_at"]), now)
    if issue.state == Issue.State.READY and not (issue.publish_at or issue.mail_at):
        raise CommandError(f"Is issue #{issue.number} to be mailed? {OPTIONS}")
    return issue.mail_at


def _to_come(hour: datetime, now: datetime) -> datetime:
    """A year typed wrong must not mail everybody at once."""
    if hour < now - GRACE:
        raise CommandError(f"{hour:%Y-%m-%d %H:%M %Z} has passed. --mail-now mails it at once.")
    return hour


def _moment(text: str) -> datetime:
    """An hour without a zone is meant where the publication lives."""
    try:
        hour = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no time: write it as 2030-06-07T17:00.") from error
    return hour if hour.tzinfo else hour.replace(tzinfo=ZoneInfo(current().time_zone))
