"""How two rows of links become one and two again: what moves, what is taken over, the record of it.

The record says which rows a link brought and what the standing link took over from it, by value
before and after. Whatever happens later, exactly that comes out again.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from curation.deeds import StaleLinkError, plain, restored, tell, write
from curation.models import Entry, Link, LinkAddress, LinkEvent, LinkUse
from curation.uses import settle

# What the standing link takes over where it says nothing itself.
FILLED = (
    "blurb", "source_label", "author", "via", "language", "image", "submitted_by", "follow_up_of",
)  # fmt: skip
STATE = {"state", "state_since", "reject_reason", "snoozed_until"}


def join(link: Link, into: Link, by: User | None) -> dict[str, Any]:
    """Move all that belongs to `link` to `into` and mark it; answers the record.

    Call with both rows held.
    """
    record: dict[str, Any] = {}
    for name, rows, column in _belongings(link.pk):
        record[name] = list(rows.order_by().values_list("pk", flat=True))
        rows.filter(pk__in=record[name]).update(**{column: into.pk})
    settle([link.pk, into.pk])
    taken = _taken_over(link, into, record["uses"])
    before = {name: getattr(into, name) for name in taken}
    write(link, {"merged_into_id": into.pk})
    write(into, taken)
    deed = tell(into, by, "shortlisted", before, taken) if "state" in taken else None
    told = {"into": into.pk, "deed": deed and deed.pk}
    return record | told | {"before": plain(before), "after": plain(taken)}


def take_out(link: Link, now: datetime) -> int:
    """Let a merged link stand again with what it brought; answers the number of the other."""
    into = _hold_merged(link)
    record = brought(link)
    for name, rows, column in _belongings(into.pk):
        rows.filter(pk__in=record.get(name, [])).update(**{column: link.pk})
    settle([link.pk, into.pk])
    Link.objects.filter(pk=link.pk).update(merged_into=None, version=F("version") + 1)
    link.refresh_from_db()
    _give_back(into, record, now)
    return into.pk


def brought(link: Link) -> dict[str, Any]:
    """The record of how `link` was last joined to another; empty when it never was."""
    for event in link.events.all():
        if "brought" in event.after:
            return dict(event.after["brought"])
    return {}


def _belongings(pk: int) -> list[tuple[str, QuerySet[Any], str]]:
    """What moves with a link: its name in the record, the rows, the column that names the link."""
    return [
        ("addresses", LinkAddress.objects.filter(link=pk), "link_id"),
        ("entries", Entry.objects.filter(link=pk), "link_id"),
        ("uses", LinkUse.objects.filter(link=pk), "link_id"),
        # Those merged into it move on with it: nothing is ever merged twice over.
        ("merged", Link.objects.filter(merged_into=pk), "merged_into_id"),
    ]


def _taken_over(link: Link, into: Link, uses: list[int]) -> dict[str, Any]:
    """What `into` lacks and `link` has. A story that either was chosen as is chosen."""
    values = {
        name: getattr(link, name)
        for name in FILLED
        if getattr(link, name) and not getattr(into, name)
    }
    if link.note and link.note not in into.note:
        values["note"] = f"{into.note}\n\n{link.note}".strip()
    if into.hidden_by and not link.hidden_by:
        values["hidden_by"] = ""
    if link.state == Link.State.SHORTLISTED:
        values |= _chosen(link, into, uses)
    return values


def _chosen(link: Link, into: Link, uses: list[int]) -> dict[str, Any]:
    """Since the older of the two moments, where an issue holds it: it is not to be placed again."""
    if into.state == Link.State.SHORTLISTED:
        placed = LinkUse.objects.filter(pk__in=uses, published_at=None).exists()
        return {"state_since": min(link.state_since, into.state_since)} if placed else {}
    shelf = link if link.section_id else into
    return {
        **{name: getattr(link, name) for name in STATE},
        "section_id": shelf.section_id,
        "section_reason": shelf.section_reason,
    }


def _hold_merged(link: Link) -> Link:
    """Lock a merged link and the one that stands for it, in the order everybody locks in."""
    pk = Link.objects.filter(pk=link.pk).values_list("merged_into", flat=True).first()
    rows = Link.objects.select_for_update().filter(pk__in=[link.pk, pk]).order_by("pk").in_bulk()
    row = rows.get(link.pk)
    if row is None or row.merged_into_id is None or row.merged_into_id != pk:
        raise StaleLinkError(link.pk)
    return rows[pk]


def _give_back(into: Link, record: dict[str, Any], now: datetime) -> None:
    """Restore what `into` took over, where it still is as it was taken over."""
    values: dict[str, Any] = {}
    if record.get("into") == into.pk:
        before, after = restored(record["before"]), restored(record["after"])
        values = {name: v for name, v in before.items() if getattr(into, name) == after[name]}
    if not values.keys() >= STATE or into.uses.filter(placed_at__gte=into.state_since).exists():
        values = {name: value for name, value in values.items() if name not in STATE}
    write(into, values)
    if "state" in values:
        LinkEvent.objects.filter(pk=record["deed"]).update(undone_at=now)
