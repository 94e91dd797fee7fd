"""What a mail service tells by webhook, in django-anymail's words, made into ours.

anymail's views check each call's signature or secret and then send a plain signal; this is its
only receiver, and a door like any other: it calls one verb. Should that fail, the service is told
so and calls again.
"""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.utils import timezone

from delivery.events import Heard, take_in
from delivery.models import MailEvent
from delivery.verdicts import of_refusal

What = MailEvent.What
KINDS = {
    EventType.DELIVERED: What.DELIVERED,
    EventType.COMPLAINED: What.COMPLAINED,
    EventType.UNSUBSCRIBED: What.LEFT,
}
CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
REASONS = {
    RejectReason.INVALID: What.HARD,
    RejectReason.BLOCKED: What.BLOCKED,
    RejectReason.SPAM: What.BLOCKED,
    RejectReason.UNSUBSCRIBED: What.LEFT,
}


def connect() -> None:
    """Called once, when the app is ready."""
    tracking.connect(hear, dispatch_uid="delivery.hooks")


def hear(sender: object, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """One event of one mail. What says nothing about its arrival is passed over."""
    what = kind(event)
    if what is None or not event.message_id:
        return
    now = timezone.now()
    heard = Heard(
        source=esp_name.lower()[:30],
        what=what,
        message_id=event.message_id,
        at=event.timestamp or now,
        recipient=event.recipient or "",
        # Some services number each call anew; what was told, of whom and when stays the same.
        event_id="" if event.timestamp else event.event_id or "",
        words=_words(event),
    )
    take_in(heard, now=now)


def kind(event: AnymailTrackingEvent) -> What | None:
    """What it says; None for opens, clicks, delays and the like.

    The receiving server's own words count before the service's summary of them.
    """
    if event.event_type not in CAME_BACK:
        return KINDS.get(event.event_type)
    if event.mta_response:
        return of_refusal(event.mta_response)
    return REASONS.get(event.reject_reason) or of_refusal(_words(event))


def _words(event: AnymailTrackingEvent) -> str:
    return event.mta_response or event.description or ""
