"""What a person decides about a mail that may or may not have arrived."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def send_again(delivery: Delivery, *, by: "User | None", now: datetime) -> None:
    """Queue it once more under the same Message-ID: a mail program shows two of those as one.

    Raises MailingError when it is not uncertain (any more), or its mailing is cancelled.
    """
    if delivery.mailing.state == Mailing.State.CANCELLED:
        raise MailingError(f"{delivery.mailing} is cancelled.")
    _settle(
        delivery,
        "send again",
        by,
        state=Delivery.State.QUEUED,
        claim=None,
        wire_at=None,
        attempts=0,
        last_answer="",
        next_attempt_at=now,
        finished_at=None,
    )


def leave(delivery: Delivery, *, by: "User | None", now: datetime) -> None:
    """Accept not to know; it stays UNCERTAIN and leaves the list. Raises MailingError."""
    _settle(delivery, "leave uncertain", by, settled_at=now)


def settle_all(
    mailing: Mailing, *, again: bool, by: "User | None", now: datetime, only: int | None = None
) -> int:
    """Decide on all that are uncertain in a mailing, or on the one with the pk `only`.

    Answers how many there were left to decide. Raises MailingError.
    """
    rows = mailing.deliveries.to_settle().select_related("mailing__issue")
    if only is not None:
        rows = rows.filter(pk=only)
    decide = send_again if again else leave
    settled = list(rows)
    for row in settled:
        decide(row, by=by, now=now)
    return len(settled)


def _settle(delivery: Delivery, verb: str, by: "User | None", **values: object) -> None:
    access.require(by, "delivery.send_mailing")
    with transaction.atomic():
        if not Delivery.objects.to_settle().filter(pk=delivery.pk).update(**values):
            raise MailingError(f"Delivery {delivery.pk} is settled already.")
        access.record(by, verb, f"Delivery {delivery.pk} of {delivery.mailing.issue}")
    delivery.refresh_from_db()
