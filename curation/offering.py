"""From what feeds said to what an editor sees: one link per story, waiting in the queue.

When a feed is new, its newest entries wait and the old ones stand among the rejected, with the
reason: nothing is lost, the next feed that tells the story finds it there, and nobody wades
through the archive of every blog they add.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce

from curation.identity import canonical_url, untracked
from curation.kinds import SHELVES, kind_of
from curation.models import Feed, Link, LinkAddress
from curation.parsed import ParsedEntry, ParsedFeed
from publication.models import Section
from toolbox.rows import insert

# Of a feed's first poll so many are offered whatever their age, and all that are younger.
OFFERED_AT_FIRST = 20
RECENT = timedelta(days=60)
OLD_AT_FIRST = "Already old when its feed was added"
# A link merged into one that is merged itself; longer chains are followed the next time.
MERGES = 5

Row = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """What one feed tells under one address."""

    feed: Feed
    parsed: ParsedFeed
    entry: ParsedEntry


@dataclass(frozen=True)
class Offered:
    """The link of each address, and how many are new, by the key of the feed that brought them."""

    links: dict[UUID, int] = field(default_factory=dict)
    new: Counter[int] = field(default_factory=Counter)


def known(addresses: Iterable[UUID]) -> dict[UUID, int]:
    """The link that stands for each of `addresses` that is known; merged ones lead on."""
    links = dict(
        LinkAddress.objects.filter(identity__in=list(addresses)).values_list(
            "identity", Coalesce("link__merged_into_id", "link_id")
        )
    )
    for _ in range(MERGES):
        merged = Link.objects.filter(pk__in=set(links.values()), merged_into__isnull=False)
        leads_to = dict(merged.order_by().values_list("pk", "merged_into_id"))
        if not leads_to:
            break
        links = {address: leads_to.get(link) or link for address, link in links.items()}
    return links


def offer(stories: Mapping[UUID, Story], now: datetime) -> Offered:
    """Put one link for each of `stories`, which nobody told before, into the queue."""
    if not stories:
        return Offered()
    shelves = {section.slug: section for section in Section.objects.active()}
    links = [
        _link(story.feed, story.parsed, story.entry, shelves, now) for story in stories.values()
    ]
    _set_old_ones_aside(stories, links, now)
    keys = dict(zip(stories, insert(Link, links), strict=True))
    addresses = [
        {"identity": identity, "url": canonical_url(link["url"]), "link_id": keys[identity]}
        for identity, link in zip(stories, links, strict=True)
    ]
    # In one order for everybody: of two polls with the same stories one waits for the other.
    addresses.sort(key=itemgetter("identity"))
    kept = insert(LinkAddress, addresses, ignore_conflicts=True)
    standing = keys if len(kept) == len(keys) else _settle(keys)
    ours = (story.feed.pk for at, story in stories.items() if standing[at] == keys[at])
    return Offered(standing, Counter(ours))


def date(entry: ParsedEntry, now: datetime) -> datetime:
    """When `entry` was published; now for one that does not say, or says the future."""
    return min(entry.published_at or now, now)


def _settle(ours: Mapping[UUID, int]) -> dict[UUID, int]:
    """Where another poll had a story in the same moment, its link stands and ours goes."""
    standing = known(ours)
    beaten = set(ours.values()) - set(standing.values())
    Link.objects.filter(pk__in=beaten).delete()
    return standing


def _link(
    feed: Feed, parsed: ParsedFeed, entry: ParsedEntry, shelves: dict[str, Section], now: datetime
) -> Row:
    kind = kind_of(entry, feed.section)
    name = feed.title or parsed.title
    section = feed.section or shelves.get(SHELVES[kind])
    came = f"it came from {name or feed.url}"
    looks = f"it looks like {'an' if kind.label[0] in 'AE' else 'a'} {kind.label.lower()}"
    source = entry.source if entry.source != entry.title else ""
    return {
        "url": untracked(entry.url),
        "title": entry.title,
        "blurb": entry.blurb,
        "source_label": (source or name)[:100],
        "author": entry.author,
        "language": entry.language or parsed.language,
        "kind": kind,
        "section": section,
        "section_reason": f"because {came if feed.section else looks}"[:200] if section else "",
        "published_at": date(entry, now),
        "state": Link.State.NEW,
        "reject_reason": "",
    }


def _set_old_ones_aside(stories: Mapping[UUID, Story], links: list[Row], now: datetime) -> None:
    """Of each feed that never answered before."""
    archives: dict[int, list[Row]] = defaultdict(list)
    for story, link in zip(stories.values(), links, strict=True):
        if story.feed.last_ok_at is None:
            archives[story.feed.pk].append(link)
    for archive in archives.values():
        archive.sort(key=itemgetter("published_at"), reverse=True)
        for link in archive[OFFERED_AT_FIRST:]:
            if link["published_at"] < now - RECENT:
                link |= {"state": Link.State.REJECTED, "reject_reason": OLD_AT_FIRST}
