"""What only the owner of the address may do: move to another, see what we hold, be erased.

Newsletters get forwarded, and their links with them. So these need a link that was mailed to the
address just now, which works for two hours.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from audience import erasing, letters
from audience.addresses import address_key
from audience.consent import lift, note
from audience.models import ConsentEvent, Subscriber, Suppression, new_token
from audience.signals import account_link_requested, move_requested
from audience.tokens import ACCOUNTS, MOVES, Requests, UnknownLinkError, subscriber_of
from publication.letters import letter
from toolbox.addresses import normalise
from toolbox.urls import absolute_url

LINK_LIFE = timedelta(hours=2)
PAUSE = timedelta(minutes=15)
Reason = Suppression.Reason


class TakenError(Exception):
    """The new address has a subscription of its own."""


@transaction.atomic
def ask_link(token: str, *, now: datetime) -> None:
    """Owe them a fresh link, one in a quarter of an hour. Raises UnknownLinkError."""
    asked = Subscriber.objects.filter(pk=subscriber_of(token).pk).filter(
        Q(account_asked_at=None) | Q(account_asked_at__lte=now - PAUSE)
    )
    pk = asked.values_list("pk", flat=True).first()
    if pk and asked.update(account_asked_at=now, account_nonce=new_token(), new_email=""):
        account_link_requested.send_reliable(subscriber_id=pk)


def send_link(subscriber_id: int, *, now: datetime) -> bool:
    """Mail the link that is owed; False when that was done. Raises letters.NotSentError."""
    return _send(subscriber_id, "account", now)


def send_question(subscriber_id: int, *, now: datetime) -> bool:
    """Ask the new address whether it is theirs. Raises letters.NotSentError."""
    return _send(subscriber_id, "move", now)


def holder(token: str, *, now: datetime) -> Subscriber:
    """Whose fresh link this is; changes nothing. Raises UnknownLinkError."""
    return _holder(ACCOUNTS, token, now)


def mover(token: str, *, now: datetime) -> Subscriber:
    """Who wants to move to the address this link was mailed to. Raises UnknownLinkError."""
    subscriber = _holder(MOVES, token, now)
    if not subscriber.new_email:
        raise UnknownLinkError("This link has been used.")
    return subscriber


@transaction.atomic
def ask_to_move(token: str, email: str, *, now: datetime) -> str:
    """Owe the new address a question. It uses the link up: one link, one mail to a stranger.

    Answers the address as we write it. Raises UnknownLinkError, AddressError.
    """
    subscriber, address = holder(token, now=now), normalise(email)
    ours = Subscriber.objects.filter(pk=subscriber.pk, account_nonce=subscriber.account_nonce)
    moved = ours.update(
        new_email=address, account_nonce=new_token(), account_asked_at=now, account_sent_at=None
    )
    if moved and not _complained(address_key(address)):
        move_requested.send_reliable(subscriber_id=subscriber.pk)
    return address


@transaction.atomic
def move(token: str, *, now: datetime) -> None:
    """Take the new address; nothing comes to the old one again. Raises UnknownLinkError,
    TakenError."""
    subscriber = mover(token, now=now)
    new, key, old = subscriber.new_email, address_key(subscriber.new_email), subscriber.address_key
    if key != old:
        _make_room(key)
        Suppression.objects.get_or_create(address_key=old, defaults={"reason": Reason.UNSUBSCRIBED})
        lift(key)
    values = {"email": new, "address_key": key, "new_email": "", "account_nonce": new_token()}
    Subscriber.objects.filter(pk=subscriber.pk).update(**values)
    subscriber.refresh_from_db()
    note(subscriber, ConsentEvent.What.MOVED, now)


def held(token: str, *, now: datetime) -> dict[str, Any]:
    """All this room holds of them, as plain values. Raises UnknownLinkError."""
    subscriber = holder(token, now=now)
    hidden = {"token", "confirm_nonce", "account_nonce"}
    fields = [field.name for field in Subscriber._meta.concrete_fields if field.name not in hidden]
    theirs = Q(subscriber=subscriber) | Q(address_key=subscriber.address_key)
    events = ConsentEvent.objects.filter(theirs)
    return {
        "subscriber": {name: getattr(subscriber, name) for name in fields},
        "sections": [section.title for section in subscriber.sections.all()] or "all",
        "history": list(events.values("at", "what", "from_ip", "form")),
    }


def erase(token: str, *, now: datetime) -> None:
    """Erase whoever holds this fresh link. Raises UnknownLinkError."""
    erasing.erase(holder(token, now=now), by=None, now=now)


def _holder(kind: Requests, token: str, now: datetime) -> Subscriber:
    pk, nonce = kind.read(token)
    asked = Subscriber.objects.filter(pk=pk, account_nonce=nonce)
    subscriber = asked.filter(account_asked_at__gt=now - LINK_LIFE).first()
    if subscriber is None:
        raise UnknownLinkError("This link is too old, or it has been used.")
    return subscriber


def _send(subscriber_id: int, name: str, now: datetime) -> bool:
    """The nonce names the request: what was answered, moved on or sent is not sent again."""
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is None or not _is_owed(subscriber, wants_move=name == "move"):
        return False
    kind, to = (MOVES, subscriber.new_email) if name == "move" else (ACCOUNTS, subscriber.email)
    nonce = subscriber.account_nonce
    url = absolute_url(f"audience:{name}", kind.token(subscriber, nonce))
    letters.send(letter(name, to, nonce=nonce, url=url))
    Subscriber.objects.filter(pk=subscriber_id, account_nonce=nonce).update(account_sent_at=now)
    return True


def _is_owed(subscriber: Subscriber, *, wants_move: bool) -> bool:
    asked, sent = subscriber.account_asked_at, subscriber.account_sent_at
    is_open = asked is not None and (sent is None or sent < asked)
    return is_open and wants_move == bool(subscriber.new_email)


def _make_room(key: str) -> None:
    """Whoever answers from an address owns what waited or had ended there."""
    other = Subscriber.objects.filter(address_key=key)
    if other.active().exists() or _complained(key):
        raise TakenError("That address has a subscription of its own.")
    other.delete()


def _complained(key: str) -> bool:
    return Suppression.objects.filter(address_key=key, reason=Reason.COMPLAINED).exists()
