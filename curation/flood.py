"""When a feed that is known suddenly brings its archive: held aside, and a person decides.

Sites are moved, and every old post gets a new address. What is held stands among the rejected,
with the reason; nothing is lost, and the queue is not buried.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, QuerySet

from curation.models import Feed, Link
from curation.models.link import HELD as HELD
from curation.parsed import ParsedEntry
from publication.access import record, require

# So many old entries at once are a blog tidied up; more are a flood.
BEARABLE = 20
LEFT = "Left aside: its feed brought many old entries at once"


def among[New](stories: Iterable[tuple[ParsedEntry, New]], spoke_until: datetime) -> list[New]:
    """What is to be held aside: stories older than what their feed said before, if they are many.

    A story without a date counts as old: it says nothing against it.
    """
    old = [
        link
        for entry, link in stories
        if entry.published_at is None or entry.published_at <= spoke_until
    ]
    return old if len(old) > BEARABLE else []


def held(feed: Feed) -> QuerySet[Link]:
    """The links of `feed` that wait for a decision."""
    return Link.objects.standing().filter(
        pk__in=feed.entries.order_by().values("link"),
        state=Link.State.REJECTED,
        reject_reason=HELD,
    )


def notices() -> dict[int, int]:
    """How many links are held aside, by the pk of their feed."""
    waiting = Link.objects.standing().filter(state=Link.State.REJECTED, reject_reason=HELD)
    counted = waiting.order_by().values("entries__feed").annotate(links=Count("pk"))
    return {row["entries__feed"]: row["links"] for row in counted if row["entries__feed"]}


@transaction.atomic
def offer_all(feed: Feed, *, by: User | None, now: datetime) -> int:
    """Put what is held into the queue after all. Answers how many."""
    require(by, "curation.change_feed")
    count = held(feed).update(
        state=Link.State.NEW, reject_reason="", state_since=now, version=F("version") + 1
    )
    record(by, "offered what was held", str(feed), links=count)
    return count


@transaction.atomic
def leave(feed: Feed, *, by: User | None) -> int:
    """Leave what is held among the rejected, and speak of it no more. Answers how many."""
    require(by, "curation.change_feed")
    count = held(feed).update(reject_reason=LEFT, version=F("version") + 1)
    record(by, "left what was held", str(feed), links=count)
    return count
