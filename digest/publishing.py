"""Publishing: the approved artefact becomes public, whole or not at all, and only once."""

from datetime import datetime
from typing import TYPE_CHECKING

from digest.errors import IssueError
from digest.models import Issue

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotApprovedError(IssueError):
    """The issue is a draft: there is no approved artefact to publish."""


class EditedSinceError(IssueError):
    """The issue is no longer what was approved."""


def publish(
    issue: Issue, *, by: "User | None", now: datetime, mail_at: datetime | None = None
) -> None:
    """Publish the approved artefact. `mail_at` None: it is never mailed.

    Raises NotApprovedError, AlreadyPublishedError, EditedSinceError.
    """
    raise NotImplementedError


def schedule(
    issue: Issue, *, by: "User | None", publish_at: datetime | None, mail_at: datetime | None = None
) -> None:
    """Let the clock publish an approved issue; None takes it back. Raises as `publish` does."""
    raise NotImplementedError


def publish_due(now: datetime) -> list[int]:
    """Publish every approved issue whose hour has come. Answers their numbers."""
    raise NotImplementedError
