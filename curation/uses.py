"""Where a link stands and where it ran. The digest writes here; "ran in #N" is answered here.

A use without a date is placed in a draft. Plain values only: this room knows no issues.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from curation.models import Link, LinkUse


class NoSuchLinkError(Exception):
    """Something was to be placed that is no link of ours."""


@dataclass(frozen=True)
class Placing:
    """A block, the link it holds, and the section it stands in."""

    link_id: int
    section: str
    block_uid: UUID


def place(link_id: int, *, issue_number: int, section: str, block_uid: UUID) -> LinkUse:
    """Note that a block holds this link, as `place_many` does. Raises NoSuchLinkError."""
    place_many(issue_number, [Placing(link_id, section, block_uid)])
    return LinkUse.objects.get(block_uid=block_uid)


@transaction.atomic
def place_many(issue_number: int, placings: Collection[Placing]) -> None:
    """Note which blocks of an issue hold which links, in the same few queries for any number.

    Telling it again moves a use, unless it is dated. A link's version grows with a new use, so
    that a queue page that still shows the link is told. The use of a merged link is one of the
    link that stands for it. Raises NoSuchLinkError, and then none was placed.
    """
    stands = _standing({placing.link_id for placing in placings})
    placings = [replace(placing, link_id=stands[placing.link_id]) for placing in placings]
    told = LinkUse.objects.select_for_update().in_bulk(
        [placing.block_uid for placing in placings], field_name="block_uid"
    )
    uses = [_use(told, issue_number, placing) for placing in placings]
    LinkUse.objects.bulk_update(
        [use for use in uses if use.pk and use.published_at is None],
        ["link", "issue_number", "section"],
    )
    new = LinkUse.objects.bulk_create([use for use in uses if not use.pk])
    Link.objects.filter(pk__in={use.link_id for use in new}).update(version=F("version") + 1)


@transaction.atomic
def withdraw(block_uids: Collection[UUID]) -> int:
    """Forget uses whose blocks are gone: their links are unplaced again. What ran stays.

    A link's version grows, so that an open page of the queue shows it again.
    """
    gone = LinkUse.objects.filter(block_uid__in=block_uids, published_at=None)
    Link.objects.filter(uses__in=gone).update(version=F("version") + 1)
    return gone.delete()[0]


@transaction.atomic
def publish(issue_number: int, block_uids: Collection[UUID], at: datetime) -> int:
    """Date the uses of an issue that came out. The first date stays; answers how many are new."""
    placed = LinkUse.objects.filter(
        issue_number=issue_number, block_uid__in=block_uids, published_at=None
    )
    links = set(placed.order_by().values_list("link", flat=True))
    dated = placed.update(published_at=at)
    settle(links)
    return dated


def settle(links: Collection[int]) -> None:
    """Note since when these links are done with, after any change of what ran of them.

    `Link.settled_at` only says where `LinkQuerySet.unplaced` need not look: the uses decide.
    """
    ran = LinkUse.objects.filter(link=OuterRef("pk")).exclude(published_at=None).order_by()
    newest = ran.values("link").annotate(newest=Max("placed_at")).values("newest")
    Link.objects.filter(pk__in=links).update(settled_at=Subquery(newest))


def _standing(wanted: set[int]) -> dict[int, int]:
    """For each link the one that stands for it: itself, as a rule."""
    stands = Coalesce("merged_into_id", "pk")
    found = dict(Link.objects.filter(pk__in=wanted).order_by().values_list("pk", stands))
    if missing := wanted - found.keys():
        raise NoSuchLinkError(f"There is no link {min(missing)}.")
    return found


def _use(told: dict[UUID, LinkUse], issue_number: int, placing: Placing) -> LinkUse:
    """The block's use as it is to be; what ran is never saved again."""
    use = told.get(placing.block_uid, LinkUse(block_uid=placing.block_uid))
    use.link_id, use.issue_number, use.section = placing.link_id, issue_number, placing.section
    return use
