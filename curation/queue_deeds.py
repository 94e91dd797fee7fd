"""The deeds by the names that the queue's page calls them: the verb of each, and what it made."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib.auth.models import User
from django.utils import timezone

from curation import bulk, merging
from curation import queue as verbs
from curation.models import Link
from curation.wording import condition
from toolbox.text import one_line

NAMES = (
    "shortlist", "reject", "snooze", "section", "edit", "merge", "follow-up", "unhide",
)  # fmt: skip
TITLE = 60
# Of the links that a deed on many left alone, so many are named.
TOLD = 3


def sorting(name: str, said: dict[str, Any], by: User) -> Callable[[Link, int], Link]:
    """The one verb that a deed calls, with all it needs but the link and its version."""
    now, shelf, number = timezone.now(), said["section"], said.get("number")
    words = {field: said.get(field, "") for field in ("title", "blurb", "note")}
    deeds: dict[str, Callable[..., Link]] = {
        "shortlist": partial(verbs.shortlist, section=shelf),
        "reject": partial(verbs.reject, reason=said["reason"]),
        "snooze": partial(verbs.snooze, until=said["morning"], now=now),
        "section": lambda link, **held: verbs.set_section(link, shelf, **held),
        "edit": partial(verbs.edit, **words),
        "merge": lambda link, **held: merging.merge(link, _other(said), now=now, **held),
        "follow-up": lambda link, **held: verbs.follow_up(link, number, **held),
        "unhide": verbs.unhide,
    }
    return lambda link, version: deeds[name](link, by=by, version=version)


def _other(said: dict[str, Any]) -> Link:
    if said["into"] is None:
        raise merging.MergeError("Choose the link that is to stand for both.")
    return cast("Link", said["into"])


def done(name: str, said: dict[str, Any]) -> str:
    """What the link is after the deed, in a sentence."""
    link, section = said["link"], said["section"]
    follows = link.follow_up_of
    become = {
        "section": f"moved to {section}" if section else "stands in no section",
        "edit": "reads as you wrote it",
        "follow-up": f"is a follow-up of #{follows}" if follows else "follows nothing up",
        "merge": f"merged into “{one_line(said['into'].title, TITLE)}”" if said["into"] else "",
    }
    return f"“{one_line(link.title, TITLE)}” {become.get(name) or condition(link)}."


def counted(outcome: bulk.Outcome) -> str:
    """On how many links it was done, and why not on the others."""
    many = len(outcome.done)
    said = [f"{many} link{'' if many == 1 else 's'} {condition(outcome.done[0])}."] if many else []
    refused = outcome.refused
    said += [str(refusal) for refusal in refused[:TOLD]]
    if len(refused) > TOLD:
        said.append(f"{len(refused) - TOLD} more had changed.")
    return " ".join(said)
