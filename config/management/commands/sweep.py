"""`sweep`: one look for what has come due, for those who run a clock of their own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.clock import tick


class Command(BaseCommand):
    """Finds and enqueues; the workers do it."""

    help = "Look once for what is due in every room. `worker` does this every few seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        report = tick(timezone.now())
        for line in report.done:
            self.stdout.write(line)
        if report.failed:
            raise CommandError("\n".join(report.failed))
