"""What a line of somebody's table says of one person. Pure: no rows are read or written."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from audience.addresses import address_key
from audience.models import Subscriber
from audience.tables import Row
from toolbox.addresses import AddressError, normalise
from toolbox.text import one_line

State = Subscriber.State
# As our export, Buttondown and Mailchimp call them.
STATES = {
    "": State.ACTIVE,
    **dict.fromkeys(("active", "subscribed", "confirmed", "enabled", "regular"), State.ACTIVE),
    **dict.fromkeys(("premium", "gifted", "trialed", "paid", "free"), State.ACTIVE),
    **dict.fromkeys(("paused", "past_due", "churning", "churned"), State.ACTIVE),
    **dict.fromkeys(("pending", "unactivated", "unconfirmed"), State.PENDING),
    **dict.fromkeys(("unsubscribed", "removed", "inactive", "disabled"), State.UNSUBSCRIBED),
    **dict.fromkeys(("bounced", "cleaned", "undeliverable"), State.BOUNCED),
    **dict.fromkeys(("complained", "complaint", "spammy", "blocked"), State.COMPLAINED),
}


class LineError(Exception):
    """This line is not taken; the message says why, without the address."""


@dataclass(frozen=True)
class Person:
    """One line, understood."""

    line: int
    email: str
    key: str
    state: State
    confirmed_at: datetime | None
    confirmed_from: str | None
    left_at: datetime | None
    sections: tuple[str, ...] = ()
    paused_until: date | None = None
    asked_at: datetime | None = None
    asked_from: str | None = None
    # None: their list has no such column.
    asked_on: str | None = None

    @property
    def is_out(self) -> bool:
        """Whoever left, bounced or complained there is not mailed here either."""
        return self.state not in {State.ACTIVE, State.PENDING}


def read(row: Row, zone: ZoneInfo) -> Person:
    """The person on this line; hours without a zone are of `zone`. Raises LineError."""
    cells = row.cells
    try:
        email = normalise(cells.get("email", ""))
    except AddressError as error:
        raise LineError(_reason(error, cells.get("email", ""))) from error
    return Person(
        line=row.line,
        email=email,
        key=address_key(email),
        state=_state(cells),
        confirmed_at=_moment(cells.get("confirmed_at", ""), zone),
        confirmed_from=_network(cells.get("confirmed_from", "")),
        left_at=_moment(cells.get("left_at") or cells.get("bounced_at", ""), zone),
        sections=tuple(cells.get("sections", "").split()),
        paused_until=_day(cells.get("paused_until", "")),
        asked_at=_moment(cells.get("asked_at", ""), zone),
        asked_from=_network(cells.get("asked_from", "")),
        asked_on=one_line(cells["asked_on"], 100) if "asked_on" in cells else None,
    )


def doubts(row: Row, person: Person, shelves: Collection[str]) -> Iterator[str]:
    """What stands on the line and was left out of `person`. `shelves`: the slugs of the sections
    there are."""
    for column in ("confirmed_at", "left_at", "asked_at", "paused_until"):
        cell = row.cells.get(column, "")
        if cell and getattr(person, column) is None:
            yield f"its {column}, “{one_line(cell, 30)}”, is no date that can be read (2026-03-14)"
    for slug in person.sections:
        if slug not in shelves:
            yield f"there is no section “{one_line(slug, 30)}”"


def _reason(error: AddressError, email: str) -> str:
    """Nothing of the address stands in a report."""
    if not email:
        return "There is no address in it."
    domain, said = email.partition("@")[2].lower(), str(error)
    return "Its domain is not a domain name." if domain and domain in said else said


def _state(cells: dict[str, str]) -> State:
    said = cells.get("state", "").lower()
    if said not in STATES:
        raise LineError(f"Its state, “{one_line(said, 30)}”, is not known here.")
    if not said and cells.get("bounced_at"):
        return State.BOUNCED
    if not said and cells.get("left_at"):
        return State.UNSUBSCRIBED
    return STATES[said]


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment that cannot be read is none: no reason to lose a person."""
    try:
        moment = parse_datetime(text) if text else None
        day = parse_date(text) if text and moment is None else None
        moment = moment or (datetime(day.year, day.month, day.day, tzinfo=zone) if day else None)
        moment = moment.replace(tzinfo=zone) if moment and moment.tzinfo is None else moment
        return moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def _network(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
