"""Subscribers for tests."""

from itertools import count
from typing import Any

from audience import consent
from audience.addresses import address_key
from audience.models import Subscriber
from audience.tokens import confirmation_token
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
