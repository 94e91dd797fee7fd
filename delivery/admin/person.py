"""Who is at the door."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAY_SEND = "delivery.send_mailing"


def person(request: HttpRequest) -> "User":
    """The admin's login let in nobody else."""
    return cast("User", request.user)
