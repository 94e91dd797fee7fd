"""`restore`: a backup in the place of what is there."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import BackupError, restore
from delivery.models import Mailing
from toolbox.urls import absolute_url


class Command(BaseCommand):
    """Stop the web and worker processes first. All or nothing."""

    help = "Put a backup in the place of what is in this install. Needs the release that made it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Give up what is in an install that is in use."
        )

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        tell = self.tell if options["verbosity"] > 1 else None
        try:
            count = restore(file, replace=replace, tell=tell)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} rows restored from {file}")
        for mailing in Mailing.objects.filter(state=Mailing.State.PAUSED).exclude(hold_reason=""):
            page = absolute_url("admin:delivery_mailing_change", mailing.pk)
            self.stdout.write(f"{mailing} is on hold. {mailing.hold_reason} {page}")

    def tell(self, table: str, count: int) -> None:
        self.stdout.write(f"  {table}: {count}")
