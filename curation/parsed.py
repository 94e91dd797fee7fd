"""What a feed said, as values: the hand-over from parsing to taking in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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


def repaired(entries: Iterable[ParsedEntry]) -> str:
    """The warning for a feed whose text was garbled: one sentence, or "" when none was."""
    count = sum(bool(entry.garbled) for entry in entries)
    return f"Garbled characters were repaired in {count} of its entries." if count else ""


def cut_short(count: int) -> str:
    """The warning for a feed of `count` entries: one sentence, or "" when all were taken."""
    if count <= MAX_ENTRIES:
        return ""
    return f"Of its {count} entries only the first {MAX_ENTRIES} were read."
