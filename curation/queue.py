"""Sorting what came in: each deed on a link, who did it, and taking it back.

`version` is what the person saw; without it the link counts as handed over. See `curation.deeds`.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from curation import merging
from curation.deeds import (
    PERMISSION,
    PlacedSinceError,
    QueueError,
    StaleLinkError,
    restored,
    tell,
    write,
)
from curation.models import Link, LinkEvent
from publication.access import MACHINE, require
from publication.models import Section
from toolbox.text import one_line, printable

__all__ = [
    "PERMISSION", "NoTitleError", "NothingToUndoError", "PastSnoozeError", "PlacedSinceError",
    "QueueError", "StaleLinkError", "edit", "passed_over", "reject", "set_section", "shortlist",
    "snooze", "taken_back", "undo",
]  # fmt: skip

REASON_LENGTH = 200
TITLE_LENGTH = 500
# Characters of a blurb or a note; a pasted article is neither.
TEXT_LENGTH = 5000
# Of the deeds that an undo passes over, so many are named.
TOLD = 3
# Deeds that take a link off the shortlist, and so must not pull it from under an issue.
LEAVING = {Link.State.REJECTED, Link.State.SNOOZED}


class NothingToUndoError(QueueError):
    """The person has done nothing that still stands."""


class PastSnoozeError(QueueError):
    """A link can only be put off until later."""


class NoTitleError(QueueError):
    """A link is shown by its title, so it has one."""


def shortlist(
    link: Link, *, by: User | None, section: Section | None = None, version: int | None = None
) -> Link:
    """Choose a link for the next issue, into `section` or else the one it has. Clears a refusal.

    What ran may be chosen again: it is on the shortlist from now on.
    """
    values = _state(Link.State.SHORTLISTED) | (_shelf(section, by) if section else {})
    if link.state == Link.State.SHORTLISTED and _ran_since(link):
        values["state_since"] = timezone.now()
    return _do("shortlisted", link, by, version, values)


def reject(link: Link, *, by: User | None, reason: str = "", version: int | None = None) -> Link:
    """Turn a link down. Raises PlacedSinceError while it stands in a draft."""
    values = _state(Link.State.REJECTED, reject_reason=one_line(reason, REASON_LENGTH))
    return _do("rejected", link, by, version, values)


def snooze(
    link: Link, *, by: User | None, until: datetime, now: datetime, version: int | None = None
) -> Link:
    """Put a link off: it waits again from `until`. Raises PastSnoozeError, PlacedSinceError."""
    if until <= now:
        raise PastSnoozeError("That day is over: choose a later one.")
    values = _state(Link.State.SNOOZED, snoozed_until=until)
    return _do("snoozed", link, by, version, values)


def set_section(
    link: Link, section: Section | None, *, by: User | None, version: int | None = None
) -> Link:
    """Move a link to another shelf, or to none, wherever it waits."""
    return _do("moved", link, by, version, _shelf(section, by))


def add_note(link: Link, text: str, *, by: User | None, version: int | None = None) -> Link:
    """Add to what editors noted about a link; what was noted before stays."""
    noted = "\n".join(filter(None, [link.note, _text(text)]))
    return _do("noted", link, by, version, {"note": noted})


def unhide(link: Link, *, by: User | None, version: int | None = None) -> Link:
    """Let a link wait in the queue that a rule kept out of it; no rule hides it again."""
    return _do("taken back", link, by, version, {"hidden_by": ""})


def follow_up(
    link: Link, number: int | None, *, by: User | None, version: int | None = None
) -> Link:
    """Keep that a link goes on with a story of issue `number`; None: with none."""
    return _do("follow-up", link, by, version, {"follow_up_of": number})


def edit(
    link: Link, *, by: User | None, title: str, blurb: str, note: str, version: int | None = None
) -> Link:
    """Set what editors write of a link. Raises NoTitleError, which changes nothing."""
    values = {"title": one_line(title, TITLE_LENGTH), "blurb": _text(blurb), "note": _text(note)}
    if not values["title"]:
        raise NoTitleError(f"“{link.title}” needs a title. Nothing was changed.")
    noted = (values["title"], values["blurb"]) == (link.title, link.blurb)
    return _do("noted" if noted else "edited", link, by, version, values)


@transaction.atomic
def undo(*, by: User) -> LinkEvent:
    """Take back the newest act of `by` that can be; call again for the one before.

    What was done to several links in one act (`curation.bulk`) is taken back in one, wherever it
    still can be; answered is the newest of its deeds, the others share its `undone_at`. A deed
    that another deed followed on its link, or whose link an issue has taken since, is
    passed over. Where none is left: StaleLinkError or PlacedSinceError for the newest of those,
    NothingToUndoError without any.
    """
    require(by, PERMISSION)
    standing = LinkEvent.objects.filter(actor=by, undone_at=None).select_related("link")
    event = standing.undoable().first()
    if event is None:
        raise _refusal(standing.first())
    act = list(standing.undoable().filter(batch=event.batch)) if event.batch else [event]
    now = timezone.now()
    for deed in act:
        _take_back(deed, now)
    return act[0]


def taken_back(undone: LinkEvent) -> list[int]:
    """The links of all deeds that this undo took back, those it merged or took apart with them."""
    deeds = LinkEvent.objects.filter(pk=undone.pk)
    if undone.batch:
        deeds = LinkEvent.objects.filter(batch=undone.batch, undone_at=undone.undone_at)
    with_it = (undone.before | undone.after).get("merged_into_id")
    return [*deeds.values_list("link", flat=True), *([with_it] if with_it else [])]


def passed_over(undone: LinkEvent) -> list[QueueError]:
    """Why newer deeds of that person stand, of those that this undo was the first to pass."""
    told = LinkEvent.objects.filter(
        actor=undone.actor, pk__lt=OuterRef("pk"), undone_at__gt=OuterRef("at")
    )
    before = Q(pk__gt=undone.pk) | Q(batch=undone.batch, batch__isnull=False)
    passed = LinkEvent.objects.filter(
        before,
        ~Exists(told.exclude(undone_at=undone.undone_at)),
        actor=undone.actor,
        undone_at=None,
    )
    return [_refusal(event) for event in passed.select_related("link")[:TOLD]]


def _take_back(event: LinkEvent, now: datetime) -> None:
    if event.verb in merging.VERBS:
        merging.take_back(event, now)
    else:
        write(event.link, restored(event.before))
    event.undone_at = now
    event.save(update_fields=["undone_at"])


def _refusal(event: LinkEvent | None) -> QueueError:
    """Why this deed, the newest that stands, is not taken back."""
    if event is None:
        return NothingToUndoError("There is nothing left to undo.")
    use = event.link.uses.filter(placed_at__gte=event.at).select_related("link").first()
    return PlacedSinceError(use) if use else StaleLinkError(event.link_id)


@transaction.atomic
def _do(
    verb: str, link: Link, by: User | None, version: int | None, values: dict[str, Any]
) -> Link:
    """Write what differs, and the event that says so. What changes nothing leaves no event."""
    require(by, PERMISSION)
    if version not in (None, link.version):
        raise StaleLinkError(link.pk)
    if values.get("state") in LEAVING:
        _refuse_placed(link)
    changed = {name: value for name, value in values.items() if getattr(link, name) != value}
    if "state" in changed:
        changed["state_since"] = timezone.now()
    before = {name: getattr(link, name) for name in changed}
    if not changed:
        return link
    write(link, changed)
    tell(link, by, verb, before, changed)
    return link


def _state(state: Link.State, **values: Any) -> dict[str, Any]:
    """A state with everything that belongs to it; what belonged to another is cleared."""
    return {"state": state, "reject_reason": "", "snoozed_until": None, "hidden_by": ""} | values


def _shelf(section: Section | None, by: User | None) -> dict[str, Any]:
    return {
        "section_id": section.pk if section else None,
        "section_reason": f"set by {by or MACHINE}",
    }


def _ran_since(link: Link) -> bool:
    """Whether a link came out after it was chosen, and stands in no draft."""
    placed = list(link.uses.filter(placed_at__gte=link.state_since))
    return bool(placed) and all(use.published_at for use in placed)


def _text(written: str) -> str:
    """Lines as they were written, without what a browser or a stranger put between them."""
    return printable(written.replace("\r\n", "\n")).strip()[:TEXT_LENGTH]


def _refuse_placed(link: Link) -> None:
    if use := link.uses.filter(published_at=None).select_related("link").first():
        raise PlacedSinceError(use)
