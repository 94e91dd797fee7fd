"""`correct_issue`: mend one item of a published issue."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digest.correcting import Correction, correct
from digest.errors import IssueError
from digest.management.finding import add_number, find


class Command(BaseCommand):
    """The admin's page does the same, for every field of an item."""

    help = "Correct an item that is out: the page and the feeds say so, the mail stays as it went."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)
        parser.add_argument("item", type=UUID, help="the item's anchor on the page")
        parser.add_argument("--note", required=True, help="what was wrong, for readers")
        for name in ("title", "url", "blurb"):
            parser.add_argument(f"--{name}", help="as it should read")
        parser.add_argument("--withdraw", action="store_true", help="off the web and the feeds")
        parser.add_argument("--no-erratum", action="store_true", help="the next issue is silent")

    def handle(self, *args: Any, **options: Any) -> None:
        named = {name: options[name] for name in ("title", "url", "blurb")}
        correction = Correction(
            uid=options["item"],
            note=options["note"],
            values={name: value for name, value in named.items() if value is not None},
            withdrawn=options["withdraw"],
            erratum=not options["no_erratum"],
        )
        issue = find(options["number"])
        try:
            rendered = correct(issue, correction, by=None)
        except IssueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Issue #{issue.number} is corrected, revision {rendered.revision}.")
