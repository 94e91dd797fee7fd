"""The history of a link in words: who did what, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from curation.deeds import restored
from curation.models import Link, LinkEvent
from curation.models.history import MERGED, SPLIT, UNMERGED
from curation.wording import day
from publication.models import Section

# So many of the latest are told.
TOLD = 100


@dataclass(frozen=True)
class Line:
    """One deed, as a person reads it. `words` completes "Ann …"."""

    at: datetime
    who: str
    words: str
    undone: bool


def history(link: Link) -> list[Line]:
    """What was done to `link`, and what was merged into it, newest first."""
    merged = link.merged.order_by().values_list("pk", flat=True)
    of_these = LinkEvent.objects.filter(link__in=[link.pk, *merged]).select_related("link")
    events = of_these.filter(Q(link=link) | Q(verb=MERGED, undone_at=None))[:TOLD]
    others = Link.objects.in_bulk({pk for event in events if (pk := _other(event))})
    shelves = Section.objects.in_bulk({pk for event in events if (pk := _shelf(event))})
    return [
        Line(
            event.at,
            event.actor_name,
            _words(event, link, others, shelves),
            event.undone_at is not None,
        )
        for event in events
    ]


def _words(
    event: LinkEvent, link: Link, others: dict[int, Link], shelves: dict[int, Section]
) -> str:
    other = others.get(_other(event) or 0)
    if event.verb == MERGED:
        why = f": {event.after['reason']}" if event.after.get("reason") else ""
        ours = event.link_id == link.pk
        return f"merged it into “{other}”{why}" if ours else f"merged “{event.link}” into it{why}"
    if event.verb in (UNMERGED, SPLIT):
        taken = "took it out of" if event.verb == UNMERGED else "split it off"
        return f"{taken} “{other}”"
    return _plain_words(event, shelves.get(_shelf(event) or 0))


def _plain_words(event: LinkEvent, shelf: Section | None) -> str:
    """A deed of the queue, with what was chosen or written."""
    if event.verb == "edited":
        return f"edited the {' and the '.join(_written(event))}"
    if event.verb == "noted":
        return f"noted: {note}" if (note := event.after.get("note")) else "took the note away"
    after = restored({k: v for k, v in event.after.items() if k == "snoozed_until"})
    details = [
        f"into {shelf}" if shelf and shelf.pk == event.after.get("section_id") else "",
        f"until {day(after['snoozed_until'])}" if after.get("snoozed_until") else "",
        f"({event.after['reject_reason']})" if event.after.get("reject_reason") else "",
    ]
    return " ".join([f"{event.verb} it", *filter(None, details)])


def _written(event: LinkEvent) -> list[str]:
    words = {"title": "title", "blurb": "summary", "note": "note"}
    return [word for name, word in words.items() if name in event.after]


def _other(event: LinkEvent) -> int | None:
    pk: int | None = event.before.get("merged_into_id") or event.after.get("merged_into_id")
    return pk


def _shelf(event: LinkEvent) -> Any:
    return event.after.get("section_id")
