"""The look over an issue before it is approved: an open list of small checks (`registry`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from digest import tree
from digest.models import Issue, Override
from digest.preflight.findings import Finding, Level, Report
from digest.preflight.registry import CHECKS
from digest.preflight.subject import Subject
from digest.preflight.whole import LARGE_MAIL, LARGEST_MAIL
from digest.rendering import RenderError, Rendering, render
from digest.tree import Tree

__all__ = ["CHECKS", "LARGEST_MAIL", "LARGE_MAIL", "Finding", "Level", "Report", "inspect"]


def inspect(issue: Issue, contents: Tree | None = None, *, now: datetime | None = None) -> Report:
    """Run every check over the issue, rendered once, and set beside each blocker who let it pass;
    of `contents` where they were read already.

    `now` decides what has passed; None is this moment. Asks nobody on the network: what was seen
    at the links is read from `Visit` (see `digest.visiting`).
    """
    contents = contents or tree.read(issue)
    rendering, failure = _render(issue, contents)
    subject = Subject(issue, contents, rendering, now or timezone.now())
    overrides = {override.key: override for override in issue.overrides.all()}
    findings = [*failure, *_look(subject)]
    return Report([_let_pass(finding, overrides) for finding in findings], rendering)


def _render(issue: Issue, contents: Tree) -> tuple[Rendering | None, list[Finding]]:
    """What cannot be rendered cannot be let pass either: `approval` needs a rendering."""
    try:
        return render(issue, contents), []
    except RenderError as error:
        return None, [Finding("rendering", Level.BLOCKER, str(error), error.block)]


def _look(subject: Subject) -> Iterator[Finding]:
    for check in CHECKS:
        for hit in check.look(subject):
            block = hit.item.block if hit.item else None
            yield Finding(check.code, check.level, hit.text, block)


def _let_pass(finding: Finding, overrides: dict[str, Override]) -> Finding:
    override = overrides.get(finding.key) if finding.level is Level.BLOCKER else None
    return replace(finding, override=override) if override else finding
