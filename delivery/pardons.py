"""A person takes back what mail servers said of a subscriber: who, when and why is kept."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from audience import returns
from audience.models import Subscriber
from delivery.models import Pardon
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReasonMissingError(Exception):
    """Nobody is mailed again without a word why."""


@transaction.atomic
def pardon(subscriber: Subscriber, *, why: str, by: "User | None", now: datetime) -> None:
    """Mail them again; what was told until now no longer counts.

    Raises ReasonMissingError, NotTakenOutError, NotAllowedError.
    """
    reason = one_line(why, 300)
    if not reason:
        raise ReasonMissingError("Say why: they asked to be mailed again, the mailbox is back …")
    returns.reinstate(subscriber, why=reason, by=by)
    Pardon.objects.create(
        address_key=subscriber.address_key,
        at=now,
        by=by,
        by_name=str(by) if by is not None else "Newsdesk",
        why=reason,
    )
