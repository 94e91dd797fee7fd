"""The planet: what every feed said, day by day, newest first."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models.functions import Left
from django.utils import timezone

from curation.models import Entry
from curation.paging import after, key_of
from toolbox.addresses import followable, host
from toolbox.html import to_line

PAGE = 50
EXCERPT = 280
# Characters of HTML an excerpt is made from: a page must not read fifty whole articles.
BEGINNING = 4000


@dataclass(frozen=True)
class Said:
    """One entry as a reader sees it: plain text, and an address that is safe to follow."""

    title: str
    url: str
    source: str
    author: str
    at: datetime
    excerpt: str


@dataclass(frozen=True)
class Day:
    """What was said on one day, in the time zone of the publication."""

    date: date
    said: list[Said]


@dataclass(frozen=True)
class Page:
    """Some days; `after` goes on from the last entry, empty when there is no more."""

    days: list[Day]
    after: str


def read(key: str, now: datetime) -> Page:
    """The page after `key`. What is dated in the future waits until then."""
    entries = Entry.objects.filter(published_at__lte=now).order_by("-published_at", "-pk")
    entries = after(entries, "published_at", key).defer("raw_title", "guid", "tags")
    beginning = Left("content__html", BEGINNING)
    found = entries.select_related("feed", "link").annotate(beginning=beginning)[: PAGE + 1]
    page = list(found)[:PAGE]
    days = [
        Day(day, [_said(entry, entry.beginning) for entry in entries])
        for day, entries in groupby(page, lambda entry: timezone.localdate(entry.published_at))
    ]
    more = len(found) > PAGE
    return Page(days, key_of(page[-1].published_at, page[-1].pk) if more else "")


def _said(entry: Entry, beginning: str | None) -> Said:
    source = entry.feed.title or host(entry.feed.url)
    return Said(
        title=entry.title,
        url=followable(entry.link.url if entry.link else entry.url),
        source=source,
        author=entry.author if entry.author != source else "",
        at=entry.published_at,
        excerpt=to_line(beginning or "", EXCERPT),
    )
