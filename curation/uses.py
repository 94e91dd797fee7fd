"""Where a link stands and where it ran. The digest writes here; "ran in #N" is answered here.

A use without a date is placed in a draft. Plain values only: this room knows no issues.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from curation.models import Link, LinkUse


class NoSuchLinkError(Exception):
    """Something was to be placed that is no link of ours."""


@transaction.atomic
def place(link_id: int, *, issue_number: int, section: str, block_uid: UUID) -> LinkUse:
    """Note that a block holds this link. Telling it again moves the use, unless it is dated.

    The link's version grows with a new use, so that a queue page that still shows the link is
    told. Raises NoSuchLinkError.
    """
    if not Link.objects.filter(pk=link_id).exists():
        raise NoSuchLinkError(f"There is no link {link_id}.")
    values = {"link_id": link_id, "issue_number": issue_number, "section": section}
    use, new = LinkUse.objects.get_or_create(block_uid=block_uid, defaults=values)
    if new:
        Link.objects.filter(pk=link_id).update(version=F("version") + 1)
    elif LinkUse.objects.filter(pk=use.pk, published_at=None).update(**values):
        use.refresh_from_db()
    return use


def withdraw(block_uids: Collection[UUID]) -> int:
    """Forget uses whose blocks are gone: their links are unplaced again. What ran stays."""
    return LinkUse.objects.filter(block_uid__in=block_uids, published_at=None).delete()[0]


def publish(issue_number: int, block_uids: Collection[UUID], at: datetime) -> int:
    """Date the uses of an issue that came out. The first date stays; answers how many are new."""
    placed = LinkUse.objects.filter(issue_number=issue_number, block_uid__in=block_uids)
    return placed.filter(published_at=None).update(published_at=at)
