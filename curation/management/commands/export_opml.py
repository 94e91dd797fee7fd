"""`export_opml`: all feeds, for other readers and for safe keeping."""

from typing import Any

from django.core.management.base import BaseCommand

from curation import opml
from publication.masthead import current


class Command(BaseCommand):
    """Writes to the standard output."""

    help = "Write all feeds as OPML 2.0."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(opml.export_opml(current().name), ending="")
