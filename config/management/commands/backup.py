"""`backup`: all of this install in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import BackupError, save


class Command(BaseCommand):
    """May run while everything else goes on."""

    help = "Save every row and the uploads to a file, whatever the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = save(file, self.tell if options["verbosity"] > 1 else None)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} rows saved to {file}")
        self.stdout.write("Keep SECRET_KEY and ADDRESS_KEY with it: they are not in it.")

    def tell(self, table: str, count: int) -> None:
        self.stdout.write(f"  {table}: {count}")
