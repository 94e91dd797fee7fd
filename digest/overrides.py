"""Letting a blocker pass, by name: who answers for it, and why."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from digest.errors import IssueError
from digest.guards import open_for_change
from digest.models import Issue, Override
from digest.preflight import inspect
from publication.access import MACHINE, record, require
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from digest.preflight import Finding

SHORTEST, LONGEST = 10, 300
# What cannot be rendered cannot be sent, whatever anybody says.
NEVER = {"rendering", "no-item", "token", "output"}


class OverrideError(IssueError):
    """The blocker cannot be let pass like that; the message says why."""


@transaction.atomic
def let_pass(issue: Issue, key: str, *, reason: str, by: "User | None", now: datetime) -> Override:
    """Let the blocker named `key` pass in this issue. It lapses when anything else is found.

    Raises OverrideError, AlreadyPublishedError, and NotAllowedError for who may not approve.
    """
    require(by, "digest.approve_issue")
    reason = one_line(reason)
    if not SHORTEST <= len(reason) <= LONGEST:
        raise OverrideError(
            f"Say in {SHORTEST} to {LONGEST} letters why this may stay: it is kept with your name."
        )
    finding = _blocker(open_for_change(issue, by=by), key, now)
    override, _ = Override.objects.update_or_create(
        issue=issue,
        key=key,
        defaults={
            "code": finding.code,
            "text": finding.text,
            "reason": reason,
            "by": by,
            "by_name": str(by) if by else MACHINE,
            "at": now,
        },
    )
    _record(by, "let pass", override)
    return override


@transaction.atomic
def take_back(issue: Issue, key: str, *, by: "User | None") -> None:
    """Let the blocker stop the approval again. Raises as `let_pass`."""
    require(by, "digest.approve_issue")
    open_for_change(issue, by=by)
    override = Override.objects.filter(issue=issue, key=key).first()
    if override is None:
        raise OverrideError("This was not let pass, or somebody took it back already.")
    _record(by, "took back", override)
    override.delete()


def _blocker(issue: Issue, key: str, now: datetime) -> "Finding":
    found = {finding.key: finding for finding in inspect(issue, now=now).blockers}
    finding = found.get(key)
    if finding is None:
        raise OverrideError("This blocker is no longer found: look again.")
    if finding.code in NEVER:
        raise OverrideError(f"This cannot be let pass: {finding.text}")
    return finding


def _record(by: "User | None", verb: str, override: Override) -> None:
    what = {"check": override.code, "found": override.text, "reason": override.reason}
    record(by, verb, f"issue #{override.issue.number}", **what)
