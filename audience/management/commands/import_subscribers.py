"""`import_subscribers`: take in people who agreed elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audience import importing
from audience.tables import TableError
from audience.taking import Tally

TOLD_EVERY = 10_000


class Command(BaseCommand):
    """Names the refused lines and counts the rest."""

    help = (
        "Take in a CSV of subscribers: our own export, Buttondown's, Mailchimp's, or any with a "
        "column “email”. Nobody who left comes back by it, and no mail is sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Count only, change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        path, dry = options["file"], options["dry_run"]
        self.told = 0
        try:
            with path.open("rb") as file:
                tally = importing.take_in(
                    file, dry=dry, by=None, now=timezone.now(), tell=self.tell
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except TableError as error:
            raise CommandError(f"{path}: {error}") from error
        for line, reason in tally.refused:
            self.stdout.write(f"line {line}: {reason}")
        figures = ", ".join(f"{count} {label}" for label, count in tally.figures) or "nobody in it"
        self.stdout.write(f"{'Nothing changed. It would be: ' if dry else ''}{figures}")

    def tell(self, tally: Tally) -> None:
        """Show that it goes on."""
        if tally.line >= self.told + TOLD_EVERY:
            self.told = tally.line
            self.stderr.write(f"{tally.line} lines")
