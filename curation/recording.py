"""What a poll leaves on the feed's row: health in plain words, and when it is asked again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from django.db import connection, transaction

from curation import rhythm
from curation.fetching import NOTHING_THERE, Fetched
from curation.gathering import Outcome
from curation.models import Feed
from curation.models.feed import URL_LENGTH
from curation.parsed import ParsedFeed

ERROR_LENGTH = 500
# What a database takes in one statement, with room to spare.
AT_ONCE = 5000
# A permanent redirect is believed after so many equal answers over so long a time.
MOVED_ANSWERS = 3
MOVED_FOR = timedelta(days=7)
LOST_AFTER = timedelta(days=30)

_dice = SystemRandom()


def taken_on(feeds: Sequence[Feed], now: datetime) -> None:
    """A poll begins: whoever looks at the list sees how many of them are done."""
    pks = [feed.pk for feed in feeds]
    for start in range(0, len(pks), AT_ONCE):
        Feed.objects.filter(pk__in=pks[start : start + AT_ONCE]).update(asked_at=now)


def failed(outcome: Outcome, now: datetime) -> None:
    """The feed could not be had. What it said before stays."""
    feed = outcome.feed
    streak = feed.error_streak + 1
    _update(
        feed,
        last_poll_at=now,
        last_error=outcome.error[:ERROR_LENGTH],
        error_streak=streak,
        failing_since=feed.failing_since or now,
        next_poll_at=rhythm.after_failure(now, streak, outcome.retry_after, _dice.random()),
        **({"state": Feed.State.RETIRED} if outcome.gone or _lost(outcome, now) else {}),
    )


def _lost(outcome: Outcome, now: datetime) -> bool:
    """Whether a month has shown that nothing comes back at this address."""
    since = outcome.feed.failing_since or now
    return outcome.error == NOTHING_THERE and now - since >= LOST_AFTER


def answered(outcome: Outcome, now: datetime, *, new: bool = False, strange: bool = False) -> None:
    """The feed was had, changed or not. Call in the transaction that stores its entries: with
    validators but without entries it would be hidden behind 304s for ever.

    `strange`: nothing of what it says was said by it before."""
    feed, fetched = outcome.feed, outcome.fetched
    if fetched is None:
        return
    values = {
        "last_poll_at": now,
        "last_ok_at": now,
        "last_error": "",
        "error_streak": 0,
        "failing_since": None,
        "etag": fetched.etag,
        "last_modified": fetched.last_modified,
        "candidates": [],
        **_moved(feed, fetched, now, strange=strange),
    }
    if not fetched.unchanged:
        values["last_body_at"] = now
    if outcome.parsed:
        values |= _told(feed, outcome.parsed, now, new=new)
        values["body_hash"] = outcome.body_hash
    if feed.state == Feed.State.RETIRED:
        values["state"] = Feed.State.ACTIVE
    _update(feed, **values, next_poll_at=_next_poll(outcome, values, now))


@transaction.atomic
def all_calm(outcomes: list[Outcome], now: datetime) -> None:
    """Many feeds that are well and unchanged: only their times move on."""
    pks = [outcome.feed.pk for outcome in outcomes]
    held = Feed.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    urls = dict(held.values_list("pk", "url"))
    adapt = connection.ops.adapt_datetimefield_value
    times = [
        (adapt(_next_poll(out, {}, now)), adapt(now), adapt(now), _body_at(out, now), out.feed.pk)
        for out in outcomes
        if urls.get(out.feed.pk) == out.feed.url
    ]
    # By hand, since this is what most polls do: bulk_update takes ten times as long.
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE curation_feed SET next_poll_at = %s, last_poll_at = %s, last_ok_at = %s,"
            " last_body_at = %s WHERE id = %s",
            times,
        )


def _body_at(outcome: Outcome, now: datetime) -> Any:
    """When a whole answer was had last, as the database takes it."""
    whole = outcome.fetched is not None and not outcome.fetched.unchanged
    return connection.ops.adapt_datetimefield_value(now if whole else outcome.feed.last_body_at)


def is_calm(outcome: Outcome) -> bool:
    """Whether nothing on the row changes but the times."""
    feed, fetched = outcome.feed, outcome.fetched
    return (
        fetched is not None
        and outcome.parsed is None
        and feed.state == Feed.State.ACTIVE
        and not feed.error_streak
        and (fetched.etag, fetched.last_modified) == (feed.etag, feed.last_modified)
        and not fetched.moved_to
        and not feed.moved_to
    )


def _told(feed: Feed, parsed: ParsedFeed, now: datetime, *, new: bool) -> dict[str, Any]:
    """What the feed says of itself. A title a person gave it stays."""
    dates = [e.published_at for e in parsed.entries if e.published_at and e.published_at <= now]
    newest = max(dates, default=now)
    return {
        "format": parsed.format,
        "warning": parsed.warning[:ERROR_LENGTH],
        "pace": parsed.pace,
        "title": feed.title or parsed.title,
        "site_url": feed.site_url or parsed.site_url[:URL_LENGTH],
        "usual_gap": rhythm.usual_gap(dates),
        "last_new_at": max(newest, feed.last_new_at or newest) if new else feed.last_new_at,
    }


def _moved(feed: Feed, fetched: Fetched, now: datetime, *, strange: bool) -> dict[str, Any]:
    """A new address is followed at once and kept only when it is said again and again, and
    never where it leads to another feed: then `moved_since` stays empty."""
    target, since, streak = fetched.moved_to, feed.moved_since or now, feed.moved_streak + 1
    if not target or len(target) > URL_LENGTH:
        return {"moved_to": "", "moved_since": None, "moved_streak": 0}
    if target != feed.moved_to:
        since, streak = now, 1
    elif feed.moved_since is None:
        strange = True
    if strange:
        return {"moved_to": target, "moved_since": None, "moved_streak": 0}
    believed = streak >= MOVED_ANSWERS and now - since >= MOVED_FOR
    if believed and not Feed.objects.filter(url=target).exists():
        return {"url": target, "moved_to": "", "moved_since": None, "moved_streak": 0}
    return {"moved_to": target, "moved_since": since, "moved_streak": min(streak, 30_000)}


def _next_poll(outcome: Outcome, values: dict[str, Any], now: datetime) -> datetime:
    feed, fetched = outcome.feed, outcome.fetched
    gap = values.get("usual_gap", feed.usual_gap)
    last_new_at = values.get("last_new_at", feed.last_new_at)
    stated = rhythm.longest(values.get("pace", feed.pace), fetched.max_age if fetched else None)
    pause = rhythm.after_answer(now, gap, last_new_at, _dice.random(), stated)
    told = fetched.retry_after if fetched else None
    return max(pause, now + told) if told else pause


def _update(feed: Feed, **values: Any) -> None:
    """Only what a poll knows: what an editor changed meanwhile stays, and of a feed that got
    another address meanwhile nothing was learned."""
    Feed.objects.filter(pk=feed.pk, url=feed.url).update(**values)
