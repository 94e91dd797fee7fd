"""Links that people bring, rather than feeds: captured, pasted, submitted. One link per story here
too, whoever brings it, and the same rules look at it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from curation import ruling
from curation.cleaning import as_html, entry
from curation.describing import raw, stand_in, tidy_blurb, tidy_title
from curation.identity import address_identity, untracked
from curation.kinds import SHELVES, kind_of, looks
from curation.models import Link, LinkEvent
from curation.offering import Offered, known, put_in
from curation.parsed import ParsedEntry
from curation.rules import Story
from curation.sources import source_label
from publication.access import MACHINE
from publication.models import Section

BROUGHT = "brought"
TAKEN_BACK = "Brought by mistake"
# What is stored of a new link; what says when it was stored comes from the model's defaults.
STORED = [
    column.attname
    for column in Link._meta.concrete_fields
    if not column.primary_key and not getattr(column, "auto_now_add", False)
]


def said(address: str, title: str = "", text: str = "") -> ParsedEntry:
    """What a person says of a page, cleaned as what a feed says is. `title`, `text` are plain.

    Without a title its address stands in, until the page is looked at.
    """
    title = title.strip() or stand_in(untracked(address))
    if not text.strip() and title == stand_in(untracked(address)):
        return ParsedEntry(title=title, url=address)
    return entry(base=address, href=address, title=title, summary=as_html(text))


def find(address: str) -> Link | None:
    """The link that stands for `address`, if it is known."""
    pks = known([address_identity(address)]).values()
    return Link.objects.select_related("section").filter(pk__in=pks).first()


def bring(
    stories: Mapping[UUID, ParsedEntry], *, origin: Link.Origin, now: datetime, **values: Any
) -> Offered:
    """Put one link for each story that nobody told before into the queue, by its address.

    Rules look at them as at what feeds bring, but hide only what strangers bring.
    """
    standing = known(stories)
    new = [address for address in stories if address not in standing]
    links = drafts([stories[address] for address in new], origin=origin, published_at=now, **values)
    rows = ({name: vars(link)[name] for name in STORED} for link in links)
    canonical = {address: stories[address].canonical for address in new}
    offered = put_in(dict(zip(new, rows, strict=True)), canonical)
    return Offered(standing | offered.links, offered.fresh)


def drafts(stories: Iterable[ParsedEntry], *, origin: Link.Origin, **values: Any) -> list[Link]:
    """The links that stories would become, with what rules suggest. Not yet stored."""
    shelves = {section.slug: section for section in Section.objects.active()}
    links = [_link(story, shelves, origin=origin, **values) for story in stories]
    ruling.rule_in(links, [Story(link.title, link.url) for link in links])
    for link in links if origin != Link.Origin.SUBMISSION else ():
        link.hidden_by = ""
    return links


def brought(pk: int, by: User | None, **after: str) -> LinkEvent:
    """The deed of bringing a link, not yet stored. Its undoing turns the link down: what was
    brought is never deleted, since somebody may have seen it meanwhile."""
    before = {"state": Link.State.REJECTED, "reject_reason": TAKEN_BACK}
    return LinkEvent(
        link_id=pk,
        actor=by,
        actor_name=str(by or MACHINE),
        verb=BROUGHT,
        before=before,
        after={"state": Link.State.NEW, **after},
    )


def _link(story: ParsedEntry, shelves: dict[str, Section], **values: Any) -> Link:
    kind = kind_of(story, None)
    section = shelves.get(SHELVES[kind])
    title = tidy_title(story.title, story.url)
    return Link(
        url=untracked(story.url),
        title=title,
        raw_title=raw(story.title, title),
        blurb=tidy_blurb(story.blurb),
        source_label=source_label(story.url),
        kind=kind,
        section=section,
        section_reason=looks(kind) if section else "",
        **values,
    )
