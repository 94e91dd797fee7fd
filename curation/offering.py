"""From what feeds said to what an editor sees: one link per story, waiting in the queue.

When a feed is new, its newest entries wait and the old ones stand among the rejected, with the
reason: nothing is lost, the next feed that tells the story finds it there, and nobody wades
through the archive of every blog they add.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

from django.db.models.functions import Coalesce

from curation import flood, ruling
from curation.describing import describe
from curation.models import Feed, Link, LinkAddress
from curation.newlink import NewLink
from curation.parsed import ParsedEntry, ParsedFeed
from curation.rules import Story
from publication.models import Section
from toolbox.rows import Row, insert

# Of a feed's first poll so many are offered whatever their age, and all that are younger.
OFFERED_AT_FIRST = 20
RECENT = timedelta(days=60)
OLD_AT_FIRST = "There already when its feed was added"
# A link merged into one that is merged itself; longer chains are followed the next time.
MERGES = 5


@dataclass(frozen=True)
class Told:
    """What one feed tells under one address."""

    feed: Feed
    parsed: ParsedFeed
    entry: ParsedEntry


@dataclass(frozen=True)
class Offered:
    """The link of each address, and which of them are new."""

    links: dict[UUID, int] = field(default_factory=dict)
    fresh: frozenset[int] = frozenset()

    @property
    def new(self) -> int:
        """How many are new."""
        return len(self.fresh)


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


def offer(stories: Mapping[UUID, Told], now: datetime) -> Offered:
    """Put one link for each of `stories`, which nobody told before, into the queue."""
    if not stories:
        return Offered()
    shelves = {section.slug: section for section in Section.objects.active()}
    links = {address: _link(told, shelves, now) for address, told in stories.items()}
    _set_aside(stories, links, now)
    ruling.rule_in(list(links.values()), map(_story, stories.values()))
    canonical = {address: told.entry.canonical for address, told in stories.items()}
    return put_in({address: vars(link) for address, link in links.items()}, canonical)


def put_in(links: Mapping[UUID, Row], canonical: Mapping[UUID, str]) -> Offered:
    """Store a new link for each address, whose canonical form is given too; where one became
    known meanwhile, that one stands.

    Call inside a transaction.
    """
    keys = dict(zip(links, insert(Link, list(links.values())), strict=True))
    addresses = [
        {"identity": identity, "url": canonical[identity], "link_id": key}
        for identity, key in keys.items()
    ]
    # In one order for everybody: of two polls with the same stories one waits for the other.
    addresses.sort(key=itemgetter("identity"))
    kept = insert(LinkAddress, addresses, ignore_conflicts=True)
    standing = keys if len(kept) == len(keys) else _settle(keys)
    return Offered(standing, frozenset(set(keys.values()) & set(standing.values())))


def date(entry: ParsedEntry, now: datetime) -> datetime:
    """When `entry` was published; now for one that does not say, or says the future."""
    return min(entry.published_at or now, now)


def _settle(ours: Mapping[UUID, int]) -> dict[UUID, int]:
    """Where another poll had a story in the same moment, its link stands and ours goes."""
    standing = known(ours)
    beaten = set(ours.values()) - set(standing.values())
    Link.objects.filter(pk__in=beaten).delete()
    return standing


def _story(told: Told) -> Story:
    return Story(told.entry.title, told.entry.url, frozenset([told.feed.pk]), told.entry.tags)


def _link(told: Told, shelves: dict[str, Section], now: datetime) -> NewLink:
    return NewLink(
        url=told.entry.untracked,
        published_at=date(told.entry, now),
        **describe(told.feed, told.parsed, told.entry, shelves),
    )


def _set_aside(stories: Mapping[UUID, Told], links: Mapping[UUID, NewLink], now: datetime) -> None:
    """What nobody wants to wade through, of each feed by itself."""
    by_feed: dict[int, list[UUID]] = defaultdict(list)
    for address, told in stories.items():
        by_feed[told.feed.pk].append(address)
    for addresses in by_feed.values():
        feed = stories[addresses[0]].feed
        pairs = [(stories[address].entry, links[address]) for address in addresses]
        if feed.last_ok_at is None:
            _set_old_ones_aside(pairs, now)
        else:
            for link in flood.among(pairs, feed.last_new_at or now):
                link.state, link.reject_reason = Link.State.REJECTED.value, flood.HELD


def _set_old_ones_aside(stories: list[tuple[ParsedEntry, NewLink]], now: datetime) -> None:
    """Without dates the order of the feed is all there is: its newest stands on top."""
    newest_first = stories[::-1]
    newest_first.sort(key=lambda story: story[0].published_at or now, reverse=True)
    for entry, link in newest_first[OFFERED_AT_FIRST:]:
        if entry.published_at is None or entry.published_at < now - RECENT:
            link.state, link.reject_reason = Link.State.REJECTED.value, OLD_AT_FIRST
