"""Approving an issue: what was seen is rendered once and frozen."""

from typing import TYPE_CHECKING

from django.db import transaction

from digest import preflight
from digest.errors import AlreadyPublishedError, IssueError
from digest.fingerprint import fingerprint
from digest.models import Issue, RenderedIssue
from publication.access import record, require

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from digest.rendering import Rendering


class AlreadyApprovedError(IssueError):
    """The issue is READY; nothing was done."""


class PreflightError(IssueError):
    """The pre-flight found blockers; the message lists them, `report` holds all it found."""

    def __init__(self, report: preflight.Report) -> None:
        lines = " ".join(finding.text for finding in report.blockers)
        super().__init__(f"The issue cannot be approved yet. {lines}")
        self.report = report


@transaction.atomic
def approve(issue: Issue, *, by: "User | None") -> RenderedIssue:
    """Check, render once, freeze, and mark the issue READY.

    Raises PreflightError, AlreadyApprovedError, AlreadyPublishedError.
    """
    require(by, "digest.approve_issue")
    claimed = _claim(issue)
    report = preflight.inspect(claimed)
    if report.blockers or report.rendering is None:
        raise PreflightError(report)
    frozen = freeze(claimed, report.rendering, by)
    # What was mended since needs no excuse; the trail has kept it.
    claimed.overrides.exclude(key__in=[it.key for it in report.overridden]).delete()
    let_pass = [f"{it.override}" for it in report.overridden]
    record(by, "approved", f"issue #{claimed.number}", revision=frozen.revision, let_pass=let_pass)
    issue.state = claimed.state
    return frozen


@transaction.atomic
def reopen(issue: Issue, *, by: "User | None") -> str:
    """Make a READY issue a DRAFT again, without an hour; its artefact stays on record.

    The next approval is of other words: it must not let the clock publish them. Answers with
    what was done, in a sentence, and with nothing when it already was a draft. Raises
    AlreadyPublishedError.
    """
    require(by, "digest.change_issue")
    ready = Issue.objects.filter(pk=issue.pk, state=Issue.State.READY)
    recalled = bool(ready.filter(publish_at__isnull=False).update(publish_at=None))
    reopened = ready.update(state=Issue.State.DRAFT, mail_at=None)
    issue.refresh_from_db(fields=["state", "publish_at", "mail_at"])
    if issue.state == Issue.State.PUBLISHED:
        raise AlreadyPublishedError(f"Issue #{issue.number} is published and stays so.")
    if not reopened:
        return ""
    record(by, "reopened", f"issue #{issue.number}", hour_taken_back=recalled)
    return undone(recalled=recalled)


def undone(*, recalled: bool) -> str:
    """What a person is told who made a draft of an approved issue."""
    hour = "; its hour was taken back" if recalled else ""
    return f"The approval was undone: this issue is a draft again{hour}."


def _claim(issue: Issue) -> Issue:
    """Take the issue from DRAFT to READY; whoever comes second is told what it is now.

    The update also locks the row: nobody edits it while the artefact is made of it.
    """
    draft = Issue.objects.filter(pk=issue.pk, state=Issue.State.DRAFT)
    claimed = draft.update(state=Issue.State.READY)
    row = Issue.objects.get(pk=issue.pk)
    if claimed:
        return row
    if row.state == Issue.State.PUBLISHED:
        raise AlreadyPublishedError(f"Issue #{row.number} is published already.")
    raise AlreadyApprovedError(f"Issue #{row.number} is approved already.")


def freeze(issue: Issue, rendering: "Rendering", by: "User | None") -> RenderedIssue:
    """Keep `rendering` as the issue's next revision. Decides nothing: `approve` does."""
    last = issue.rendered.first()
    return RenderedIssue.objects.create(
        issue=issue,
        revision=last.revision + 1 if last else 1,
        fingerprint=fingerprint(issue),
        approved_by=by,
        **vars(rendering),
    )
