"""Taking in what a feed said: entries once per feed, links once for everybody."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from curation import offering, ranking
from curation.identity import canonical_identity
from curation.models import Entry, EntryContent, Feed
from curation.models.feed import URL_LENGTH
from curation.offering import Told
from curation.parsed import ParsedEntry, ParsedFeed
from toolbox import personal
from toolbox.rows import insert

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

    feed: Feed
    entry: ParsedEntry
    identity: UUID
    address: UUID | None

    def link(self, links: Mapping[UUID, int]) -> int | None:
        """Its link among `links`; None without an address."""
        return links.get(self.address) if self.address else None


def take_in(feed: Feed, parsed: ParsedFeed, now: datetime) -> TakenIn:
    """Store what is new in `parsed`. Taking in the same again changes nothing.

    A story that several feeds tell is one link with several entries. An entry without an address
    is kept as an entry.
    """
    return take_in_all([(feed, parsed)], now)[0]


@transaction.atomic
def take_in_all(heard: Sequence[tuple[Feed, ParsedFeed]], now: datetime) -> list[TakenIn]:
    """Store what is new from several feeds, together or not at all.

    Two of these never wait for each other in a circle: each holds its feeds first, by their keys,
    and then the addresses, by theirs.
    """
    held = _hold(feed for feed, _ in heard)
    fresh: list[_Said] = []
    stories: dict[UUID, Told] = {}
    for feed, parsed in heard:
        url, spoke = held.get(feed.pk, ("", False))
        said = _fresh(feed, parsed, spoke=spoke) if url == feed.url else []
        fresh += said
        told = {one.address: Told(feed, parsed, one.entry) for one in said if one.address}
        stories = told | stories
    links = offering.known(stories)
    fresh = _without_renamed(fresh, links)
    new = {address: told for address, told in stories.items() if address not in links}
    offered = offering.offer(new, now)
    _add_entries(fresh, links | offered.links, now)
    # Another source tells it now.
    ranking.again({link for said in fresh if (link := said.link(links))}, now)
    entries = Counter(said.feed.pk for said in fresh)
    brought = Counter(
        told.feed.pk for at, told in new.items() if offered.links[at] in offered.fresh
    )
    return [TakenIn(entries[feed.pk], brought[feed.pk]) for feed, _ in heard]


def _hold(feeds: Iterable[Feed]) -> dict[int, tuple[str, bool]]:
    """The address of each of `feeds` that is still there, and whether it ever said something; by
    its key. Until the transaction ends they are ours: two polls of one feed take turns here, and
    what came from an address that a feed no longer has is dropped."""
    rows = Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).order_by("pk")
    spoke = Exists(Entry.objects.filter(feed=OuterRef("pk")))
    held = rows.select_for_update().values_list("pk", "url", spoke)
    return {pk: (url, spoke) for pk, url, spoke in held}


def _fresh(feed: Feed, parsed: ParsedFeed, *, spoke: bool) -> list[_Said]:
    """What this feed never said, oldest first: a feed has its newest on top."""
    said = list(zip(parsed.identities, parsed.entries, strict=True))
    known: set[UUID] = set()
    if spoke:
        rows = Entry.objects.filter(feed=feed, identity__in=[identity for identity, _ in said])
        known = set(rows.order_by().values_list("identity", flat=True))
    fresh = ((identity, _impersonal(entry)) for identity, entry in said if identity not in known)
    return [_Said(feed, entry, identity, _address(entry)) for identity, entry in fresh][::-1]


def _impersonal(entry: ParsedEntry) -> ParsedEntry:
    """Without links that act for one of our subscribers."""
    url = "" if personal.holds_whole(entry.url) else entry.url
    html = personal.without(entry.html)
    return entry if (url, html) == (entry.url, entry.html) else replace(entry, url=url, html=html)


def _address(entry: ParsedEntry) -> UUID | None:
    linkable = 0 < len(entry.url) <= URL_LENGTH
    return canonical_identity(entry.canonical) if linkable else None


def _without_renamed(fresh: list[_Said], links: Mapping[UUID, int]) -> list[_Said]:
    """Without entries that only changed their guid: same feed, same link, same title."""
    if not links:
        return fresh
    feeds = {said.feed.pk for said in fresh if said.link(links)}
    known = set(
        Entry.objects.filter(feed__in=feeds, link__in=set(links.values()))
        .order_by()
        .values_list("feed_id", "link_id", "title")
    )
    return [
        said for said in fresh if (said.feed.pk, said.link(links), said.entry.title) not in known
    ]


def _add_entries(fresh: list[_Said], links: Mapping[UUID, int], now: datetime) -> None:
    keys = insert(Entry, [_row(said, links, now) for said in fresh])
    contents = [
        {"entry_id": key, "html": said.entry.html, "garbled": dict(said.entry.garbled)}
        for key, said in zip(keys, fresh, strict=True)
    ]
    insert(EntryContent, contents)


def _row(said: _Said, links: Mapping[UUID, int], now: datetime) -> dict[str, Any]:
    entry, date = said.entry, offering.date(said.entry, now)
    return {
        "feed_id": said.feed.pk,
        "identity": said.identity,
        "link_id": said.link(links),
        "guid": entry.guid[:RAW_LENGTH],
        "url": entry.url,
        "title": entry.title,
        "raw_title": entry.raw_title[:RAW_LENGTH],
        "author": entry.author,
        "tags": list(entry.tags),
        "raw_date": entry.raw_date,
        "published_at": date,
        "date_is_ours": entry.published_at != date,
        "repaired": bool(entry.garbled),
    }
