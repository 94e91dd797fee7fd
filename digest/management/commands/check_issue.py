"""`check_issue`: what the pre-flight finds, a line each; exit 1 on a blocker nobody let pass."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from digest import preflight, visiting
from digest.management.finding import add_number, find


class Command(BaseCommand):
    """Changes nothing in the issue: it may be run as often as one likes."""

    help = "Look an issue over before it is approved, its links too."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)
        parser.add_argument(
            "--no-links", action="store_true", help="ask nobody: say what was seen before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find(options["number"])
        if not options["no_links"]:
            visiting.visit_issue(issue, now=timezone.now(), tell=self._tell)
        report = preflight.inspect(issue)
        for finding in report.findings:
            self.stdout.write(f"{finding.level}: {finding.text} [{finding.code}]")
            if finding.override:
                pass_ = finding.override
                self.stdout.write(f"  let pass by {pass_.by_name}: {pass_.reason}")
        if report.blockers:
            count = len(report.blockers)
            raise CommandError(
                f"Issue #{issue.number} cannot be approved: {count} blocker{'s'[: count > 1]}."
            )
        self.stdout.write(f"Issue #{issue.number} has no blocker.")

    def _tell(self, done: int, count: int) -> None:
        """Where somebody watches, how far it is."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {count} links", ending="\n" if done == count else "")
