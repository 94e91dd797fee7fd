"""`import_issues`: issues that came out elsewhere, into the archive; none is mailed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from digest import past
from digest.errors import IssueError
from digest.importing import AlreadyImportedError, import_issue
from digest.past import PastIssue


class Command(BaseCommand):
    """Reads every file first: one that cannot be read stops it before anything is stored."""

    help = "Put past issues into the archive: the text of each, or JSON as render_issue writes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        issues = [(file, _read(file)) for file in options["files"]]
        refused = []
        for file, issue in sorted(issues, key=lambda pair: pair[1].date):
            try:
                self._take(issue)
            except AlreadyImportedError as error:
                self.stdout.write(str(error))
            except IssueError as error:
                refused.append(f"{file}: {error}")
        if refused:
            raise CommandError(" ".join(refused))

    def _take(self, told: PastIssue) -> None:
        issue = import_issue(told, by=None, now=timezone.now())
        count, sections = len(told.blocks), len(told.sections)
        self.stdout.write(f"#{issue.number} of {issue.date}: {count} items in {sections} sections.")
        for flag in told.flags:
            self.stdout.write(f"  Look at it: {flag}")


def _read(file: Path) -> PastIssue:
    try:
        return past.read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    except IssueError as error:
        raise CommandError(f"{file}: {error}") from error
