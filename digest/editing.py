"""What follows from an edit: the queue is told what stands where, an approval is undone."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from curation import uses
from curation.models import LinkUse
from digest import approval
from digest.guards import STEP, blocks_of, check_places, open_for_change
from digest.models import Block, Issue
from publication.access import record, require

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Clone:
    """Blocks to be copied, and where their copies begin."""

    blocks: list[Block]
    region: str
    ordering: int


@transaction.atomic
def settle(issue: Issue, *, by: "User | None", former_number: int | None = None) -> str:
    """Bring everything in line with the blocks as they now are; answers as `approval.reopen`.

    `former_number` is the issue's number before the edit. Raises MisplacedBlockError and
    AlreadyPublishedError: the caller's transaction must then not stand.
    """
    open_for_change(issue, by=by)
    blocks = blocks_of(issue)
    check_places(issue, blocks)
    _tell_queue(issue, blocks, former_number or issue.number)
    record(by, "edited", f"issue #{issue.number}")
    return approval.reopen(issue, by=by)


@transaction.atomic
def clone(issue: Issue, what: Clone, *, by: "User | None") -> None:
    """Copy blocks of this issue into one of its sections, in order. Call `settle` after it."""
    open_for_change(issue, by=by)
    for at, block in enumerate(what.blocks):
        block.pk, block.uid = None, uuid.uuid4()
        block.region, block.ordering = what.region, what.ordering + STEP * at
        block.save(force_insert=True)


@transaction.atomic
def discard(issue: Issue, *, by: "User | None") -> None:
    """Delete an issue that never came out; its links wait on the shortlist again."""
    require(by, "digest.delete_issue")
    open_for_change(issue, by=by)
    uses.withdraw([block.uid for block in blocks_of(issue)])
    record(by, "discarded", f"issue #{issue.number}")
    issue.delete()


def _tell_queue(issue: Issue, blocks: Sequence[Block], former_number: int) -> None:
    """Withdraw the uses whose blocks are gone, and place what is new, moved or renumbered."""
    titles = {section.key: section.title for section in issue.sections.all()}
    wanted = {
        block.uid: (block.link_id, issue.number, titles[block.region])
        for block in blocks
        if block.link_id
    }
    told = {
        use.block_uid: (use.link_id, use.issue_number, use.section)
        for use in LinkUse.objects.filter(issue_number=former_number)
    }
    uses.withdraw(told.keys() - wanted.keys())
    for uid, (link_id, number, section) in wanted.items():
        if told.get(uid) != (link_id, number, section):
            uses.place(link_id, issue_number=number, section=section, block_uid=uid)
