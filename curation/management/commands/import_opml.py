"""`import_opml`: add the feeds of a list another reader wrote."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from curation import opml
from curation.outlines import OpmlError
from publication.models import Section


class Command(BaseCommand):
    """Names every line that was refused."""

    help = "Add the feeds listed in an OPML file. Feeds that are known already stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--section", metavar="SLUG", help="Suggest this section for them all.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
            imported = opml.import_opml(
                data, section=self.section(options["section"]), by=None, now=timezone.now()
            )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except OpmlError as error:
            raise CommandError(f"{options['file']}: {error}") from error
        for line, reason in imported.refused:
            self.stdout.write(f"{line}: {reason}")
        if imported.damage:
            self.stdout.write(imported.damage)
        self.stdout.write(str(imported))

    def section(self, slug: str | None) -> Section | None:
        """The section named, or None for none. Raises CommandError for one that is not there."""
        if not slug:
            return None
        try:
            return Section.objects.get(slug=slug)
        except Section.DoesNotExist as error:
            known = ", ".join(Section.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no section {slug}. There are: {known}.") from error
