"""Opening one entry that holds many stories: another newsletter's issue, the notes of an episode.

Each story that leads somewhere becomes a link in the queue, which says where it was found.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction

from curation import cleaning, issue_html, offering
from curation.identity import address_identity, canonical_url, untracked
from curation.kinds import SHELVES
from curation.kinds import kind_of as kind_of_link
from curation.models import Entry, Link, LinkAddress
from curation.models.feed import URL_LENGTH
from curation.parsed import ParsedEntry
from curation.queue import PERMISSION
from curation.told import EPISODE, ToldItem, ToldSection
from publication.access import record, require
from publication.models import Section
from toolbox.text import one_line


@dataclass(frozen=True)
class Opened:
    """How many stories of an entry are new, how many were known, and what seems lost."""

    new: int
    known: int
    flags: tuple[str, ...]


@transaction.atomic
def open_entry(entry: Entry, *, by: User | None, now: datetime) -> Opened:
    """Offer what `entry` holds, each address once for everybody. Again changes nothing."""
    require(by, PERMISSION)
    html = entry.content.html if hasattr(entry, "content") else ""
    told = issue_html.read(html, title=entry.title, base=entry.url)
    stories = {
        address_identity(item.url): (section, item)
        for section, item in issue_html.links(told)
        if len(item.url) <= URL_LENGTH
    }
    known = offering.known(stories)
    fresh = {address: story for address, story in stories.items() if address not in known}
    links = _links(entry, list(fresh.values()), now)
    LinkAddress.objects.bulk_create(
        LinkAddress(identity=identity, url=canonical_url(link.url), link=link)
        for identity, link in zip(fresh, links, strict=True)
    )
    record(by, "opened", f"entry “{entry.title}”", offered=len(links))
    return Opened(len(links), len(known), told.flags)


def via(entry: Entry) -> str:
    """Where a story was found: the show and number of an episode, else the feed's name."""
    feed = str(entry.feed)
    episode = EPISODE.match(entry.title)
    if episode:
        return one_line(f"{episode['show']} #{episode['number']}", 200)
    return one_line(feed if feed != entry.feed.url else entry.title, 200)


def _links(entry: Entry, stories: list[tuple[ToldSection, ToldItem]], now: datetime) -> list[Link]:
    shelves = list(Section.objects.active())
    date, found = min(entry.published_at, now), via(entry)
    return Link.objects.bulk_create(
        _link(section, item, shelves, date, found) for section, item in stories
    )


def _link(
    section: ToldSection, item: ToldItem, shelves: list[Section], date: datetime, found: str
) -> Link:
    title = one_line(item.title, 500) or urlsplit(item.url).hostname or item.url
    shelf = _shelf(section, item, shelves)
    return Link(
        url=untracked(item.url),
        title=title,
        blurb=cleaning.blurb(one_line(" ".join(item.paragraphs))),
        source_label=(item.source or urlsplit(item.url).hostname or "")[:100],
        via=found,
        kind=kind_of_link(ParsedEntry(title=title, url=item.url), shelf),
        section=shelf,
        section_reason=one_line(f"because it stood under “{section.title}”", 200) if shelf else "",
        published_at=date,
    )


def _shelf(section: ToldSection, item: ToldItem, shelves: list[Section]) -> Section | None:
    """The shelf of that name, or of that kind, or the one its address suggests."""
    name = section.title.casefold()
    named = [shelf for shelf in shelves if shelf.title.casefold() == name]
    alike = [shelf for shelf in shelves if shelf.kind == section.kind and shelf.kind != "links"]
    slug = SHELVES[kind_of_link(ParsedEntry(title=item.title, url=item.url), None)]
    suggested = [shelf for shelf in shelves if shelf.slug == slug]
    return next(iter(named + alike + suggested), None)
