"""The confirmation mail: no news, one link, and why it came."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from audience import breaker, letters
from audience.models import Subscriber
from audience.tokens import confirmation_token
from publication.letters import letter as compose
from toolbox.urls import absolute_url


def send(subscriber_id: int, *, now: datetime) -> bool:
    """Send what the latest request is owed; answers False when that was done before.

    Killed between sending and noting it, it sends again: the same mail, the same Message-ID.
    What is refused for good is not tried again, and while the breaker is open nothing is.
    Raises letters.NotSentError.
    """
    if breaker.is_open():
        return False
    subscriber = Subscriber.objects.owed_a_confirmation().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    letters.send(letter(subscriber))
    Subscriber.objects.filter(pk=subscriber.pk).update(
        confirmation_sent_at=now, confirmations_sent=F("confirmations_sent") + 1
    )
    return True


def letter(subscriber: Subscriber) -> EmailMultiAlternatives:
    """The mail for this request."""
    return compose(
        "confirm",
        subscriber.email,
        nonce=subscriber.confirm_nonce,
        confirm_url=absolute_url("audience:confirm", confirmation_token(subscriber)),
        subscriber=subscriber,
    )
