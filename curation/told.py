"""A whole issue of some newsletter as values: what reading one gives, whatever it was written in.

Read from plain text (`curation.issue_text`) or from HTML (`curation.issue_html`).
"""

import datetime as dt
import re
from dataclasses import dataclass

from publication.models import SectionKind

# The first that matches a heading says what the section holds.
KINDS: list[tuple[SectionKind, re.Pattern[str]]] = [
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (SectionKind.SPONSOR, r"\b(?:sponsor(?:s|ed|ship)?|advertisements?|promoted|partners?)\b"),
        (SectionKind.JOBS, r"\b(?:jobs?|careers|hiring|vacancies)\b"),
        (SectionKind.PROJECTS, r"\b(?:projects?|packages|libraries|tools|repos|repositories)\b"),
        (SectionKind.EVENTS, r"\b(?:events?|meetups?|conferences?|calendar)\b"),
        (SectionKind.MEDIA, r"\b(?:videos?|podcasts?|talks|youtube|episodes|screencasts?)\b"),
        (SectionKind.TEXT, r"^(?:updates? (?:to|from|on)\b|editorial|from the editors?|welcome)"),
        (
            SectionKind.LINKS,
            r"\b(?:news|articles?|blogs?|posts|tutorials?|reads?|reading|links?|forums?|books?"
            r"|resources|releases?|community|elsewhere|mentioned|show ?notes)\b",
        ),
    )
]
HOST = re.compile(r"(?:www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.IGNORECASE)
# What a letter says of itself rather than to its reader.
FOOTER = re.compile(
    r"\bunsubscribe\b|this rss feed is published|subscribe via email"
    r"|why (?:are|am) (?:you|i) getting|view (?:this|it) in (?:your|a) browser"
    r"|signed up to receive|manage your preferences",
    re.IGNORECASE,
)
EPISODE = re.compile(r"^(?P<show>[^#:]{2,60}?)\s*#(?P<number>\d{1,5})\b")
LOST = "has nothing under it: its content was lost on the way."


@dataclass(frozen=True)
class ToldItem:
    """One item: what it is called, where it leads if that is known, what is said of it."""

    title: str = ""
    url: str = ""
    paragraphs: tuple[str, ...] = ()
    source: str = ""  # a host, as people write it


@dataclass(frozen=True)
class ToldSection:
    """A heading and what stood under it."""

    title: str
    kind: SectionKind
    items: tuple[ToldItem, ...] = ()
    intro: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToldIssue:
    """One issue. `flags` says in whole sentences what seems to have been lost."""

    title: str
    date: dt.date | None = None
    number: int | None = None
    sections: tuple[ToldSection, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def items(self) -> list[tuple[ToldSection, ToldItem]]:
        """Every item with its section, in order."""
        return [(section, item) for section in self.sections for item in section.items]


def kind_of(heading: str) -> SectionKind | None:
    """What a section of that name holds; None for a name that says nothing of it."""
    return next((kind for kind, words in KINDS if words.search(heading)), None)


def lost(headings: list[str]) -> tuple[str, ...]:
    """One sentence for each heading that lost its content."""
    return tuple(f"“{heading.rstrip(':')}” {LOST}" for heading in headings)
