"""What came in: feeds and what they said, the links an editor sorts, and what was done to them."""

from curation.models.feed import Entry, EntryContent, Feed
from curation.models.history import LinkEvent, LinkUse
from curation.models.link import Link, LinkAddress, LinkHint

__all__ = [
    "Entry",
    "EntryContent",
    "Feed",
    "Link",
    "LinkAddress",
    "LinkEvent",
    "LinkHint",
    "LinkUse",
]
