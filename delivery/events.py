"""What is told of a mail after it was sent: taken in once, whoever tells it and how often.

The event is stored first; what it makes of the mail and of the person follows in the same
transaction. Repeated it changes nothing, and the end is the same in any order.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Least

from audience import returns
from audience.addresses import address_key
from delivery import verdicts
from delivery.holding import hold_returned
from delivery.models import Delivery, MailEvent, as_told
from toolbox.addresses import AddressError
from toolbox.smtp import Answer, Verdict, anonymous
from toolbox.text import one_line

What = MailEvent.What
State = Delivery.State
BOUNCES = {What.HARD, What.SOFT, What.BLOCKED}
COLUMNS = {What.DELIVERED: "delivered_at", What.COMPLAINED: "complained_at"}
SENT = [State.ACCEPTED, State.UNCERTAIN, State.DELIVERED, State.BOUNCED, State.COMPLAINED]


@dataclass(frozen=True)
class Heard:
    """One event as its source tells it. `event_id` may be empty: then its contents identify it."""

    source: str
    what: What
    message_id: str
    at: datetime
    recipient: str = ""
    event_id: str = ""
    words: str = ""


@transaction.atomic
def take_in(heard: Heard, *, now: datetime) -> bool:
    """Believe an event. Answers False when it was told before.

    Who tells it must have been checked: `delivery.hooks` by signature, a bounce mail by the
    Message-ID that nobody else knows.
    """
    delivery = _about(heard)
    event, is_new = MailEvent.objects.get_or_create(
        source=heard.source,
        event_id=_identity(heard),
        defaults={
            "what": heard.what,
            # A source whose clock is ahead must not outlive a person's pardon.
            "at": min(heard.at, now),
            "told_at": now,
            "message_id": heard.message_id[:200],
            "named_key": _key(heard.recipient),
            "delivery": delivery,
            "address_key": delivery.address_key if delivery else "",
            "words": _words(heard),
        },
    )
    if is_new and delivery is not None:
        _act(event, delivery, now)
    return is_new


@transaction.atomic
def catch_up(delivery: Delivery, *, now: datetime) -> None:
    """What was told of a mail before we knew by which name the service calls it."""
    early = MailEvent.objects.filter(delivery=None, message_id__in=_names(delivery.provider_id))
    for event in early.filter(Q(named_key="") | Q(named_key=delivery.address_key)):
        event.delivery, event.address_key = delivery, delivery.address_key
        event.save(update_fields=["delivery", "address_key"])
        _act(event, delivery, now)


def refused(delivery: Delivery, words: str, *, now: datetime) -> None:
    """The server would not take it for this recipient; the row says so already."""
    heard = Heard(
        source="smtp",
        what=verdicts.of_refusal(words),
        message_id=delivery.message_id,
        at=now,
        event_id=f"{delivery.pk}.{delivery.attempts}",
        words=words,
    )
    take_in(heard, now=now)


def history(address_hash: str) -> QuerySet[MailEvent]:
    """Everything that was told of an address, the latest first, each with its issue."""
    told = MailEvent.objects.filter(address_key=address_hash)
    return told.select_related("delivery__mailing__issue")


def judge(address_hash: str, *, now: datetime) -> None:
    """Make of the subscriber what all events of the address come to."""
    verdict = verdicts.of_address(address_hash)
    if verdict is verdicts.Verdict.COMPLAINED:
        returns.complained(address_hash, now=now)
    elif verdict is verdicts.Verdict.BOUNCED:
        returns.bounced(address_hash, now=now)
    else:
        returns.recovered(address_hash)


def _act(event: MailEvent, delivery: Delivery, now: datetime) -> None:
    """On the mail first, then on the person."""
    if event.what == What.LEFT:
        returns.left_elsewhere(delivery.address_key, now=now)
        return
    column = COLUMNS.get(What(event.what), "bounced_at")
    row = Delivery.objects.filter(pk=delivery.pk)
    row.update(**{column: Least(Coalesce(F(column), Value(event.at)), Value(event.at))})
    row.filter(state__in=SENT).update(
        state=as_told(State.ACCEPTED), finished_at=Coalesce("finished_at", Value(now))
    )
    judge(delivery.address_key, now=now)
    if event.what != What.DELIVERED:
        hold_returned(delivery.mailing)


def _about(heard: Heard) -> Delivery | None:
    """The mail it speaks of, if it is ours and went to whom the event names."""
    if not heard.message_id:
        return None
    names = _names(heard.message_id)
    found = Delivery.objects.filter(Q(message_id__in=names) | Q(provider_id__in=names))
    delivery = found.select_for_update(of=("self",)).first()
    if delivery is None or _key(heard.recipient) not in {"", delivery.address_key}:
        return None
    return delivery


def _names(message_id: str) -> list[str]:
    bare = message_id.strip("<> ")
    return [bare, f"<{bare}>"] if bare else []


def _key(recipient: str) -> str:
    try:
        return address_key(recipient) if recipient else ""
    except AddressError:
        return "-"  # No address of anybody here.


def _identity(heard: Heard) -> str:
    parts = [heard.message_id, heard.what, heard.at.isoformat(), _key(heard.recipient)]
    own = heard.event_id or hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return own if len(own) <= 100 else hashlib.sha256(own.encode()).hexdigest()


def _words(heard: Heard) -> str:
    if not heard.recipient:
        return one_line(heard.words, 500)
    return anonymous(Answer(Verdict.UNKNOWN, heard.words), heard.recipient).text
