"""What follows from an edit: the queue is told what stands where, an approval is undone."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from curation import uses
from curation.models import LinkUse
from digest import approval, history
from digest.errors import AlreadyPublishedError
from digest.guards import STEP, blocks_of, check_places, open_for_change
from digest.models import Block, Issue, RenderedIssue
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
    history.keep(issue, by=by)
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
    """Delete an issue that never came out, with all that was approved of it.

    Its links wait on the shortlist again. Raises AlreadyPublishedError.
    """
    require(by, "digest.delete_issue")
    check_discardable([Issue.objects.select_for_update().get(pk=issue.pk)])
    uses.withdraw([block.uid for block in blocks_of(issue)])
    artefacts = _artefacts(issue).delete()[0]
    record(by, "discarded", f"issue #{issue.number}", title=issue.title, artefacts=artefacts)
    issue.delete()


def check_discardable(issues: Iterable[Issue]) -> None:
    """Raise AlreadyPublishedError if readers have one of them."""
    out = [f"#{issue.number}" for issue in issues if issue.state == Issue.State.PUBLISHED]
    if out:
        raise AlreadyPublishedError(
            f"{' and '.join(out)} came out and cannot be discarded. Nothing was deleted."
        )


def _artefacts(issue: Issue) -> QuerySet[RenderedIssue]:
    """Past the manager that deletes nothing: what nobody ever read may go with its issue."""
    return RenderedIssue._base_manager.filter(issue=issue)


def _tell_queue(issue: Issue, blocks: Sequence[Block], former_number: int) -> None:
    """Withdraw the uses whose blocks are gone, and place what is new, moved or renumbered."""
    titles = {section.key: section.title for section in issue.sections.all()}
    wanted = {
        block.uid: uses.Placing(block.link_id, titles[block.region], block.uid)
        for block in blocks
        if block.link_id
    }
    told = {
        use.block_uid: (use.issue_number, uses.Placing(use.link_id, use.section, use.block_uid))
        for use in LinkUse.objects.filter(issue_number=former_number)
    }
    uses.withdraw(told.keys() - wanted.keys())
    changed = [it for uid, it in wanted.items() if told.get(uid) != (issue.number, it)]
    uses.place_many(issue.number, changed)
