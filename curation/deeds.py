"""What every deed on a link shares: who may, holding the row, the event that makes it undoable.

A deed holds its link by a conditional UPDATE on (pk, version) and writes a LinkEvent in the same
transaction.
"""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import F, Field

from curation.models import Link, LinkEvent, LinkUse
from curation.wording import condition
from publication.access import MACHINE
from publication.models import Section

PERMISSION = "curation.triage_link"


class QueueError(Exception):
    """A deed the queue refuses. The message is for the person who tried."""

    link: Link | None = None


class StaleLinkError(QueueError):
    """The link is no longer what the person saw. `link` is what it has become, None if gone."""

    def __init__(self, pk: int) -> None:
        self.link = Link.objects.select_related("section", "merged_into").filter(pk=pk).first()
        if self.link is None:
            super().__init__("This link is gone: it was deleted.")
            return
        event = self.link.events.filter(undone_at=None).first()
        by = f", by {event.actor_name}" if event else ""
        super().__init__(f"“{self.link.title}” has changed: it is {condition(self.link)}{by}.")


class PlacedSinceError(QueueError):
    """The link stands in an issue, so the queue no longer decides about it."""

    def __init__(self, use: LinkUse) -> None:
        self.link = use.link
        ran = "ran" if use.published_at else "stands"
        advice = "" if use.published_at else " Take it out of the issue first."
        super().__init__(f"“{use.link.title}” {ran} in #{use.issue_number}.{advice}")


def write(link: Link, values: dict[str, Any]) -> None:
    """Change the link where it still is what was read; the object follows the row."""
    held = Link.objects.standing().filter(pk=link.pk, version=link.version)
    if not held.update(**values, version=F("version") + 1):
        raise StaleLinkError(link.pk)
    for name, value in (values | {"version": link.version + 1}).items():
        setattr(link, name, value)


def tell(
    link: Link, by: User | None, verb: str, before: dict[str, Any], after: dict[str, Any]
) -> LinkEvent:
    """Append a deed to the link's history: plain values as they were, and as they are."""
    return LinkEvent.objects.create(
        link=link,
        actor=by,
        actor_name=str(by or MACHINE),
        verb=verb,
        before=plain(before),
        after=plain(after),
    )


def restored(told: dict[str, Any]) -> dict[str, Any]:
    """Values of an event as the model has them. A shelf that was deleted since stays empty."""
    values = {name: _field(name).to_python(value) for name, value in told.items()}
    shelf = values.get("section_id")
    if shelf and not Section.objects.filter(pk=shelf).exists():
        values["section_id"] = None
    return values


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values of the model as JSON has them; `restored` is the way back."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _field(name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", Link._meta.get_field(name))
