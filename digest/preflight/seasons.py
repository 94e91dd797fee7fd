"""Quarters and years that are over, in what is offered and in notices of our own."""

import re
from collections.abc import Iterator
from datetime import date

from digest.models import TextBlock
from digest.preflight.days import mentions
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject

# An invitation: what it names must still be to be had.
OFFER = re.compile(
    r"\b(?:sponsor (?!of|for|by)|join us|register|sign up|book (?:your|a|now)|buy|get your|reserve"
    r"|apply (?:now|by|for|to)|submit (?:your|a)|grab|advertise|nominate|tickets? (?:for|are))",
    re.IGNORECASE,
)
LOOKS_BACK = re.compile(
    r"\b(?:back|recap\w*|review\w*|results?|report\w*|retrospective|lessons|announc\w*|members?"
    r"|videos?|recordings?|talks? from|slides|survey|was|were|state of|in numbers|stats|roundup)\b",
    re.IGNORECASE,
)
QUARTER = re.compile(r"\bQ([1-4])[ /’']*(20\d\d)\b|\b(20\d\d)[ -]?Q([1-4])\b")
YEAR = re.compile(r"(?<![\w.\-/#’'])(20\d\d)(?![\w\-/]|\.\d)")
COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:20\d\d\s*[-–]\s*)?(20\d\d)\b", re.IGNORECASE)


def stale_season(subject: Subject) -> Iterator[Hit]:
    """An offer for a quarter or a year that is over."""
    for passage, sentence in subject.sentences:
        if LOOKS_BACK.search(sentence) or not OFFER.search(sentence):
            continue
        spans = [(m.begin, m.end) for m in mentions(sentence, subject.day)]
        for words, begin, last in _seasons(sentence):
            dated = any(start <= begin < end for start, end in spans)
            if last < subject.day and not dated:
                yield Hit(f"{passage.name} offers {words}, which is over.", passage.item)


def stale_copyright(subject: Subject) -> Iterator[Hit]:
    """The year in a notice of our own, which nobody reads but the lawyer."""
    own = (it for it in subject.passages if not it.item or isinstance(it.item.block, TextBlock))
    for passage in own:
        for match in COPYRIGHT.finditer(passage.text):
            if int(match[1]) < subject.day.year:
                yield Hit(f"{passage.name} has a copyright of {match[1]}.", passage.item)


def _seasons(sentence: str) -> Iterator[tuple[str, int, date]]:
    """Each quarter and year in it, where it stands, and its last day."""
    quarters = list(QUARTER.finditer(sentence))
    for match in quarters:
        number, year = int(match[1] or match[4]), int(match[2] or match[3])
        month, day = [(3, 31), (6, 30), (9, 30), (12, 31)][number - 1]
        yield match[0], match.start(), date(year, month, day)
    for match in YEAR.finditer(sentence):
        if not any(it.start() <= match.start() < it.end() for it in quarters):
            yield match[0], match.start(), date(int(match[1]), 12, 31)
