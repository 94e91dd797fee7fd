"""How much may leave: so many mails a second, an hour, a day, counted over all workers; and a
warm-up, since a new sender that mails thousands on its first day is taken for a spammer.

What was marked for the wire within the window is counted in the ledger itself. There is no other
counter that a crash could lose, and a restart does not begin anew.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Max

from delivery.models import Delivery, Instance

LONG = {"MAIL_PER_HOUR": timedelta(hours=1), "MAIL_PER_DAY": timedelta(days=1)}
WINDOWS = {"MAIL_PER_SECOND": timedelta(seconds=1), **LONG}


def allowance(wanted: int, now: datetime) -> int:
    """How many of `wanted` may be marked now. In the transaction that marks them: workers queue."""
    if wanted and (settings.MAIL_WARM_UP or any(getattr(settings, name) for name in WINDOWS)):
        Instance.objects.select_for_update().filter(pk=1).first()
        return max(0, min([wanted, *_left(WINDOWS, now), *_left_of_warm_up(now)]))
    return wanted


def is_spent(now: datetime) -> bool:
    """Whether this hour's or this day's mails have gone: waiting a moment would not help."""
    return any(left <= 0 for left in [*_left(LONG, now), *_left_of_warm_up(now)])


def warm_up_limit(now: datetime) -> int | None:
    """How many may go this day (UTC); None when it is not limited (any more).

    The n-th day on which anything is sent has the n-th number of MAIL_WARM_UP. The days are read
    from the ledger: a step for each of them, and no more than there are numbers.
    """
    day = _day_of(now)
    for limit in settings.MAIL_WARM_UP:
        earlier = Delivery.objects.filter(wire_at__lt=day).aggregate(latest=Max("wire_at"))
        if earlier["latest"] is None:
            return int(limit)
        day = _day_of(earlier["latest"])
    return None


def _left_of_warm_up(now: datetime) -> Iterator[int]:
    limit = warm_up_limit(now)
    if limit is not None:
        gone = Delivery.objects.filter(wire_at__gte=_day_of(now)).exclude(wire_at=now)
        yield limit - gone.count()


def _day_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _left(windows: dict[str, timedelta], now: datetime) -> Iterator[int]:
    """What was marked at this very moment is not counted: it is the same question, asked again."""
    for name, window in windows.items():
        limit = getattr(settings, name)
        if limit:
            gone = Delivery.objects.filter(wire_at__gt=now - window).exclude(wire_at=now)
            yield limit - gone.count()
