"""Following feeds: add one, and ask one now."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from curation.identity import canonical_url
from curation.known import Known
from curation.models import Feed
from curation.models.feed import URL_LENGTH
from curation.tasks import poll_due
from publication.access import record, require
from toolbox import http
from toolbox.nudges import nudge
from toolbox.text import one_line

# What a person enters, and what goes with the address: the rest of the row is the poller's.
ENTERED = ["url", "title", "site_url", "section", "category", "state"]
STREAK = ["error_streak", "failing_since"]
ASKED_WITH = [
    "etag", "last_modified", "body_hash", "next_poll_at", "moved_to", "moved_since",
    "moved_streak", "candidates",
]  # fmt: skip


class FeedAddressError(Exception):
    """The address cannot be that of a feed; the message says why."""


def feed_address(text: str) -> str:
    """What a person wrote or pasted, as the address of a feed. Raises FeedAddressError.

    `feed:` addresses are http ones; without a scheme it is https.
    """
    url = one_line(text)
    if url.startswith("feed:"):
        url = url.removeprefix("feed:")
        url = url if "://" in url else f"http:{url}"
    elif "://" not in url and "." in url.partition("/")[0]:
        url = f"https://{url}"
    try:
        whole = str(http.address(url).copy_with(fragment=None))
        canonical_url(whole)
    except http.RefusedError as error:
        raise FeedAddressError(str(error)) from error
    except ValueError as error:
        raise FeedAddressError("This is not a web address.") from error
    if len(whole) > URL_LENGTH:
        raise FeedAddressError(f"The address is longer than {URL_LENGTH} characters.")
    return whole


def free_address(text: str, feed: Feed) -> str:
    """`text` as the address of `feed`. Raises FeedAddressError, also where another has it."""
    url = feed_address(text)
    other = Known().get(url)
    if other and other.pk != feed.pk:
        raise FeedAddressError(f"This feed is followed already, as {other}.")
    return url


def without_password(url: str) -> str:
    """`url` fit to be shown."""
    return re.sub(r"//[^/@\s]*@", "//", url)


@transaction.atomic
def follow(urls: Iterable[str], *, by: User | None, now: datetime) -> list[Feed]:
    """The feeds at `urls`, added where they are unknown. Raises FeedAddressError."""
    require(by, "curation.add_feed")
    known, feeds = Known(), []
    for url in [feed_address(url) for url in urls]:
        feed = known.get(url)
        if feed is None:
            feed = known.add(Feed.objects.create(url=url, next_poll_at=now))
            record(by, "followed", str(feed), url=url)
        feeds.append(feed)
    return feeds


@transaction.atomic
def save(feed: Feed, *, by: User | None, now: datetime, entered: str = "") -> None:
    """Store what an editor entered. At a new address the feed is asked at once, and as if never
    asked before. `entered` is the page it was found from. Raises FeedAddressError."""
    require(by, "curation.change_feed" if feed.pk else "curation.add_feed")
    feed.url = free_address(feed.url, feed)
    if feed.state == Feed.State.RETIRED:
        # Nobody needs to be told what a person decided.
        feed.error_streak, feed.failing_since = 0, None
    if Feed.objects.filter(pk=feed.pk, url=feed.url).exists():
        feed.save(update_fields=[*ENTERED, *STREAK])
        return
    feed.etag = feed.last_modified = feed.body_hash = feed.moved_to = ""
    feed.moved_since, feed.moved_streak, feed.candidates = None, 0, []
    feed.next_poll_at = now
    feed.site_url = feed.site_url or entered
    feed.save(update_fields=[*ENTERED, *ASKED_WITH] if feed.pk else None)
    record(by, "followed", str(feed), url=feed.url, **({"entered": entered} if entered else {}))
    nudge(poll_due)


@transaction.atomic
def ask_now(feeds: QuerySet[Feed], *, by: User | None, now: datetime) -> int:
    """Make `feeds` due, paused and retired ones too, and wake the poller. Answers how many."""
    require(by, "curation.change_feed")
    count = feeds.update(next_poll_at=now, state=Feed.State.ACTIVE)
    record(by, "ask feeds now", f"{count} feeds")
    nudge(poll_due)
    return count
