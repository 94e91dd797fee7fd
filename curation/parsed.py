"""What a feed said, as values: the hand-over from parsing to taking in.

What can be worked out of it alone is kept once it was asked for, and goes along to where the
tables are: `prepared` has it asked for where the feed was parsed, beside whoever stores.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from curation.identity import canonical_url, entry_identity, untracked

# More than any editor reads; a feed that holds its whole archive is cut here.
MAX_ENTRIES = 500


class NotAFeedError(Exception):
    """Nothing could be read from what was answered. The message is one plain sentence."""


@dataclass(frozen=True)
class ParsedEntry:
    """One entry, cleaned: plain text on one line each, HTML that may be shown, whole addresses."""

    title: str
    raw_title: str = ""
    guid: str = ""
    # http or https, or empty.
    url: str = ""
    author: str = ""
    # Where an aggregator has it from.
    source: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    raw_date: str = ""
    # None: the feed gave none, or one that cannot be.
    published_at: datetime | None = None
    html: str = ""
    blurb: str = ""
    # Of an attached file, such as audio/mpeg.
    media_type: str = ""
    # The fields that came garbled and were repaired, as they came.
    garbled: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def canonical(self) -> str:
        """Its address as all spellings of it are written; "" without one."""
        return canonical_url(self.url) if self.url else ""

    @cached_property
    def untracked(self) -> str:
        """Its address without what tracks readers."""
        return untracked(self.url)


@dataclass(frozen=True)
class ParsedFeed:
    """One feed, whatever its format."""

    format: str
    title: str = ""
    site_url: str = ""
    language: str = ""
    # How long it says it may be kept before it is asked again.
    pace: timedelta | None = None
    entries: tuple[ParsedEntry, ...] = ()
    # What was not well, though entries were read; one plain sentence.
    warning: str = ""

    @cached_property
    def identities(self) -> tuple[UUID, ...]:
        """The identity of each entry in this feed.

        A guid or address that several share tells none of them apart, so it does not count;
        entries that are equal in all of it are numbered.
        """
        return tuple(_identities(self.entries))


def prepared(feed: ParsedFeed) -> ParsedFeed:
    """`feed`, with all worked out that storing it will ask for."""
    for entry in feed.entries if feed.identities else ():
        _ = entry.canonical, entry.untracked
    return feed


def repaired(entries: Iterable[ParsedEntry]) -> str:
    """The warning for a feed whose text was garbled: one sentence, or "" when none was."""
    count = sum(bool(entry.garbled) for entry in entries)
    return f"Garbled characters were repaired in {count} of its entries." if count else ""


def cut_short(count: int) -> str:
    """The warning for a feed of `count` entries: one sentence, or "" when all were taken."""
    if count <= MAX_ENTRIES:
        return ""
    return f"Of its {count} entries only the first {MAX_ENTRIES} were read."


def _identities(entries: Iterable[ParsedEntry]) -> Iterator[UUID]:
    entries = list(entries)
    guids = Counter(entry.guid for entry in entries)
    urls = Counter(entry.url for entry in entries)
    seen: Counter[UUID] = Counter()
    for entry in entries:
        guid = entry.guid if guids[entry.guid] == 1 else ""
        url = entry.url if urls[entry.url] == 1 else ""
        identity = entry_identity(guid, url, entry.title, entry.raw_date)
        index = seen[identity]
        seen[identity] += 1
        yield entry_identity(guid, url, entry.title, entry.raw_date, index) if index else identity
