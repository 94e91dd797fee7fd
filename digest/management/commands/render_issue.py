"""`render_issue`: one output of an issue, to look at or to keep."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digest.errors import IssueError
from digest.management.finding import add_number, find
from digest.models import Issue, RenderedIssue
from digest.rendering import Rendering, render
from digest.values import as_json

FORMATS = {"email": "email_html", "text": "email_text", "web": "web_body"}


class Command(BaseCommand):
    """A draft is rendered as it is now; from approval on, the frozen artefact is shown."""

    help = "Print an issue as it is mailed or shown, or its items as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        add_number(parser)
        parser.add_argument("--format", choices=[*FORMATS, "json"], required=True)
        parser.add_argument("--output", metavar="FILE", type=Path, help="write it there instead")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find(options["number"])
        try:
            drawn = _drawn(issue, options["format"])
        except IssueError as error:
            raise CommandError(str(error)) from error
        if options["output"] is None:
            self.stdout.write(drawn)
            return
        try:
            options["output"].write_text(drawn, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written: {error.strerror}"
            ) from error


def _drawn(issue: Issue, output: str) -> str:
    rendered = _rendered(issue)
    if output == "json":
        return json.dumps(as_json(issue, rendered.items), ensure_ascii=False, indent=2)
    return str(getattr(rendered, FORMATS[output]))


def _rendered(issue: Issue) -> Rendering | RenderedIssue:
    return render(issue) if issue.state == Issue.State.DRAFT else issue.rendered.latest()
