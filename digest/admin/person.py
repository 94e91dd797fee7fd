"""Who asks, for verbs that want a person: the admin's login let in nobody else."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def editor(request: HttpRequest) -> "User":
    """The person at the desk."""
    return cast("User", request.user)
