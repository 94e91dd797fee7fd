"""What we say: the issue and its sections, its blocks, what was approved, and what it holds."""

from digest.models.blocks import (
    BLOCKS,
    Block,
    EventBlock,
    ImageBlock,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
    SponsorBlock,
    TextBlock,
)
from digest.models.issue import Issue, IssueSection
from digest.models.moves import FormerSlug
from digest.models.preflight import Override, Visit
from digest.models.published import PublishedItem, RenderedIssue
from digest.models.revision import Revision
from digest.models.sponsors import Booking, Sponsor

__all__ = [
    "BLOCKS",
    "Block",
    "Booking",
    "EventBlock",
    "FormerSlug",
    "ImageBlock",
    "Issue",
    "IssueSection",
    "JobBlock",
    "LinkBlock",
    "MediaBlock",
    "Override",
    "ProjectBlock",
    "PublishedItem",
    "RenderedIssue",
    "Revision",
    "Sponsor",
    "SponsorBlock",
    "TextBlock",
    "Visit",
]
