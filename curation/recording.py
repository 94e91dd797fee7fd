"""What a poll leaves on the feed's row: health in plain words, and when it is asked again."""

from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from django.db import connection, transaction

from curation import rhythm
from curation.fetching import Fetched
from curation.gathering import Outcome
from curation.models import Feed
from curation.models.feed import URL_LENGTH
from curation.parsed import ParsedFeed

ERROR_LENGTH = 500
# A permanent redirect is believed after so many equal answers over so long a time.
MOVED_ANSWERS = 3
MOVED_FOR = timedelta(days=7)

_dice = SystemRandom()


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
        **({"state": Feed.State.RETIRED} if outcome.gone else {}),
    )


def answered(outcome: Outcome, now: datetime, *, new: bool = False) -> None:
    """The feed was had, changed or not. Call in the transaction that stores its entries: with
    validators but without entries it would be hidden behind 304s for ever."""
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
        **_moved(feed, fetched, now),
    }
    if outcome.parsed:
        values |= _told(feed, outcome.parsed, now, new=new)
        values["body_hash"] = outcome.body_hash
    if feed.state == Feed.State.RETIRED:
        values["state"] = Feed.State.ACTIVE
    _update(feed, **values, next_poll_at=_next_poll(feed, values, now))


@transaction.atomic
def all_calm(outcomes: list[Outcome], now: datetime) -> None:
    """Many feeds that are well and unchanged: only their times move on."""
    pks = [outcome.feed.pk for outcome in outcomes]
    held = Feed.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    urls = dict(held.values_list("pk", "url"))
    adapt = connection.ops.adapt_datetimefield_value
    times = [
        (adapt(_next_poll(out.feed, {}, now)), adapt(now), adapt(now), out.feed.pk)
        for out in outcomes
        if urls.get(out.feed.pk) == out.feed.url
    ]
    # By hand, since this is what most polls do: bulk_update takes ten times as long.
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE curation_feed SET next_poll_at = %s, last_poll_at = %s, last_ok_at = %s"
            " WHERE id = %s",
            times,
        )


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
        "title": feed.title or parsed.title,
        "site_url": feed.site_url or parsed.site_url[:URL_LENGTH],
        "usual_gap": rhythm.usual_gap(dates),
        "last_new_at": max(newest, feed.last_new_at or newest) if new else feed.last_new_at,
    }


def _moved(feed: Feed, fetched: Fetched, now: datetime) -> dict[str, Any]:
    """A new address is followed at once and kept only when it is said again and again."""
    target, since, streak = fetched.moved_to, feed.moved_since or now, feed.moved_streak + 1
    if target != feed.moved_to:
        since, streak = now, 1
    if not target or len(target) > URL_LENGTH:
        return {"moved_to": "", "moved_since": None, "moved_streak": 0}
    believed = streak >= MOVED_ANSWERS and now - since >= MOVED_FOR
    if believed and not Feed.objects.filter(url=target).exists():
        return {"url": target, "moved_to": "", "moved_since": None, "moved_streak": 0}
    return {"moved_to": target, "moved_since": since, "moved_streak": min(streak, 30_000)}


def _next_poll(feed: Feed, values: dict[str, Any], now: datetime) -> datetime:
    gap = values.get("usual_gap", feed.usual_gap)
    last_new_at = values.get("last_new_at", feed.last_new_at)
    return rhythm.after_answer(now, gap, last_new_at, _dice.random())


def _update(feed: Feed, **values: Any) -> None:
    """Only what a poll knows: what an editor changed meanwhile stays, and of a feed that got
    another address meanwhile nothing was learned."""
    Feed.objects.filter(pk=feed.pk, url=feed.url).update(**values)
