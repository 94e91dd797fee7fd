"""Keeping the scores of waiting links: the rows say what is due."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Q

from curation.models import Entry, Feed, Link
from curation.scoring import Record, score

BATCH = 500
# Batches of one look; the clock looks again in a few seconds.
BATCHES = 4
# A source's record changes with every issue; its links are looked at again after this.
AGAIN = timedelta(days=1)
# How far back a source's record reaches.
RECORD = timedelta(days=180)
REASON_LENGTH = 200


def rank_due(now: datetime) -> int:
    """Score the waiting links that are due; answers how many there were."""
    ranked = 0
    for _ in range(BATCHES):
        links = list(Link.objects.due_for_score(now)[:BATCH])
        _rank(links, now)
        ranked += len(links)
        if len(links) < BATCH:
            break
    return ranked


def again(links: Collection[int], now: datetime) -> None:
    """Something was learned about these links: their scores are due."""
    Link.objects.filter(pk__in=links).update(next_score_at=now)


def _rank(links: list[Link], now: datetime) -> None:
    feeds = defaultdict(set)
    told = Entry.objects.filter(link__in=links).order_by().values_list("link_id", "feed_id")
    for link_id, feed_id in told:
        feeds[link_id].add(feed_id)
    records = _records(set().union(*feeds.values()), now)
    for link in links:
        made = score(link.published_at, [records[feed] for feed in sorted(feeds[link.pk])])
        link.score, link.score_reason = made.value, made.reason[:REASON_LENGTH]
        link.next_score_at = now + AGAIN
    Link.objects.bulk_update(links, ["score", "score_reason", "next_score_at"])


def _records(feeds: set[int], now: datetime) -> dict[int, Record]:
    """What became of what these feeds brought lately."""
    done = ~Q(link__state=Link.State.NEW)
    ran = Q(link__uses__published_at__isnull=False)
    counted = (
        Entry.objects.filter(feed__in=feeds, published_at__gte=now - RECORD)
        .order_by()
        .values_list("feed")
        .annotate(
            sorted=Count("link", distinct=True, filter=done | ran),
            ran=Count("link", distinct=True, filter=ran),
        )
    )
    numbers = {feed: (offered, placed) for feed, offered, placed in counted}
    names = Feed.objects.only("title", "url").in_bulk(feeds)
    return {feed: Record(str(names[feed]), *numbers.get(feed, (0, 0))) for feed in feeds}
