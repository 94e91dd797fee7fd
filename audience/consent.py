"""In by consent, out by one click, for good."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from audience.addresses import address_key
from audience.models import ASK_WINDOW, ConsentEvent, Subscriber, Suppression, new_token
from audience.signals import subscriber_confirmed, subscription_requested
from audience.tokens import UnknownLinkError, read_confirmation_token, subscriber_of
from publication import access
from toolbox.addresses import normalise

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LINK_LIFE = timedelta(days=7)
State = Subscriber.State
What = ConsentEvent.What
COMPLAINED = Suppression.Reason.COMPLAINED


class LinkTooOldError(Exception):
    """The confirmation link expired, or a later request or an opt-out took its place."""


def subscribe(email: str, *, asked_from: str | None, asked_on: str, now: datetime) -> None:
    """Note that somebody asked, and owe the address a confirmation mail.

    Answers the same for an address that is new, known, suppressed or asked too often: nobody
    learns here who is subscribed. Raises AddressError.
    """
    address, key = normalise(email), address_key(email)
    with transaction.atomic():
        if _complained(key):
            return
        subscriber, _ = Subscriber.objects.get_or_create(
            address_key=key, defaults={"email": address}
        )
        asked = Subscriber.objects.filter(pk=subscriber.pk).may_be_asked(now)
        asked.filter(asked_at__lte=now - ASK_WINDOW).update(confirmations_sent=0)
        if asked.update(
            asked_at=now, asked_from=asked_from, asked_on=asked_on, confirm_nonce=new_token()
        ):
            note(subscriber, What.ASKED, now, from_ip=asked_from, form=asked_on)
            subscription_requested.send_reliable(subscriber_id=subscriber.pk)


def asked_with(token: str, *, now: datetime) -> Subscriber:
    """Whose confirmation link this is; changes nothing. An active subscriber's always counts.

    Raises UnknownLinkError, LinkTooOldError.
    """
    pk, nonce = read_confirmation_token(token)
    subscriber = Subscriber.objects.filter(pk=pk).first()
    if subscriber is None or _complained(subscriber.address_key):
        raise UnknownLinkError("This confirmation link is no longer known.")
    if subscriber.state != State.ACTIVE and not _still_counts(subscriber, nonce, now):
        raise LinkTooOldError("This confirmation link is too old.")
    return subscriber


def confirm(token: str, *, confirmed_from: str | None, now: datetime) -> None:
    """Make them active and lift their own opt-out. Twice is the same as once.

    Raises UnknownLinkError, LinkTooOldError.
    """
    subscriber = asked_with(token, now=now)
    with transaction.atomic():
        asked = Subscriber.objects.askable().filter(
            pk=subscriber.pk, confirm_nonce=subscriber.confirm_nonce
        )
        if asked.update(
            state=State.ACTIVE,
            confirmed_at=now,
            confirmed_from=confirmed_from,
            confirmations_sent=0,
            left_at=None,
            bounced_at=None,
            soft_bounces=0,
        ):
            note(subscriber, What.CONFIRMED, now, from_ip=confirmed_from)
            lift(subscriber.address_key)
            subscriber_confirmed.send_reliable(subscriber_id=subscriber.pk)


def unsubscribe(token: str, *, now: datetime) -> None:
    """Out, for good. Twice is the same as once. Raises UnknownLinkError."""
    with transaction.atomic():
        _leave(subscriber_of(token), now)


def unsubscribe_by_hand(subscriber: Subscriber, *, by: "User | None", now: datetime) -> None:
    """An editor takes out somebody who asked them to. Raises NotAllowedError."""
    access.require(by, "audience.change_subscriber")
    with transaction.atomic():
        _leave(subscriber, now)
        access.record(by, "unsubscribe", f"Subscriber {subscriber.pk}")


def _leave(subscriber: Subscriber, now: datetime) -> None:
    """A new nonce: a confirmation link from before must not bring them back."""
    left = (
        Subscriber.objects.filter(pk=subscriber.pk)
        .exclude(state__in=[State.UNSUBSCRIBED, State.COMPLAINED])
        .update(state=State.UNSUBSCRIBED, left_at=now, confirm_nonce=new_token())
    )
    if left:
        note(subscriber, What.LEFT, now)
        Suppression.objects.get_or_create(
            address_key=subscriber.address_key,
            defaults={"reason": Suppression.Reason.UNSUBSCRIBED},
        )


def note(subscriber: Subscriber, what: What, now: datetime, **proof: str | None) -> None:
    """Add to the history; in the transaction of what happened."""
    ConsentEvent.objects.create(
        subscriber=subscriber, address_key=subscriber.address_key, what=what, at=now, **proof
    )


def lift(key: str) -> None:
    """They have answered from there by themselves: their own opt-out is over."""
    Suppression.objects.filter(address_key=key).exclude(reason=COMPLAINED).delete()


def _still_counts(subscriber: Subscriber, nonce: str, now: datetime) -> bool:
    asked_at = subscriber.asked_at
    return subscriber.confirm_nonce == nonce and asked_at is not None and now < asked_at + LINK_LIFE


def _complained(key: str) -> bool:
    """Whoever complained is never asked again, whatever became of their row."""
    return Suppression.objects.filter(address_key=key, reason=COMPLAINED).exists()
