"""From what feeds said to what an editor sees: one link per story, waiting in the queue.

When a feed is new, its newest entries wait and the old ones stand among the rejected, with the
reason: nothing is lost, the next feed that tells the story finds it there, and nobody wades
through the archive of every blog they add.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce

from curation.describing import describe
from curation.identity import canonical_url, untracked
from curation.models import Feed, Link, LinkAddress
from curation.parsed import ParsedEntry, ParsedFeed
from publication.models import Section

# Of a feed's first poll so many are offered whatever their age, and all that are younger.
OFFERED_AT_FIRST = 20
RECENT = timedelta(days=60)
OLD_AT_FIRST = "Already old when its feed was added"
# A link merged into one that is merged itself; longer chains are followed the next time.
MERGES = 5


@dataclass(frozen=True)
class Offered:
    """The link of each address, and how many of them are new."""

    links: dict[UUID, int]
    new: int = 0


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


def offer(
    feed: Feed, parsed: ParsedFeed, stories: Mapping[UUID, ParsedEntry], now: datetime
) -> Offered:
    """Put one link for each of `stories`, which nobody told before, into the queue."""
    if not stories:
        return Offered({})
    shelves = {section.slug: section for section in Section.objects.active()}
    links = [_link(feed, parsed, entry, shelves, now) for entry in stories.values()]
    if feed.last_ok_at is None:
        _set_old_ones_aside(links, now)
    Link.objects.bulk_create(links)
    addresses = [
        LinkAddress(identity=identity, url=canonical_url(link.url), link=link)
        for identity, link in zip(stories, links, strict=True)
    ]
    # In one order for everybody: of two polls with the same stories one waits for the other.
    addresses.sort(key=lambda address: address.identity)
    LinkAddress.objects.bulk_create(addresses, ignore_conflicts=True)
    return _settle(stories, links)


def date(entry: ParsedEntry, now: datetime) -> datetime:
    """When `entry` was published; now for one that does not say, or says the future."""
    return min(entry.published_at or now, now)


def _settle(stories: Iterable[UUID], links: list[Link]) -> Offered:
    """Where another poll had a story in the same moment, its link stands and ours goes."""
    standing = known(stories)
    ours = {link.pk for link in links}
    beaten = ours - set(standing.values())
    if beaten:
        Link.objects.filter(pk__in=beaten).delete()
    return Offered(standing, len(ours - beaten))


def _link(
    feed: Feed, parsed: ParsedFeed, entry: ParsedEntry, shelves: dict[str, Section], now: datetime
) -> Link:
    return Link(
        url=untracked(entry.url),
        published_at=date(entry, now),
        **describe(feed, parsed, entry, shelves),
    )


def _set_old_ones_aside(links: list[Link], now: datetime) -> None:
    newest_first = sorted(links, key=lambda link: link.published_at, reverse=True)
    for link in newest_first[OFFERED_AT_FIRST:]:
        if link.published_at < now - RECENT:
            link.state, link.reject_reason = Link.State.REJECTED, OLD_AT_FIRST
