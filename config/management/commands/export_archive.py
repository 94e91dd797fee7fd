"""`export_archive`: the whole archive as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.exporting import ExportError, export


class Command(BaseCommand):
    """Writes what the site answers; run it again after each issue."""

    help = "Write every public page below a folder, for any web server or CDN."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            count = export(folder, self.tell if self.stderr.isatty() else None)
        except ExportError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} pages written to {folder}")

    def tell(self, done: int, count: int) -> None:
        """One line that changes."""
        end = "\n" if done == count else ""
        self.stderr.write(f"\r{done} of {count} pages", ending=end)
