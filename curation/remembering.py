"""What ran before this queue knew of it: "ran in #N" is answered for imported issues too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from curation import offering, uses
from curation.identity import address_identity, canonical_url
from curation.models import Link, LinkAddress, LinkUse
from curation.uses import Placing


@dataclass(frozen=True)
class Ran:
    """One story as an issue told it. `url` is a web address."""

    block_uid: UUID
    url: str
    title: str
    section: str
    blurb: str = ""
    source_label: str = ""


@transaction.atomic
def remember(issue_number: int, stories: Collection[Ran], at: datetime) -> dict[UUID, int]:
    """Note that these ran in an issue that came out `at`; answers the link of each block.

    A link that waits on the shortlist goes on waiting; a new one stands nowhere but in its use.
    """
    addresses = {story.block_uid: address_identity(story.url) for story in stories}
    known = offering.known(addresses.values())
    unknown = {
        addresses[story.block_uid]: story
        for story in stories
        if addresses[story.block_uid] not in known
    }
    known |= _links(unknown, at)
    links = {uid: known[address] for uid, address in addresses.items()}
    placings = [
        Placing(links[story.block_uid], story.section, story.block_uid) for story in stories
    ]
    uses.place_many(issue_number, placings)
    # They were placed when they ran, not now: what was chosen since is still to be placed.
    LinkUse.objects.filter(block_uid__in=links).update(placed_at=at)
    uses.publish(issue_number, list(links), at)
    return links


def _links(unknown: dict[UUID, Ran], at: datetime) -> dict[UUID, int]:
    links = Link.objects.bulk_create(
        Link(
            url=story.url,
            title=story.title[:500],
            blurb=story.blurb,
            source_label=story.source_label[:100],
            origin=Link.Origin.IMPORT,
            state=Link.State.SHORTLISTED,
            published_at=at,
        )
        for story in unknown.values()
    )
    made = dict(zip(unknown, links, strict=True))
    Link.objects.filter(pk__in=[link.pk for link in links]).update(state_since=at, seen_at=at)
    LinkAddress.objects.bulk_create(
        LinkAddress(identity=identity, url=canonical_url(link.url), link=link)
        for identity, link in made.items()
    )
    return {identity: link.pk for identity, link in made.items()}
