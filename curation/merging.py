"""Two links that are one story become one, and what was joined wrongly comes apart again.

The addresses, entries and uses of a merged link move to the one that stands, so that "also in"
and "ran in #N" are answered for the whole story. `curation.joining` keeps the record of it in
the event, so that each of these deeds can be taken back.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from curation.deeds import PERMISSION, QueueError, StaleLinkError, tell
from curation.joining import join, take_out
from curation.models import Entry, Link, LinkAddress, LinkEvent, LinkUse
from curation.models.history import MERGED, SPLIT, UNMERGED
from curation.uses import settle
from publication.access import require

# Deeds whose undoing is more than writing back values.
VERBS = {MERGED, UNMERGED, SPLIT}
# Where their events have the other link.
OTHER = "merged_into_id"


class MergeError(QueueError):
    """Links that cannot be merged, or taken apart."""


class SameLinkError(MergeError):
    """A link is one with itself already."""


class AlreadyMergedError(MergeError):
    """One of the two does not stand for itself; `link` is the one that does."""

    def __init__(self, merged: Link) -> None:
        self.link = merged.merged_into
        super().__init__(f"“{merged.title}” is merged into “{self.link}” already.")


class NotMergedError(MergeError):
    """There is nothing to take out: the link stands for itself."""


@transaction.atomic
def merge(
    link: Link,
    into: Link,
    *,
    by: User | None,
    now: datetime,
    version: int | None = None,
    reason: str = "",
) -> Link:
    """Let `into` stand for `link` as well; answers `into`. Nothing is lost, `unmerge` undoes it.

    What was shortlisted stays shortlisted; notes are joined; words that `into` lacks it takes
    over. Both must be as they were read; `version` is what the person saw of `link`. What is
    merged into `link` moves on with it. Raises SameLinkError, AlreadyMergedError, StaleLinkError.
    """
    require(by, PERMISSION)
    if link.pk == into.pk:
        raise SameLinkError(f"“{link.title}” cannot be merged into itself.")
    if version not in (None, link.version):
        raise StaleLinkError(link.pk)
    hold(link, into)
    after = {OTHER: into.pk, "reason": reason, "brought": join(link, into, by)}
    tell(link, by, MERGED, {OTHER: None}, after)
    return into


@transaction.atomic
def unmerge(link: Link, *, by: User | None, now: datetime) -> Link:
    """Take a merged link out again, with exactly what it brought. Raises NotMergedError."""
    require(by, PERMISSION)
    if link.merged_into_id is None:
        raise NotMergedError(f"“{link.title}” is not merged into another link.")
    into = take_out(link, now)
    link.events.filter(verb=MERGED, undone_at=None).update(undone_at=now)
    tell(link, by, UNMERGED, {OTHER: into}, {OTHER: None})
    return link


def take_back(event: LinkEvent, now: datetime) -> None:
    """Undo a deed of VERBS; the caller marks the event. Raises QueueError."""
    link = event.link
    if event.verb == MERGED:
        take_out(link, now)
        return
    into = Link.objects.filter(pk=event.before[OTHER]).first()
    if into is None:
        raise MergeError(f"What “{link.title}” was taken out of is gone.")
    into = into.merged_into or into
    hold(link, into)
    event.after |= {"brought": join(link, into, event.actor)}
    event.save(update_fields=["after"])


def hold(*links: Link) -> None:
    """Lock links, in one order for everybody, where they still are what was read.

    Raises AlreadyMergedError, StaleLinkError.
    """
    pks = [link.pk for link in links]
    rows = Link.objects.select_for_update().filter(pk__in=pks).order_by("pk").in_bulk()
    for link in links:
        row = rows.get(link.pk)
        if row is not None and row.merged_into_id:
            raise AlreadyMergedError(row)
        if row is None or row.version != link.version:
            raise StaleLinkError(link.pk)


def taken_apart(links: Iterable[Link]) -> set[frozenset[int]]:
    """Pairs among `links` that a person took apart: only a person joins them again."""
    parted = Q(verb__in=[UNMERGED, SPLIT], undone_at=None)
    undone = Q(verb=MERGED, undone_at__isnull=False)
    events = LinkEvent.objects.filter(parted | undone, link__in=[link.pk for link in links])
    return {
        frozenset((event.link_id, event.before[OTHER] or event.after[OTHER])) for event in events
    }


def gather_strays() -> int:
    """Move on what was stored on a link in the moment in which it was merged; how many rows."""
    moved, onto = 0, set[int]()
    for model in (LinkAddress, Entry, LinkUse):
        # Not `isnull`, for which SQLite would look at every row there is.
        rows = model._default_manager.filter(link__merged_into__gt=0).order_by()
        for pk, into in list(rows.values_list("pk", "link__merged_into")):
            moved += model._default_manager.filter(pk=pk).update(link_id=into)
            onto.update([into] if into else [])
    settle(onto)
    return moved
