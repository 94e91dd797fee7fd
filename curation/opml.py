"""Lists of feeds in and out, without loss of address, title, site, folder or section."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from lxml.etree import Element, SubElement, _Element, tostring

from curation.following import FeedAddressError, feed_address, without_password
from curation.identity import web_address
from curation.known import Known
from curation.models import Feed
from curation.models.feed import URL_LENGTH
from curation.outlines import Outline, read
from publication.access import record, require
from publication.models import Section
from toolbox.text import one_line

# Between the names of folders that stand in each other.
BETWEEN = " / "
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# What of a feed is in the list, read as it lies: there may be thousands.
WRITTEN = ("title", "url", "site_url", "category", "outline", "section__slug")


@dataclass
class Imported:
    """What came of an import."""

    added: int = 0
    known: int = 0
    # Line and reason.
    refused: list[tuple[str, str]] = field(default_factory=list)
    # What was wrong with the file itself, though its feeds were read.
    damage: str = ""

    def __str__(self) -> str:
        return f"{self.added} feeds added, {self.known} known already, {len(self.refused)} refused"


@transaction.atomic
def import_opml(
    data: bytes, *, section: Section | None = None, by: User | None, now: datetime
) -> Imported:
    """Add the feeds listed in `data`; those that are known stay as they are. Raises OpmlError.

    Without `section` a feed goes to the one its category or folder is named after, if any.
    """
    require(by, "curation.add_feed")
    outlines, damage = read(data)
    shelves = {name.lower(): s for s in Section.objects.all() for name in (s.slug, s.title)}
    known, imported = Known(), Imported(damage=damage)
    fresh = [
        feed
        for outline in outlines
        if (feed := _new(outline, section or _shelf(outline, shelves), known, imported, now))
    ]
    Feed.objects.bulk_create(fresh, batch_size=500)
    imported.added = len(fresh)
    record(by, "import feeds", f"{imported.added} feeds", refused=len(imported.refused))
    return imported


def export_opml(title: str) -> str:
    """Every feed that is not retired, by folder, as OPML 2.0."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = title
    folders: dict[tuple[str, ...], _Element] = {(): SubElement(root, "body")}
    followed = Feed.objects.exclude(state=Feed.State.RETIRED).values(*WRITTEN)
    for feed in followed.order_by("category", "title", "url"):
        path = tuple(name for name in feed["category"].split(BETWEEN) if name)
        SubElement(_folder(path, folders), "outline", _attributes(feed))
    return DECLARATION + tostring(root, encoding="unicode", pretty_print=True)


def _folder(path: tuple[str, ...], folders: dict[tuple[str, ...], _Element]) -> _Element:
    """The folder at `path`, inside those it stands in."""
    if path not in folders:
        around = _folder(path[:-1], folders)
        folders[path] = SubElement(around, "outline", text=path[-1], title=path[-1])
    return folders[path]


def _attributes(feed: dict[str, Any]) -> dict[str, str]:
    """What we know, and what the line it came by said beyond it."""
    title, url, site = feed["title"], feed["url"], feed["site_url"]
    known = {"title": title, "xmlUrl": url, **({"htmlUrl": site} if site else {})}
    return {"type": "rss", "text": title or url, **feed["outline"], **known, **_categories(feed)}


def _categories(feed: dict[str, Any]) -> dict[str, str]:
    """The section's slug before the categories that were there."""
    said = feed["outline"].get("category", "")
    slug = feed["section__slug"] or ""
    names = [slug, *(name for name in said.split(",") if name.strip() != slug)]
    return {"category": ",".join(filter(None, names))} if any(names) else {}


def _shelf(outline: Outline, shelves: dict[str, Section]) -> Section | None:
    """OPML's categories are paths, comma separated; then the folders, innermost first."""
    names = [*outline.category.replace("/", ",").split(","), *reversed(outline.folders)]
    found = (shelves.get(name.strip().lower()) for name in names)
    return next(filter(None, found), None)


def _new(
    outline: Outline, section: Section | None, known: Known, done: Imported, now: datetime
) -> Feed | None:
    """The feed of this line, unless it is known or refused."""
    try:
        url = feed_address(outline.url)
    except FeedAddressError as error:
        done.refused.append((without_password(outline.url), str(error)))
        return None
    if known.get(url):
        done.known += 1
        return None
    site = web_address(outline.site_url)
    return known.add(
        Feed(
            url=url,
            title=one_line(outline.title, 300),
            site_url=site if len(site) <= URL_LENGTH else "",
            category=one_line(BETWEEN.join(outline.folders), 200),
            outline=outline.extra,
            section=section,
            next_poll_at=now,
        )
    )
