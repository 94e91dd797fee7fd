"""Telling listeners: claim a receipt, call its listener, record what came of it."""

import traceback
import uuid
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Receipt
from outbox.registry import LISTENERS, Listener

LEASE = timedelta(minutes=2)
PAUSES = [timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600)]
TRIES = len(PAUSES) + 1
KILLED = "The last worker that tried it was killed before it was done."


class UnknownListenerError(Exception):
    """A receipt names a listener that is not registered, renamed perhaps. It is kept and listed."""


def run_due(now: datetime | None = None) -> int:
    """Run every receipt that is due. Answers how many were told successfully."""
    due = Receipt.objects.due(now or timezone.now()).values_list("pk", flat=True)
    return sum(run(pk) for pk in list(due))


def run(pk: int) -> bool:
    """Claim and run one receipt. A failing listener harms neither its sender nor its siblings."""
    receipt = _claim(pk)
    if receipt is None:
        return False
    if receipt.attempts > TRIES:
        _give_up(receipt, f"{KILLED}\n\n{receipt.last_error}".strip())
        return False
    try:
        _listener(receipt)(**receipt.fact.arguments)
    except Exception:
        _failed(receipt, traceback.format_exc())
        return False
    _record(receipt, state=Receipt.State.DONE, done_at=timezone.now(), last_error="")
    return True


def run_again(receipt: Receipt) -> bool:
    """Put a receipt that was given up back in line, by a person's hand; False if it was not."""
    given_up = Receipt.objects.filter(pk=receipt.pk, state=Receipt.State.GIVEN_UP)
    return bool(
        given_up.update(
            state=Receipt.State.OPEN, attempts=0, next_try_at=timezone.now(), lease_until=None
        )
    )


def _claim(pk: int) -> Receipt | None:
    """The attempt counts from here: a listener that kills its worker is not tried for ever."""
    now = timezone.now()
    taken = (
        Receipt.objects.filter(pk=pk)
        .due(now)
        .update(claim=uuid.uuid4(), lease_until=now + LEASE, attempts=F("attempts") + 1)
    )
    if not taken:
        return None
    return Receipt.objects.select_related("fact").get(pk=pk)


def _listener(receipt: Receipt) -> Listener:
    listener = LISTENERS.get(receipt.fact.signal, {}).get(receipt.listener)
    if listener is None:
        raise UnknownListenerError(
            f"Nobody listens as {receipt.listener} to {receipt.fact.signal}."
        )
    return listener


def _failed(receipt: Receipt, error: str) -> None:
    if receipt.attempts >= TRIES:
        _give_up(receipt, error)
    else:
        next_try = timezone.now() + PAUSES[receipt.attempts - 1]
        _record(receipt, next_try_at=next_try, last_error=error)


def _give_up(receipt: Receipt, error: str) -> None:
    _record(receipt, state=Receipt.State.GIVEN_UP, last_error=error)


def _record(receipt: Receipt, **values: object) -> None:
    """Write where the claim still holds; a frozen worker that wakes up changes nothing."""
    Receipt.objects.filter(pk=receipt.pk, claim=receipt.claim).filter(Q(state="open")).update(
        lease_until=None, **values
    )
