"""What the commands on one issue share: its number on the command line."""

from django.core.management.base import CommandError, CommandParser

from digest.models import Issue


def add_number(parser: CommandParser) -> None:
    """The one argument they all take."""
    parser.add_argument("number", type=int, metavar="NUMBER", help="the issue's number")


def find(number: int) -> Issue:
    """The issue. Raises CommandError, which ends the command with one line."""
    issue = Issue.objects.filter(number=number).first()
    if issue is None:
        raise CommandError(f"There is no issue #{number}.")
    return issue
