"""Pages that go on from a key: a row's moment and pk, newest first. Never an OFFSET."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet


def key_of(moment: datetime, pk: int) -> str:
    """The key of the last row of a page, as an address carries it."""
    return f"{moment.isoformat()},{pk}"


def after[Rows: QuerySet[Any]](rows: Rows, field: str, key: str) -> Rows:
    """The rows that come after `key`; a key that cannot be read means the beginning."""
    try:
        text, number = key.rsplit(",", 1)
        moment, pk = datetime.fromisoformat(text), int(number)
        if moment.tzinfo is None:
            return rows
        # The first and the last day of the calendar have no UTC everywhere.
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return rows
    # The plain bound lets the database start in the middle of its index.
    return rows.filter(Q((f"{field}__lt", moment)) | Q(pk__lt=pk), (f"{field}__lte", moment))
