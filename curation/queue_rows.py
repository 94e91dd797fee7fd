"""A link as the queue shows it: all that an editor needs to decide, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects

from curation import memory
from curation.models import Entry, Link, LinkEvent, LinkUse
from curation.recalling import Reminder
from curation.wording import age, hidden, remarks, standing
from toolbox.addresses import followable, host


@dataclass(frozen=True)
class Row:
    """One link as the queue shows it. `place` is a number: rows stand highest first, then by pk."""

    link: Link
    place: float
    url: str
    host: str
    source: str
    age: str
    standing: str
    hidden: str
    # What its feed did not say, or said wrongly: sentences for whoever decides.
    remarks: list[str]
    # The entry whose text was garbled and was repaired.
    repaired: Entry | None
    reminders: list[Reminder]
    also_in: list[str]
    ran: list[LinkUse]


def rows(links: list[Link], place: str, now: datetime) -> list[Row]:
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
    reminders = memory.of_links(links)
    return [_row(link, place, reminders[link.pk], now) for link in links]


def _row(link: Link, place: str, reminders: list[Reminder], now: datetime) -> Row:
    carriers = list(dict.fromkeys(str(entry.feed) for entry in link.entries.all()))
    source = link.source_label or next(iter(carriers), "") or host(link.url)
    event = next(iter(link.events.all()), None)
    return Row(
        link=link,
        place=_number(getattr(link, place)),
        url=followable(link.url),
        host=host(link.url),
        source=source,
        age=age(link.published_at, now),
        hidden=hidden(link),
        standing=standing(link, event.actor_name if event else "", now),
        remarks=remarks(link.entries.all()),
        repaired=next((entry for entry in link.entries.all() if entry.repaired), None),
        reminders=reminders,
        also_in=[carrier for carrier in carriers if carrier != source],
        ran=list(link.uses.all()),
    )


def _number(place: datetime | float) -> float:
    """A moment in microseconds, which a script's numbers still hold exactly."""
    if not isinstance(place, datetime):
        return place
    return int(place.timestamp() * 1_000_000)
