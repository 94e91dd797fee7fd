"""When is a feed asked next? Pure answers, from how it spoke and how it failed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from curation.models import Feed

SHORTEST = timedelta(hours=1)
# Asked by a feed to come more often, this is how often we do.
LEAST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
# A server's "unchanged" is believed so long of a feed that has fallen silent.
PLAINLY_AFTER = timedelta(days=7)
# Of how many entries the usual gap is taken: what a feed did lately.
RECENT = 20
# All feeds that failed at the same moment should not come back at the same moment.
SPREAD = 0.1


def usual_gap(dates: Iterable[datetime]) -> timedelta | None:
    """The median time between entries, of the latest; None when fewer than two have a date."""
    latest = sorted(dates, reverse=True)[:RECENT]
    gaps = [newer - older for newer, older in pairwise(latest)]
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps)) if gaps else None


def after_answer(
    now: datetime,
    gap: timedelta | None,
    last_new_at: datetime | None,
    dice: float,
    stated: timedelta | None = None,
) -> datetime:
    """The next poll of a feed that answered: twice per usual gap, less often as it falls silent.

    `dice` is from 0 to 1 and spreads the polls a little. `stated` is how long the feed says it
    may be kept: never sooner. Between one hour (less if it says so) and one day.
    """
    silence = now - last_new_at if last_new_at else LONGEST
    floor = max(min(stated or SHORTEST, SHORTEST), LEAST)
    pause = max(max(gap or silence, silence / 4) / 2, stated or floor)
    return now + _spread(_within(pause, floor), dice)


def after_failure(
    now: datetime, streak: int, retry_after: timedelta | None, dice: float
) -> datetime:
    """The next poll of a feed that failed `streak` times running: 1 h, 2 h, 4 h … one day.

    A server that named a time is not asked before it.
    """
    pause = _within(SHORTEST * 2 ** min(max(streak - 1, 0), 5))
    return now + max(_spread(pause, dice), retry_after or SHORTEST)


def validators(feed: Feed, now: datetime) -> dict[str, str]:
    """What a feed is asked with. One that has long been silent is now and then asked plainly:
    a server may say "unchanged" for ever."""
    spoken, had = feed.last_new_at or now, feed.last_body_at or now
    if now - had >= PLAINLY_AFTER and now - spoken >= 3 * (feed.usual_gap or LONGEST):
        return {}
    return {"etag": feed.etag, "last_modified": feed.last_modified}


def longest(*pauses: timedelta | None) -> timedelta | None:
    """The longest of what was said; None when nothing was."""
    return max(filter(None, pauses), default=None)


def _within(pause: timedelta, floor: timedelta = SHORTEST) -> timedelta:
    return min(max(pause, floor), LONGEST)


def _spread(pause: timedelta, dice: float) -> timedelta:
    """Up to a tenth later: never below the floor, and not above the ceiling either."""
    return min(pause, LONGEST / (1 + SPREAD)) * (1 + SPREAD * dice)
