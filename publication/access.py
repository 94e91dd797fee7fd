"""Who may do what, and the trail of what was done. Stands behind every verb that matters.

A verb takes `by`: the person, or None for the machine itself (a command line, the clock). It
calls `require` before it acts and `record` in the transaction in which it acts.
"""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from publication.models import AuditEntry
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
    from django.db.models import QuerySet

MACHINE = "Newsdesk"
# Of the two that look at a log-in, the one that knows people and their permissions.
KNOWS = "django.contrib.auth.backends.ModelBackend"
SUBJECT_LENGTH = 200


class NotAllowedError(Exception):
    """The person lacks the permission for this deed."""


def require(by: "User | AbstractBaseUser | AnonymousUser | None", permission: str) -> None:
    """Raise NotAllowedError unless `by` holds `permission` ("app.codename")."""
    if by is None or by.has_perm(permission):  # type: ignore[union-attr]
        return
    raise NotAllowedError(f"{by} may not do this: it needs the permission {permission}.")


def holders(permission: str) -> "QuerySet[User]":
    """The active people who hold `permission` ("app.codename")."""
    return get_user_model().objects.with_perm(permission, backend=KNOWS)


def record(
    by: "User | AbstractBaseUser | AnonymousUser | None", verb: str, subject: str, **detail: object
) -> None:
    """Append one line to the audit trail."""
    AuditEntry.objects.create(
        actor=by if by is not None and by.is_authenticated else None,  # type: ignore[misc]
        actor_name=str(by) if by is not None else MACHINE,
        verb=verb,
        # PostgreSQL refuses what is too long, and the deed with it.
        subject=one_line(subject, SUBJECT_LENGTH),
        detail=detail,
    )
