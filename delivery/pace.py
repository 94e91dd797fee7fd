"""How much may leave: so many mails a second, an hour, a day, counted over all workers.

What was marked for the wire within the window is counted in the ledger itself. There is no other
counter that a crash could lose, and a restart does not begin anew.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from delivery.models import Delivery, Instance

LONG = {"MAIL_PER_HOUR": timedelta(hours=1), "MAIL_PER_DAY": timedelta(days=1)}
WINDOWS = {"MAIL_PER_SECOND": timedelta(seconds=1), **LONG}


def allowance(wanted: int, now: datetime) -> int:
    """How many of `wanted` may be marked now. In the transaction that marks them: workers queue."""
    if wanted and any(getattr(settings, name) for name in WINDOWS):
        Instance.objects.select_for_update().filter(pk=1).first()
        return max(0, min(wanted, *_left(WINDOWS, now)))
    return wanted


def is_spent(now: datetime) -> bool:
    """Whether this hour's or this day's mails have gone: waiting a moment would not help."""
    return any(left <= 0 for left in _left(LONG, now))


def _left(windows: dict[str, timedelta], now: datetime) -> Iterator[int]:
    """What was marked at this very moment is not counted: it is the same question, asked again."""
    for name, window in windows.items():
        limit = getattr(settings, name)
        if limit:
            gone = Delivery.objects.filter(wire_at__gt=now - window).exclude(wire_at=now)
            yield limit - gone.count()
