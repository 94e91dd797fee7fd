"""From seeing a page to having it on the shortlist, in two actions and without a paste.

Nothing is fetched here: what we know about an address stands in our own rows, so the answer is
there at once. What the page says of itself is looked up later, by the worker.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from curation import bringing, memory, queue
from curation.addressing import AddressRefusedError, public_address
from curation.identity import address_identity
from curation.models import Link
from curation.pasting import first_address
from curation.recalling import Reminder, Words
from curation.wording import whereabouts
from publication.access import require
from publication.models import Section

BROUGHT_WITH = Link.Origin.BOOKMARKLET
# Characters; a first line that is longer is a paragraph.
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Shared:
    """What a browser or a phone hands over about a page: any of it may be missing."""

    url: str = ""
    title: str = ""
    text: str = ""

    @property
    def address(self) -> str:
        """The address of the page: phones put it among the words. Raises AddressRefusedError."""
        found = self.url.strip() or first_address(self.text) or first_address(self.title)
        if not found and (self.title or self.text):
            raise AddressRefusedError("There is no address in what was shared.")
        return public_address(found)

    @property
    def words(self) -> tuple[str, str]:
        """The title, and what else was said, without the address in either. Where an app gave no
        title, the first line of the words is one."""
        title = _without(first_address(self.title), self.title)
        found = first_address(self.text)
        is_own = not self.url.strip() or found == self.url.strip()
        said = _without(found if is_own else "", self.text)
        first, _, rest = said.partition("\n")
        if title or len(first) > LONGEST_TITLE:
            return title, said
        return first.strip(" -–—|:"), rest.strip()


@dataclass(frozen=True)
class Sighting:
    """What we know about a page: its link, or what would become one, and what it reminds of."""

    link: Link
    says: str
    reminders: list[Reminder]

    @property
    def ran(self) -> bool:
        """Whether this very page came out already."""
        return any(one.ran and not one.title for one in self.reminders)

    @property
    def is_new(self) -> bool:
        """Whether nobody brought it yet."""
        return self.link.pk is None


def _without(address: str, words: str) -> str:
    """The words around an address, where any are."""
    left = words.replace(address, " ", 1).strip() if address else words.strip()
    return left if re.search(r"\w", left) else ""


def look(shared: Shared, now: datetime) -> Sighting:
    """What is known about a page that somebody looks at. Raises AddressRefusedError."""
    address = shared.address
    known = bringing.find(address)
    if known:
        says = whereabouts(known, known.uses.all())
        return Sighting(known, says, memory.of_links([known])[known.pk])
    page = bringing.said(address, *shared.words)
    link = bringing.drafts([page], origin=BROUGHT_WITH, published_at=now)[0]
    words = Words(link.title, link.url, link.blurb)
    return Sighting(link, whereabouts(None), memory.of_words([words], now)[0])


@transaction.atomic
def capture(
    shared: Shared,
    *,
    section: Section | None = None,
    note: str = "",
    follow_up: int | None = None,
    shortlist: bool,
    by: User,
    now: datetime,
) -> Link:
    """Put a page into the queue, on the shortlist if `shortlist`, whatever was known about it.

    A link that is known keeps its words, and without `section` its shelf; a note is added to its
    notes. Raises AddressRefusedError, QueueError.
    """
    require(by, queue.PERMISSION)
    link = _brought(shared, by, now)
    if note:
        queue.add_note(link, note, by=by)
    if follow_up:
        queue.follow_up(link, follow_up, by=by)
    if shortlist:
        return queue.shortlist(link, by=by, section=_chosen(section, link))
    if section and section != link.section:
        return queue.set_section(link, section, by=by)
    return link


def _brought(shared: Shared, by: User, now: datetime) -> Link:
    page = bringing.said(shared.address, *shared.words)
    address = address_identity(page.url)
    offered = bringing.bring({address: page}, origin=BROUGHT_WITH, now=now)
    link = Link.objects.select_related("section").get(pk=offered.links[address])
    if link.pk in offered.fresh:
        bringing.brought(link.pk, by).save()
    return link


def _chosen(section: Section | None, link: Link) -> Section | None:
    """A section that was left as suggested keeps its reason."""
    return section if section != link.section else None
