"""Taking in what a feed said: entries once per feed, links once for everybody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from curation import offering, ranking
from curation.identity import address_identity, entry_identity
from curation.models import Entry, EntryContent, Feed
from curation.models.feed import URL_LENGTH
from curation.parsed import ParsedEntry, ParsedFeed

# Raw texts are kept to be looked at, not to fill the disk.
RAW_LENGTH = 2000


@dataclass(frozen=True)
class TakenIn:
    """How many entries and links were new."""

    entries: int = 0
    links: int = 0


@dataclass(frozen=True)
class _Said:
    """An entry, what identifies it in its feed, and what identifies the story it links to."""

    entry: ParsedEntry
    identity: UUID
    address: UUID | None

    def link(self, links: Mapping[UUID, int]) -> int | None:
        """Its link among `links`; None without an address."""
        return links.get(self.address) if self.address else None


@transaction.atomic
def take_in(feed: Feed, parsed: ParsedFeed, now: datetime) -> TakenIn:
    """Store what is new in `parsed`. Taking in the same again changes nothing.

    A story that several feeds tell is one link with several entries. An entry without an address
    is kept as an entry.
    """
    # Two polls of one feed take turns here. What came from an address it no longer has is dropped.
    if not Feed.objects.select_for_update().filter(pk=feed.pk, url=feed.url).exists():
        return TakenIn()
    fresh = _fresh(feed, parsed.entries)
    stories = {said.address: said.entry for said in fresh if said.address}
    links = offering.known(stories)
    fresh = _without_renamed(feed, fresh, links)
    new = {address: entry for address, entry in stories.items() if address not in links}
    offered = offering.offer(feed, parsed, new, now)
    _add_entries(feed, fresh, links | offered.links, now)
    # Another source tells it now.
    ranking.again({link for said in fresh if (link := said.link(links))}, now)
    return TakenIn(len(fresh), offered.new)


def identities(entries: Sequence[ParsedEntry]) -> Iterator[UUID]:
    """The identity of each entry in its feed.

    A guid or address that several share tells none of them apart, so it does not count; entries
    that are equal in all of it are numbered.
    """
    guids = Counter(entry.guid for entry in entries)
    urls = Counter(entry.url for entry in entries)
    seen: Counter[UUID] = Counter()
    for entry in entries:
        guid = entry.guid if guids[entry.guid] == 1 else ""
        url = entry.url if urls[entry.url] == 1 else ""
        identity = entry_identity(guid, url, entry.title, entry.raw_date)
        index = seen[identity]
        seen[identity] += 1
        yield entry_identity(guid, url, entry.title, entry.raw_date, index) if index else identity


def _fresh(feed: Feed, entries: Sequence[ParsedEntry]) -> list[_Said]:
    """What this feed never said, oldest first: a feed has its newest on top."""
    said = list(zip(identities(entries), entries, strict=True))
    known = set(
        Entry.objects.filter(feed=feed, identity__in=[identity for identity, _ in said])
        .order_by()
        .values_list("identity", flat=True)
    )
    return [
        _Said(entry, identity, address_identity(entry.url) if _linkable(entry) else None)
        for identity, entry in reversed(said)
        if identity not in known
    ]


def _linkable(entry: ParsedEntry) -> bool:
    return 0 < len(entry.url) <= URL_LENGTH


def _without_renamed(feed: Feed, fresh: list[_Said], links: Mapping[UUID, int]) -> list[_Said]:
    """Without entries that only changed their guid: same feed, same link, same title."""
    if not links:
        return fresh
    known = set(
        Entry.objects.filter(feed=feed, link__in=set(links.values()))
        .order_by()
        .values_list("link_id", "title")
    )
    return [said for said in fresh if (said.link(links), said.entry.title) not in known]


def _add_entries(feed: Feed, fresh: list[_Said], links: Mapping[UUID, int], now: datetime) -> None:
    entries = Entry.objects.bulk_create(
        Entry(
            feed=feed,
            identity=said.identity,
            link_id=said.link(links),
            guid=said.entry.guid[:RAW_LENGTH],
            url=said.entry.url,
            title=said.entry.title,
            raw_title=said.entry.raw_title[:RAW_LENGTH],
            author=said.entry.author,
            tags=list(said.entry.tags),
            raw_date=said.entry.raw_date,
            published_at=offering.date(said.entry, now),
            date_is_ours=said.entry.published_at != offering.date(said.entry, now),
            repaired=bool(said.entry.garbled),
        )
        for said in fresh
    )
    EntryContent.objects.bulk_create(
        EntryContent(entry=entry, html=said.entry.html, garbled=dict(said.entry.garbled))
        for entry, said in zip(entries, fresh, strict=True)
    )
