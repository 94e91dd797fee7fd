"""What holds for every change to an issue, through whatever door it comes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from digest.errors import AlreadyPublishedError, IssueError
from digest.fingerprint import fingerprint
from digest.models import BLOCKS, Block, Issue, IssueSection
from publication.access import require

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STEP = 10  # content-editor counts in tens


class EditedMeanwhileError(IssueError):
    """Somebody changed the issue since this person looked at it."""


class MisplacedBlockError(IssueError):
    """A block stands where its type may not, or in no section of its issue."""


def open_for_change(issue: Issue, *, by: "User | None") -> Issue:
    """The issue's row, locked until the transaction ends.

    Raises AlreadyPublishedError, and NotAllowedError for somebody who may not edit.
    """
    require(by, "digest.change_issue")
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    if locked.state == Issue.State.PUBLISHED:
        raise AlreadyPublishedError(f"#{locked.number} is published and locked.")
    return locked


def edit_token(issue: Issue) -> str:
    """A hash of all that can be edited in an issue: two equal ones, and nothing changed between.

    Its state is no part of it: approving is no edit. Links and shelves go when they like.
    """
    return fingerprint(issue, leaving={"link_id", "section_id"})


def check_seen(issue: Issue, token: str) -> None:
    """Raise EditedMeanwhileError unless the issue still is what `token` was made of."""
    if token != edit_token(issue):
        raise EditedMeanwhileError(
            f"#{issue.number} was changed since you looked at it. Look again, then decide."
        )


def blocks_of(issue: Issue) -> list[Block]:
    """Every block of the issue, type by type: one query each."""
    return [block for model in BLOCKS for block in model.objects.filter(parent=issue.pk)]


def may_stand(model: type[Block], region: str) -> bool:
    """Whether the region's kind, which its key begins with, takes this type of block."""
    return region.rsplit("_", 1)[0] in model.kinds


def check_places(issue: Issue, blocks: Iterable[Block]) -> None:
    """Raise MisplacedBlockError if a block would be missing from every output, or does not fit."""
    keys = {section.key for section in IssueSection.objects.filter(issue=issue.pk)}
    for block in blocks:
        if block.region not in keys or not may_stand(type(block), block.region):
            raise MisplacedBlockError(f"“{block}” may not stand where it was put.")
