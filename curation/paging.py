"""Pages that go on from a key: a row's place and pk, highest first. Never an OFFSET."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from django.db.models import Q, QuerySet


def moment(text: str) -> datetime:
    """A place in the order of time. Raises ValueError, OverflowError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    # The first and the last day of the calendar have no UTC everywhere.
    return at.astimezone(UTC)


def number(text: str) -> float:
    """A place in the order of numbers. Raises ValueError."""
    if not isfinite(value := float(text)):
        raise ValueError("no number that stands in an order")
    return value


def key_of(place: datetime | float, pk: int) -> str:
    """The key of the last row of a page, as an address carries it."""
    text = place.isoformat() if isinstance(place, datetime) else repr(place)
    return f"{text},{pk}"


def after[Rows: QuerySet[Any]](
    rows: Rows, field: str, key: str, read: Callable[[str], Any] = moment
) -> Rows:
    """The rows that come after `key`; a key that cannot be read means the beginning."""
    try:
        text, last = key.rsplit(",", 1)
        place, pk = read(text), int(last)
    except (ValueError, OverflowError):
        return rows
    # The plain bound lets the database start in the middle of its index.
    return rows.filter(Q((f"{field}__lt", place)) | Q(pk__lt=pk), (f"{field}__lte", place))
