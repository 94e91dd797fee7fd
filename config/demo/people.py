"""The demo's subscribers: each asked, was sent a mail, and most of them clicked."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from audience import confirmation, consent
from audience.models import Subscriber
from audience.tokens import confirmation_token
from config.demo.ownership import Demo

PEOPLE = tomllib.loads((Path(__file__).parent / "subscribers.toml").read_text(encoding="utf-8"))
HOME = "127.0.0.1"
FORM = "sign-up form, demo"


def sign_up(demo: Demo) -> str:
    """Let them all in by the front door, one a day at all hours, before the second issue."""
    asking = PEOPLE["left"] + PEOPLE["active"]
    first = demo.since - timedelta(days=9 + len(asking))
    for day, email in enumerate(asking):
        now = first + timedelta(days=day, minutes=397 * day % 1440)
        subscriber = _confirmed(email, now)
        if email in PEOPLE["left"]:
            consent.unsubscribe(subscriber.token, now=now + timedelta(days=20))
    for hours, email in enumerate(PEOPLE["pending"], start=1):
        _asked(email, demo.since - timedelta(hours=hours))
    counts = ", ".join(f"{len(emails)} {state}" for state, emails in PEOPLE.items())
    return f"{sum(map(len, PEOPLE.values()))} subscribers: {counts}"


def _asked(email: str, now: datetime) -> Subscriber:
    consent.subscribe(email, asked_from=HOME, asked_on=FORM, now=now)
    subscriber = Subscriber.objects.get(email=email)
    confirmation.send(subscriber.pk, now=now + timedelta(minutes=1))
    return subscriber


def _confirmed(email: str, now: datetime) -> Subscriber:
    subscriber = _asked(email, now)
    clicked = now + timedelta(minutes=5)
    consent.confirm(confirmation_token(subscriber), confirmed_from=HOME, now=clicked)
    return subscriber
