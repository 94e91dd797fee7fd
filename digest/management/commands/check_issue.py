"""`check_issue`: what the pre-flight finds, a line each; exit 1 on a blocker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digest import preflight
from digest.management.finding import add_number, find


class Command(BaseCommand):
    """Changes nothing: it may be run as often as one likes."""

    help = "Look an issue over before it is approved."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find(options["number"])
        report = preflight.inspect(issue)
        for finding in report.findings:
            self.stdout.write(f"{finding.level}: {finding.text}")
        if report.blockers:
            count = len(report.blockers)
            raise CommandError(
                f"Issue #{issue.number} cannot be approved: {count} blocker{'s'[: count > 1]}."
            )
        self.stdout.write(f"Issue #{issue.number} has no blocker.")
