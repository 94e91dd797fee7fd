"""Subscribers out, as a table that spreadsheets open safely and `importing` reads back."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import batched
from typing import TYPE_CHECKING

from audience.models import Subscriber
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User

COLUMNS = (
    "email",
    "state",
    "sections",
    "paused_until",
    "asked_at",
    "asked_from",
    "asked_on",
    "confirmed_at",
    "confirmed_from",
    "left_at",
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
AT_ONCE = 1000


def export(*, by: "User | None") -> Iterator[str]:
    """The table in pieces, everybody in it whatever their state. Raises NotAllowedError."""
    access.require(by, "audience.export_subscriber")
    access.record(by, "export", "subscribers", rows=Subscriber.objects.count())
    return _pieces()


def _pieces() -> Iterator[str]:
    yield _table([COLUMNS])
    everybody = Subscriber.objects.order_by("pk").prefetch_related("sections")
    for some in batched(everybody.iterator(AT_ONCE), AT_ONCE, strict=False):
        yield _table([_line(subscriber) for subscriber in some])


def _line(subscriber: Subscriber) -> list[str]:
    sections = " ".join(section.slug for section in subscriber.sections.all())
    values = [sections if name == "sections" else getattr(subscriber, name) for name in COLUMNS]
    return [_cell(value) for value in values]


def _cell(value: object) -> str:
    """What a spreadsheet would compute is marked as text; `tables` takes the mark off again."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _table(lines: Sequence[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue()
