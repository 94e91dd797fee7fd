"""Approving an issue: what was seen is rendered once and frozen."""

from typing import TYPE_CHECKING

from digest.errors import IssueError
from digest.models import Issue, RenderedIssue

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AlreadyApprovedError(IssueError):
    """The issue is READY; nothing was done."""


class PreflightError(IssueError):
    """The pre-flight found blockers; the message lists them."""


def approve(issue: Issue, *, by: "User | None") -> RenderedIssue:
    """Check, render once, freeze, and mark the issue READY."""
    raise NotImplementedError


def reopen(issue: Issue, *, by: "User | None") -> bool:
    """Make a READY issue a DRAFT again. Answers False when it already was one.

    Raises AlreadyPublishedError.
    """
    raise NotImplementedError
