"""What a person decides about mails that may or may not have arrived."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Mails that the trail names one by one.
NAMED = 50


def send_again(rows: QuerySet[Delivery], *, by: "User | None", now: datetime) -> int:
    """Queue them once more under the same Message-ID: a mail program shows two of those as one.

    Answers how many. Raises MailingError, and does nothing, when none of them is uncertain (any
    more) or a mailing of theirs is cancelled.
    """
    for mailing in _mailings(rows).filter(state=Mailing.State.CANCELLED)[:1]:
        raise MailingError(f"{mailing} is cancelled.")
    return _settle(
        rows,
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


def leave(rows: QuerySet[Delivery], *, by: "User | None", now: datetime) -> int:
    """Accept not to know; they stay UNCERTAIN and leave the list.

    Answers how many. Raises MailingError when none of them is uncertain (any more).
    """
    return _settle(rows, "leave uncertain", by, settled_at=now)


def _settle(rows: QuerySet[Delivery], verb: str, by: "User | None", **values: object) -> int:
    access.require(by, "delivery.send_mailing")
    with transaction.atomic():
        settled = sum(_settle_of(one, rows, verb, by, values) for one in _mailings(rows))
    if not settled:
        raise MailingError("Nothing to settle: that is settled already.")
    return settled


def _settle_of(
    mailing: Mailing,
    rows: QuerySet[Delivery],
    verb: str,
    by: "User | None",
    values: dict[str, object],
) -> int:
    chosen = mailing.deliveries.to_settle().filter(pk__in=rows.order_by().values("pk"))
    few = list(chosen.values_list("pk", flat=True)[:NAMED])
    settled = chosen.update(**values)
    if settled:
        named = {"deliveries": few} if len(few) == settled else {}
        access.record(by, verb, f"{settled} of {mailing}", **named)
    return settled


def _mailings(rows: QuerySet[Delivery]) -> QuerySet[Mailing]:
    touched = Mailing.objects.filter(pk__in=rows.order_by().values("mailing"))
    return touched.select_related("issue")
