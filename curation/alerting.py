"""One mail to the editors when feeds fail or fall silent: once each, until they are well again.

The mark on the feed and the fact that a mail is owed are committed together; the outbox tells it
until it is sent, and the sweep does not see the same feed twice.
"""

from datetime import datetime, timedelta

from django.db import transaction

from curation.health import diagnosis
from curation.models import Feed
from curation.signals import feeds_ail
from publication.telling import Notice, Thing, readers, tell
from toolbox.text import one_line
from toolbox.urls import absolute_url

# When one mail has gone out, what ails next waits for the next: an outage of ours is one mail
# or two, not a hundred.
PAUSE = timedelta(hours=24)
PERMISSION = "curation.change_feed"


@transaction.atomic
def note(now: datetime) -> int:
    """Mark the feeds that ail, and promise one mail about them. Answers how many.

    While nobody can be told, nothing is marked.
    """
    Feed.objects.exclude(alerted_at=None).well(now).update(alerted_at=None)
    ailing = Feed.objects.ailing(now).filter(alerted_at=None).order_by("pk")
    fresh = list(ailing.values_list("pk", flat=True))
    if not fresh or _told_lately(now) or not readers(PERMISSION).exists():
        return 0
    marked = Feed.objects.filter(pk__in=fresh, alerted_at=None).update(alerted_at=now)
    if marked:
        feeds_ail.send_reliable(feeds=fresh, at=now.isoformat())
    return marked


def send(feeds: list[int], *, at: str, now: datetime) -> int:
    """Mail those of `feeds` that still ail to each reader. Answers how many mails were sent.

    Told twice, it sends the same Message-ID twice.
    """
    ailing = list(Feed.objects.ailing(now).filter(pk__in=feeds).order_by("title", "url"))
    return tell(PERMISSION, notice(ailing, now), nonce=f"feeds ail {at}") if ailing else 0


def notice(feeds: list[Feed], now: datetime) -> Notice:
    """What is said of these feeds."""
    one = len(feeds) == 1
    what = one_line(str(feeds[0]), 100) if one else f"{len(feeds)} feeds"
    return Notice(
        subject=f"{what} {'needs' if one else 'need'} a look",
        words=[f"{'It brings' if one else 'They bring'} nothing to the queue any more."],
        things=[Thing(str(feed), diagnosis(feed, now), _page(feed)) for feed in feeds],
        act="All feeds",
        page=absolute_url("admin:curation_feed_changelist"),
        why="Sent to those who look after the feeds. Each feed is told once, until it is well "
        "again.",
    )


def _told_lately(now: datetime) -> bool:
    return Feed.objects.filter(alerted_at__gt=now - PAUSE).exists()


def _page(feed: Feed) -> str:
    return absolute_url("admin:curation_feed_change", feed.pk)
