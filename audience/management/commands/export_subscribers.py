"""`export_subscribers`: everybody as a table."""

from typing import Any

from django.core.management.base import BaseCommand

from audience import exporting


class Command(BaseCommand):
    """Writes to standard output, since it is full of addresses and goes where you say."""

    help = "Print all subscribers as CSV, whatever their state; import_subscribers reads it back."

    def handle(self, *args: Any, **options: Any) -> None:
        for piece in exporting.export(by=None):
            self.stdout.write(piece, ending="")
