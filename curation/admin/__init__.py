"""Feeds and their health; entries and links to look up. The daily work is done in the queue."""

from curation.admin.feeds import FeedAdmin
from curation.admin.links import LinkAdmin
from curation.admin.records import EntryAdmin

__all__ = ["EntryAdmin", "FeedAdmin", "LinkAdmin"]
