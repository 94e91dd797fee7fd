"""From seeing a page to having it on the shortlist, in two actions and without a paste.

Nothing is fetched here: what we know about an address stands in our own rows, so the answer is
there at once. What the page says of itself is looked up later, by the worker.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from curation import bringing, queue
from curation.addressing import public_address
from curation.identity import address_identity
from curation.models import Link, LinkUse
from curation.wording import whereabouts
from publication.access import require
from publication.models import Section


@dataclass(frozen=True)
class Sighting:
    """What we know about a page somebody looks at. `link` is None for a new one."""

    address: str
    title: str
    blurb: str
    link: Link | None
    uses: list[LinkUse]

    @property
    def says(self) -> str:
        """Where it stands, in one word or a few: "New", "Waiting", "Ran in #12"."""
        return whereabouts(self.link, self.uses)


def look(text: str, title: str = "", selection: str = "") -> Sighting:
    """What is known about the page at `text`. Raises AddressRefusedError."""
    address = public_address(text)
    page = bringing.said(address, title, selection)
    link = bringing.find(address)
    uses = list(link.uses.order_by("-issue_number")) if link else []
    return Sighting(address, page.title, page.blurb, link, uses)


@transaction.atomic
def capture(
    text: str,
    *,
    title: str = "",
    selection: str = "",
    section: Section | None = None,
    note: str = "",
    shortlist: bool,
    by: User,
    now: datetime,
) -> Link:
    """Put a page into the queue, on the shortlist if `shortlist`, whatever was known about it.

    A link that is known keeps its words; the note is added to its notes. Raises
    AddressRefusedError, StaleLinkError.
    """
    require(by, queue.PERMISSION)
    page = bringing.said(public_address(text), title, selection)
    offered = bringing.bring([page], origin=Link.Origin.BOOKMARKLET, now=now)
    link = Link.objects.get(pk=offered.links[address_identity(page.url)])
    if offered.new:
        bringing.brought(link.pk, by).save()
    if note:
        queue.add_note(link, note, by=by)
    if shortlist:
        return queue.shortlist(link, by=by, section=section)
    if section and section != link.section:
        return queue.set_section(link, section, by=by)
    return link
