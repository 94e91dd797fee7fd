"""What somebody did to a link, in a sentence: its history, told to others, told when undone."""

from collections.abc import Iterable, Mapping

from django.utils.dateparse import parse_datetime

from curation.models import LinkEvent
from curation.models.history import MERGED, SPLIT, UNMERGED
from curation.wording import condition, day
from toolbox.text import one_line

TITLE = 60
WRITTEN = {"title": "title", "blurb": "summary", "note": "note"}


def deed(event: LinkEvent, shelves: Mapping[int, str]) -> str:
    """Completes the sentence "Ann …": "shortlisted it for News". `shelves` are titles by pk."""
    after = event.after
    shelf, reason = shelves.get(after.get("section_id"), ""), after.get("reject_reason", "")
    sentences = {
        "shortlisted": f"shortlisted it for {shelf}" if shelf else "shortlisted it",
        "rejected": f"rejected it: {reason}" if reason else "rejected it",
        "snoozed": f"snoozed it until {_day(after.get('snoozed_until'))}",
        "moved": f"moved it to {shelf}" if shelf else "took it out of its section",
        "edited": f"edited the {' and the '.join(_written(after))}",
        "noted": f"noted: {note}" if (note := after.get("note")) else "took the note away",
        MERGED: "merged it into another link",
        UNMERGED: "took it out of the link it was merged into",
        SPLIT: "split it off from another link",
    }
    return sentences.get(event.verb, event.verb)


def others(events: Iterable[LinkEvent]) -> str:
    """What other people did just now, for somebody who looks at the same links."""
    events = list(events)
    if len(events) > 1:
        names = list(dict.fromkeys(event.actor_name for event in events))
        return f"{' and '.join(names[:2])} changed {len(events)} links."
    return "".join(
        f"{event.actor_name} {'undid on' if event.undone_at else event.verb} "
        f"“{one_line(event.link.title, TITLE)}”."
        for event in events
    )


def undone(event: LinkEvent) -> str:
    """What it is again after the undo that answered `event`."""
    if event.batch:
        number = LinkEvent.objects.filter(batch=event.batch, undone_at=event.undone_at).count()
        if number > 1:
            return f"Undone: {number} links are as they were."
    title = f"“{one_line(event.link.title, TITLE)}”"
    if event.verb in ("edited", "noted"):
        return f"Undone: {title} reads as before."
    return f"Undone: {title} is {condition(event.link)} again."


def _written(after: Mapping[str, object]) -> list[str]:
    return [word for name, word in WRITTEN.items() if name in after]


def _day(moment: str | None) -> str:
    return day(parse_datetime(moment)) if moment else ""
