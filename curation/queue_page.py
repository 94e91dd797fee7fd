"""What the queue shows: a page of links from one of its shelves, and how many there are.

Pages go on from a key (the last link's moment and pk), never from an OFFSET, and counts stop at
a bound: the queue opens with 200,000 links as with 200, in the same number of queries.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from curation import memory
from curation.models import Entry, Feed, Link, LinkEvent, LinkUse
from curation.paging import after, key_of
from curation.queue_address import SHELVES, Asked
from curation.recalling import Reminder
from curation.wording import age, remarks, standing
from publication.models import Section, SectionKind
from toolbox.addresses import followable, host

PAGE = 50
COUNTED = 100
# A search looks through the newest of a shelf only, so that it ends.
SEARCHED = 5000
SEARCHED_FIELDS = ("title", "blurb", "url", "source_label", "author")
# Sections that hold no links of ours: words of a guest, and what is paid for.
NOT_FOR_LINKS = (SectionKind.TEXT, SectionKind.SPONSOR)


@dataclass(frozen=True)
class Row:
    """One link as the queue shows it."""

    link: Link
    url: str
    host: str
    source: str
    age: str
    standing: str
    also_in: list[str]
    ran: list[LinkUse]
    # What its feed did not say, or said wrongly: sentences for whoever decides.
    remarks: list[str]
    # The entry whose text was garbled and was repaired.
    repaired: Entry | None
    reminders: list[Reminder]


@dataclass(frozen=True)
class Page:
    """A page of rows; `after` goes on from its last one, empty when there is no more."""

    rows: list[Row]
    after: str


def sections() -> QuerySet[Section]:
    """The sections a link can be sorted into, in the order of their keys."""
    return Section.objects.active().exclude(kind__in=NOT_FOR_LINKS)


def feeds() -> QuerySet[Feed]:
    """Sources to narrow by."""
    return Feed.objects.only("title", "url")[:1000]


def read(asked: Asked, now: datetime) -> Page:
    """The page that `asked` names."""
    moment = _moment(asked.show)
    found: list[Link] = []
    for part in _parts(asked.show, now):
        found += _narrowed(part, asked)[: PAGE + 1]
    found.sort(key=lambda link: (getattr(link, moment), link.pk), reverse=True)
    rows = _rows(found[:PAGE], now)
    if len(found) <= PAGE:
        return Page(rows, after="")
    return Page(rows, after=key_of(getattr(found[PAGE - 1], moment), found[PAGE - 1].pk))


def find(pk: int, show: str, now: datetime) -> Row | None:
    """The row of one link, if it stands on the shelf `show`."""
    found = [link for part in _parts(show, now) for link in part.filter(pk=pk)]
    return next(iter(_rows(found, now)), None)


def counts(now: datetime) -> dict[str, str]:
    """How many links stand on each shelf: "17", or "100+"."""
    numbers = {
        show: sum(part.order_by()[: COUNTED + 1].count() for part in _parts(show, now))
        for show in SHELVES
    }
    return {show: f"{COUNTED}+" if n > COUNTED else str(n) for show, n in numbers.items()}


def _moment(show: str) -> str:
    """What waits is in the order of the news; the rest in the order of the deeds."""
    return "published_at" if show == "waiting" else "state_since"


def _parts(show: str, now: datetime) -> list[QuerySet[Link]]:
    """A shelf as queries that each follow an index; one with an OR would sort the whole shelf."""
    links = Link.objects.standing().shown().select_related("section")
    snoozed = links.filter(state=Link.State.SNOOZED)
    parts = {
        "waiting": [links.filter(state=Link.State.NEW), snoozed.filter(snoozed_until__lte=now)],
        "shortlisted": [Link.objects.unplaced().select_related("section")],
        "snoozed": [snoozed.filter(snoozed_until__gt=now)],
        "rejected": [links.filter(state=Link.State.REJECTED)],
    }[show]
    return [part.order_by(f"-{_moment(show)}", "-pk") for part in parts]


def _narrowed(links: QuerySet[Link], asked: Asked) -> QuerySet[Link]:
    """Only what is looked for, and only what comes after the key."""
    if asked.q:
        words = ((f"{field}__icontains", asked.q) for field in SEARCHED_FIELDS)
        links = _newest(links, _moment(asked.show)).filter(Q(*words, _connector=Q.OR))
    if asked.section:
        links = links.filter(section__slug=asked.section)
    if asked.feed:
        links = links.filter(pk__in=Entry.objects.filter(feed=int(asked.feed)).values("link"))
    return after(links, _moment(asked.show), asked.after)


def _newest(links: QuerySet[Link], moment: str) -> QuerySet[Link]:
    """A search must end: the newest SEARCHED links, by a plain bound every planner follows."""
    oldest = list(links.values_list(moment, flat=True)[SEARCHED - 1 : SEARCHED])
    return links.filter((f"{moment}__gte", oldest[0])) if oldest else links


def _rows(links: list[Link], now: datetime) -> list[Row]:
    """With all that a row says, in as many queries for fifty links as for one."""
    entries = Entry.objects.select_related("feed").only(
        "link", "feed__title", "feed__url", "title", "raw_title", "repaired", "date_is_ours",
        "raw_date",
    )  # fmt: skip
    prefetch_related_objects(
        links,
        Prefetch("entries", entries.order_by("pk")),
        Prefetch("events", LinkEvent.objects.filter(undone_at=None)),
        Prefetch("uses", LinkUse.objects.exclude(published_at=None)),
    )
    reminders = memory.of_links(links, now)
    return [_row(link, reminders[link.pk], now) for link in links]


def _row(link: Link, reminders: list[Reminder], now: datetime) -> Row:
    carriers = list(dict.fromkeys(str(entry.feed) for entry in link.entries.all()))
    source = link.source_label or next(iter(carriers), "") or host(link.url)
    event = next(iter(link.events.all()), None)
    return Row(
        link=link,
        url=followable(link.url),
        host=host(link.url),
        source=source,
        age=age(link.published_at, now),
        standing=standing(link, event.actor_name if event else "", now),
        also_in=[carrier for carrier in carriers if carrier != source],
        ran=list(link.uses.all()),
        remarks=remarks(link.entries.all()),
        repaired=next((entry for entry in link.entries.all() if entry.repaired), None),
        reminders=reminders,
    )
