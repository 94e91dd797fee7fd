"""Subscribers for tests."""

from datetime import datetime
from itertools import count
from typing import Any

from audience import account, consent
from audience.addresses import address_key
from audience.models import Subscriber
from audience.tokens import ACCOUNTS, MOVES, confirmation_token
from tests.makers import NOW

_serial = count(1)


def make_subscriber(email: str = "", **values: Any) -> Subscriber:
    """Somebody who confirmed; `state` and the rest as wished."""
    email = email or f"reader-{next(_serial)}@example.com"
    known = {"state": Subscriber.State.ACTIVE, "confirmed_at": NOW, **values}
    return Subscriber.objects.create(email=email, address_key=address_key(email), **known)


def ask(email: str = "ada@example.com", **values: Any) -> None:
    """Ask for the newsletter, as the form does."""
    known = {"asked_from": "192.0.2.1", "asked_on": "subscribe/1", "now": NOW, **values}
    consent.subscribe(email, **known)


def confirmation_link(email: str = "ada@example.com") -> str:
    """The token of the confirmation link this address was sent last."""
    return confirmation_token(Subscriber.objects.get(email=email))


def account_link(subscriber: Subscriber, now: datetime = NOW) -> str:
    """The token of the link somebody was mailed who asked for their account."""
    account.ask_link(subscriber.token, now=now)
    subscriber.refresh_from_db()
    return ACCOUNTS.token(subscriber, subscriber.account_nonce)


def move_link(subscriber: Subscriber) -> str:
    """The token in the mail to the new address."""
    subscriber.refresh_from_db()
    return MOVES.token(subscriber, subscriber.account_nonce)
