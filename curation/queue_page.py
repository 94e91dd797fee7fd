"""What the queue shows: a page of links from one of its shelves, and how many there are.

Pages go on from a key (the last link's place and pk), never from an OFFSET, and counts stop at
a bound: the queue opens with 200,000 links as with 200, in the same number of queries.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from curation import searching
from curation.models import Entry, Feed, Link
from curation.paging import after, key_of, moment, number
from curation.queue_address import AGES, NO_SECTION, SHELVES, Asked
from curation.queue_rows import Row, rows
from publication.models import Section, SectionKind

PAGE = 50
COUNTED = 500
# The languages to choose from are those of so many links that came in last.
LANGUAGES_OF = 1000
# Sections that hold no links of ours: words of a guest, and what is paid for.
NOT_FOR_LINKS = (SectionKind.TEXT, SectionKind.SPONSOR)


@dataclass(frozen=True)
class Page:
    """A page of rows; `after` goes on from its last one, empty when there is no more."""

    rows: list[Row]
    after: str


def sections() -> QuerySet[Section]:
    """The sections a link can be sorted into, in the order of their keys."""
    return Section.objects.active().exclude(kind__in=NOT_FOR_LINKS)


def feeds(chosen: str) -> SafeString:
    """Sources to narrow by, as options: a template takes longer for a thousand of them than for
    the page."""
    named = Feed.objects.values_list("pk", "title", "url")[:1000]
    return mark_safe(
        "".join(
            f'<option value="{pk}"{" selected" if str(pk) == chosen else ""}>'
            f"{escape(title or url)}</option>"
            for pk, title, url in named
        )
    )


def languages() -> list[str]:
    """Languages to narrow by, without their regions."""
    lately = Link.objects.order_by("-pk").values_list("language", flat=True)[:LANGUAGES_OF]
    return sorted({language.split("-")[0].lower() for language in lately} - {""})


def read(asked: Asked, now: datetime) -> Page:
    """The page that `asked` names."""
    place, found = asked.place, list[Link]()
    reader: Callable[[str], Any] = number if place == "score" else moment
    for part in _narrowed(asked, now):
        found += after(part, place, asked.after, reader)[: PAGE + 1]
    found.sort(key=lambda link: (getattr(link, place), link.pk), reverse=True)
    shown = rows(found[:PAGE], place, now)
    if len(found) <= PAGE:
        return Page(shown, after="")
    return Page(shown, after=key_of(getattr(found[PAGE - 1], place), found[PAGE - 1].pk))


def find(pks: Collection[int], asked: Asked, now: datetime, *, narrowed: bool) -> dict[int, Row]:
    """The rows of these links, as far as they stand on that shelf and, if `narrowed`, are what
    is looked for there."""
    parts = _narrowed(asked, now) if narrowed else [part for _, part in _parts(asked, now)]
    found = [link for part in parts for link in part.filter(pk__in=pks)]
    return {row.link.pk: row for row in rows(found, asked.place, now)}


def counts(now: datetime) -> dict[str, str]:
    """How many links stand on each shelf: "17", or "500+"."""
    numbers = {
        # In the order of the shelf, since that is what makes the database take its index.
        show: sum(part[: COUNTED + 1].count() for _, part in _parts(Asked(show=show), now))
        for show in SHELVES
    }
    return {show: f"{COUNTED}+" if n > COUNTED else str(n) for show, n in numbers.items()}


def _parts(asked: Asked, now: datetime) -> list[tuple[str, QuerySet[Link]]]:
    """A shelf as queries that each follow an index, each with the state that its links share:
    one with an OR would sort the whole shelf."""
    new, snoozed = Link.State.NEW, Link.State.SNOOZED
    links = Link.objects.standing().shown()
    shelves: dict[str, list[tuple[str, QuerySet[Link]]]] = {
        "waiting": [
            (new, links.filter(state=new)),
            (snoozed, links.filter(state=snoozed, snoozed_until__lte=now)),
        ],
        "shortlisted": [(Link.State.SHORTLISTED, Link.objects.unplaced())],
        "snoozed": [(snoozed, links.filter(state=snoozed, snoozed_until__gt=now))],
        "rejected": [(Link.State.REJECTED, links.filter(state=Link.State.REJECTED))],
        "hidden": [("", Link.objects.hidden())],
        "everything": [("", Link.objects.standing())],
    }
    return [
        (state, part.select_related("section").order_by(f"-{asked.place}", "-pk"))
        for state, part in shelves[asked.show]
    ]


def _narrowed(asked: Asked, now: datetime) -> Iterator[QuerySet[Link]]:
    """A shelf's parts with only what is looked for."""
    wanted = _wanted(asked, now)
    for state, part in _parts(asked, now):
        links = part.filter(wanted) if wanted else part
        yield searching.matching(links, asked.q, state) if asked.q else links


def _wanted(asked: Asked, now: datetime) -> Q:
    wanted = Q()
    if asked.section == NO_SECTION:
        wanted &= Q(section=None)
    elif asked.section:
        shelf = Section.objects.filter(slug=asked.section).values_list("pk", flat=True).first()
        wanted &= Q(section=shelf) if shelf else Q(pk__in=[])
    if asked.feed:
        wanted &= Q(pk__in=Entry.objects.filter(feed=int(asked.feed)).values("link"))
    if asked.kind:
        wanted &= Q(kind=asked.kind)
    if asked.language:
        region = Q(language__istartswith=f"{asked.language}-")
        wanted &= Q(language__iexact=asked.language) | region
    if asked.age:
        since = now - AGES[asked.age]
        wanted &= Q(published_at__lt=since) if asked.age == "older" else Q(published_at__gte=since)
    return wanted
