"""What just happened to links, in a sentence: told to others, and to who takes it back."""

from collections.abc import Iterable

from curation.models import LinkEvent
from curation.wording import condition
from toolbox.text import one_line

TITLE = 60


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
