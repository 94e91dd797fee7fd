"""What a server's refusal says, and what all that was told of an address comes to.

A verdict is worked out anew from every event of the address, so that it does not depend on the
order in which they arrived.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from audience.models import Subscriber
from delivery.models import Delivery, MailEvent, Pardon

What = MailEvent.What
State = Delivery.State

# RFC 3463. 5.1.x is about the address, 5.7.x about us or our words.
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_POLICY = re.compile(
    r"spam|policy|polic(y|ies)|reputation|block(ed|list)|blacklist|dmarc|dkim|\bspf\b|content",
    re.IGNORECASE,
)
# So many mails in a row that came back, over at least this long.
IN_A_ROW = 5
SPAN = timedelta(days=14)


class Verdict(StrEnum):
    """What is to become of an address."""

    GOOD = "good"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


def of_refusal(words: str) -> What:
    """Whether a refusal for good is about the address, about us, or neither.

    The enhanced status is believed before the words: a server says "550 5.1.1" about an address
    in whatever language.
    """
    found = _STATUS.search(words)
    if found and found[1] == "5" and found[2] == "1" and found[3] not in {"7", "8"}:
        return What.HARD
    if (found and found[2] == "7") or _POLICY.search(words):
        return What.BLOCKED
    return What.SOFT


def of_address(address_key: str) -> Verdict:
    """From what was told since they last confirmed, or a person last took it back."""
    told = MailEvent.objects.filter(address_key=address_key, delivery__isnull=False)
    since = _counted_from(address_key)
    if since is not None:
        told = told.filter(at__gt=since)
    kinds = set(told.values_list("what", flat=True))
    if What.COMPLAINED in kinds:
        return Verdict.COMPLAINED
    if What.HARD in kinds or (What.SOFT in kinds and _came_back_too_often(address_key, since)):
        return Verdict.BOUNCED
    return Verdict.GOOD


def _counted_from(address_key: str) -> datetime | None:
    pardon = Pardon.objects.filter(address_key=address_key).first()
    subscriber = Subscriber.objects.filter(address_key=address_key).first()
    hours = [pardon.at if pardon else None, subscriber.confirmed_at if subscriber else None]
    return max(filter(None, hours), default=None)


def _came_back_too_often(address_key: str, since: datetime | None) -> bool:
    """The latest mails that came back, with none between them that did not.

    What left after those is on its way still. A refusal as spam neither counts nor breaks the row.
    """
    sent = Delivery.objects.filter(address_key=address_key, wire_at__isnull=False)
    if since is not None:
        sent = sent.filter(wire_at__gt=since)
    row: list[datetime] = []
    for delivery in sent.order_by("-wire_at").prefetch_related("events")[:50]:
        kinds = {event.what for event in delivery.events.all()}
        if What.SOFT in kinds and delivery.wire_at is not None:
            row.append(delivery.wire_at)
        elif What.DELIVERED in kinds or (row and What.BLOCKED not in kinds):
            break
    return len(row) >= IN_A_ROW and row[0] - row[-1] >= SPAN
