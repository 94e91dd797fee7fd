"""The sponsors' calendar: the days to come, and who stands in which slot."""

import datetime as dt
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Q

from digest.models import Booking, Issue
from publication.masthead import current
from publication.models import Section, SectionKind

WEEK = dt.timedelta(weeks=1)
WEEKS = 12


@dataclass(frozen=True)
class Cell:
    """One slot of one day, and its booking where there is one."""

    slot: Section
    booking: Booking | None


@dataclass(frozen=True)
class Day:
    """One day on which an issue comes out, or is to; `planned` says that it is one by rule."""

    date: dt.date
    issue: Issue | None
    planned: bool
    cells: tuple[Cell, ...]

    @property
    def open(self) -> bool:
        """Whether its slots can still be sold."""
        return self.issue is None or self.issue.state != Issue.State.PUBLISHED


@dataclass(frozen=True)
class Calendar:
    """The days to come by the slots there are."""

    slots: tuple[Section, ...]
    days: tuple[Day, ...]

    def count(self, *states: str) -> int:
        """How many slots are in one of these states."""
        found = chain.from_iterable(day.cells for day in self.days)
        return sum(cell.booking is not None and cell.booking.state in states for cell in found)

    @property
    def sold(self) -> int:
        """Slots that are booked."""
        return self.count(Booking.State.BOOKED, Booking.State.APPROVED)

    @property
    def held(self) -> int:
        """Slots kept for somebody who has not said yes."""
        return self.count(Booking.State.HELD)

    @property
    def free(self) -> int:
        """Slots that can be sold."""
        cells = chain.from_iterable(day.cells for day in self.days if day.open)
        return sum(cell.booking is None for cell in cells)


def calendar(now: dt.datetime, weeks: int = WEEKS) -> Calendar:
    """The next publishing days, and every other day with an issue or a booking among them."""
    planned = _publishing_days(now, weeks)
    first, last = now.astimezone(ZoneInfo(current().time_zone)).date(), planned[-1]
    between = Q(issue_date__gte=first, issue_date__lte=last)
    standing = Booking.objects.exclude(state=Booking.State.CANCELLED).filter(between)
    bookings = {(it.issue_date, it.slot_id): it for it in standing.select_related("sponsor")}
    issues = {it.date: it for it in Issue.objects.filter(date__gte=first, date__lte=last)}
    slots = _slots({slot for _, slot in bookings})
    dates = sorted({*planned, *issues, *(date for date, _ in bookings)})
    days = (
        Day(
            date,
            issues.get(date),
            date in planned,
            tuple(Cell(slot, bookings.get((date, slot.pk))) for slot in slots),
        )
        for date in dates
    )
    return Calendar(slots, tuple(days))


def taken_by(booking: Booking) -> Booking | None:
    """Another booking that stands in the slot this one wants."""
    rivals = Booking.objects.filter(issue_date=booking.issue_date, slot=booking.slot_id)
    standing = rivals.exclude(state=Booking.State.CANCELLED).exclude(pk=booking.pk)
    return standing.select_related("sponsor").first()


def _publishing_days(now: dt.datetime, weeks: int) -> list[dt.date]:
    publication = current()
    today = now.astimezone(ZoneInfo(publication.time_zone)).date()
    first = today + dt.timedelta((publication.publishing_day - today.isoweekday()) % 7)
    return [first + WEEK * number for number in range(weeks)]


def _slots(booked: set[int]) -> tuple[Section, ...]:
    """The shelves that are sold, and those no longer offered that still hold a booking."""
    shelves = Section.objects.filter(kind=SectionKind.SPONSOR)
    return tuple(shelves.filter(Q(active=True) | Q(pk__in=booked)))
