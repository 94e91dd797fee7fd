"""What the page of one link shows: its sources and addresses, what was merged into it, its past."""

from dataclasses import dataclass

from curation.identity import address_identity
from curation.joining import brought
from curation.models import Entry, Link, LinkAddress, LinkUse
from curation.telling import Line, history

# A story has a handful of sources; a page that shows what is odd need not show all of it.
SHOWN = 200


@dataclass(frozen=True)
class Source:
    """What one feed said. `apart` says whether it can be split off."""

    entry: Entry
    apart: bool


@dataclass(frozen=True)
class Address:
    """One address, how we know it, and whether it can be split off."""

    address: LinkAddress
    origin: str
    apart: bool


@dataclass(frozen=True)
class LinkPage:
    """All there is to see of a link."""

    link: Link
    sources: list[Source]
    addresses: list[Address]
    merged: list[Link]
    uses: list[LinkUse]
    history: list[Line]


def read(link: Link) -> LinkPage:
    """The page of `link`, in as many queries for many sources as for one."""
    merged = list(link.merged.prefetch_related("events"))
    came_with = {pk: other for other in merged for pk in brought(other).get("addresses", [])}
    addresses = [_address(link, row, came_with) for row in link.addresses.order_by("pk")[:SHOWN]]
    own = {row.address.identity for row in addresses if not row.apart}
    entries = link.entries.select_related("feed").order_by("pk")[:SHOWN]
    return LinkPage(
        link=link,
        sources=[
            Source(entry, bool(entry.url) and address_identity(entry.url) not in own)
            for entry in entries
        ],
        addresses=addresses,
        merged=merged,
        uses=list(link.uses.all()[:SHOWN]),
        history=history(link),
    )


def _address(link: Link, row: LinkAddress, came_with: dict[int, Link]) -> Address:
    if row.identity == address_identity(link.url):
        return Address(row, "its own", apart=False)
    if other := came_with.get(row.pk):
        return Address(row, f"came with “{other}”", apart=False)
    return Address(row, "told by a feed or its page", apart=True)
