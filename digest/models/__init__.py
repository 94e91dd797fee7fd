"""What we say: the issue and its sections, its blocks, what was approved, and what it holds."""

from digest.models.blocks import (
    BLOCKS,
    Block,
    EventBlock,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
    SponsorBlock,
    TextBlock,
)
from digest.models.issue import Issue, IssueSection
from digest.models.preflight import Override, Visit
from digest.models.published import PublishedItem, RenderedIssue
from digest.models.sponsors import Booking, Sponsor

__all__ = [
    "BLOCKS",
    "Block",
    "Booking",
    "EventBlock",
    "Issue",
    "IssueSection",
    "JobBlock",
    "LinkBlock",
    "MediaBlock",
    "Override",
    "ProjectBlock",
    "PublishedItem",
    "RenderedIssue",
    "Sponsor",
    "SponsorBlock",
    "TextBlock",
    "Visit",
]
