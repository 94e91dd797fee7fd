"""Feeds and their health, rules; entries and links to look up. The daily work is done in the
queue."""

from curation.admin.feeds import FeedAdmin
from curation.admin.links import LinkAdmin
from curation.admin.records import EntryAdmin
from curation.admin.rules import RuleAdmin

__all__ = ["EntryAdmin", "FeedAdmin", "LinkAdmin", "RuleAdmin"]
