"""What the words claim of time: deadlines, seasons, weekdays. English only; silent elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import UUID

from digest.models import EventBlock, TextBlock
from digest.preflight.days import Mention, impossible, mentions
from digest.preflight.findings import Hit
from digest.preflight.subject import Passage, Subject
from digest.preflight.things import same_thing
from digest.reading import sentences

_FILLER = (
    r"(?:\s+|,|:|–|\b(?:the|on|of|at|end|day|midnight|noon|is|was|by)\b"
    r"|\b[ap]\.?m\.?|\b(?:UTC|GMT|AOE|AoE|CES?T|E[SD]T|P[SD]T)\b|\d{1,2}[:.]\d\d"
    r"|\b\d{1,2}(?=\s*[ap]m))*$"
)
# What comes to its end on the date behind it.
DEADLINE = re.compile(
    r"\b(?:until|till|by|before|no later than|ends?|ending|closes?|closing|due|expires?|deadline"
    r"|last day|last chance)\b" + _FILLER,
    re.IGNORECASE,
)
SPAN = re.compile(r"\b(?:from|runs?|running|between|open|available|valid)\b" + _FILLER, re.I)
TO_COME = re.compile(
    r"\b(?:will|won't|join us|register|sign up|tickets?|upcoming|coming up|takes place"
    r"|taking place|is happening|rsvp|save the date|kicks off)\b",
    re.IGNORECASE,
)
OVER = re.compile(
    r"\b(?:was|were|had|did|ran|took place|happened|ended|closed|lasted|held|released|announced"
    r"|published|since|ago|extended|passed|expired|wrote|recorded)\b",
    re.IGNORECASE,
)
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


@dataclass(frozen=True)
class Deadline:
    """A day by which something ends, and the words that say so."""

    day: date
    sentence: str
    passage: Passage


def deadlines(subject: Subject) -> Iterator[Deadline]:
    """Every end of something that the issue tells of in words, of what is not told as over."""
    for passage, sentence in _sentences(subject):
        if OVER.search(sentence):
            continue
        for mention in mentions(sentence, subject.day):
            before = sentence[: mention.begin]
            is_span = mention.first < mention.last and SPAN.search(before)
            if is_span or DEADLINE.search(before):
                yield Deadline(mention.last, sentence, passage)


def deadline_over(subject: Subject) -> Iterator[Hit]:
    """What was to be had until a day before the issue."""
    for end in deadlines(subject):
        if end.day < subject.day:
            yield Hit(
                f"{end.passage.name} speaks of {_said(end.day)}, which is over.", end.passage.item
            )


def deadline_today(subject: Subject) -> Iterator[Hit]:
    """Many readers open a mail the day after it came."""
    for end in deadlines(subject):
        if end.day == subject.day:
            words = "ends on the very day of the issue: many will read it too late"
            yield Hit(f"{end.passage.name}: what it tells of {words}.", end.passage.item)


def date_over(subject: Subject) -> Iterator[Hit]:
    """Something told as still to come, on a day that is past."""
    for passage, sentence in _sentences(subject):
        if OVER.search(sentence):
            continue
        for mention in mentions(sentence, subject.day):
            before = sentence[: mention.begin]
            if (
                mention.last < subject.day
                and TO_COME.search(before)
                and not DEADLINE.search(before)
            ):
                said = f"tells of {_said(mention.last)} as if it were to come"
                yield Hit(f"{passage.name} {said}.", passage.item)


def stale_season(subject: Subject) -> Iterator[Hit]:
    """An offer for a quarter or a year that is over."""
    for passage, sentence in _sentences(subject):
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


def wrong_weekday(subject: Subject) -> Iterator[Hit]:
    """A weekday that is not the one of its date."""
    for passage in subject.passages:
        for mention in mentions(passage.text, subject.day):
            if mention.weekday is not None and not _falls(mention):
                said = f"“{mention.words}”: that day is a {mention.first:%A}"
                yield Hit(f"{passage.name} says {said}.", passage.item)


def no_such_date(subject: Subject) -> Iterator[Hit]:
    """The 31st of November."""
    for passage in subject.passages:
        for found in impossible(passage.text, subject.day):
            yield Hit(
                f"{passage.name} has a date that does not exist: {found.words}.", passage.item
            )


def other_date_in_title(subject: Subject) -> Iterator[Hit]:
    """The date in the title is the one printed on the issue before, or a slip."""
    for field in ("title", "subject"):
        words = getattr(subject.issue, field)
        dated = [m for m in mentions(words, subject.day) if m.has_year and words.endswith(m.words)]
        if dated and dated[0].first != subject.day:
            yield Hit(f"The {field} says {dated[0].words}, the issue is of {_said(subject.day)}.")


def conflicting_dates(subject: Subject) -> Iterator[Hit]:
    """One thing that ends on two days."""
    ends = [end for end in deadlines(subject) if end.passage.item]
    told: set[frozenset[UUID]] = set()
    for one, other in combinations(ends, 2):
        first, second = one.passage.item, other.passage.item
        if first is None or second is None or first == second or one.day == other.day:
            continue
        pair = frozenset((first.block.uid, second.block.uid))
        if pair not in told and same_thing(subject, first, second):
            told.add(pair)
            yield Hit(
                f"“{first.name}” ends on {_said(one.day)}, “{second.name}” on {_said(other.day)}: "
                "are they one thing?",
                second,
            )


def event_and_words_differ(subject: Subject) -> Iterator[Hit]:
    """An event's own dates, and those in what is said of it."""
    for item in subject.items:
        if not isinstance(item.block, EventBlock) or not item.block.starts_on:
            continue
        start, end = item.block.starts_on, item.block.ends_on or item.block.starts_on
        for paragraph in subject.paragraphs(item):
            for mention in mentions(paragraph.text, subject.day):
                spans = mention.first < mention.last
                if spans and (mention.first, mention.last) != (start, end):
                    yield Hit(f"“{item.name}” says {mention.words}, its dates say otherwise.", item)


def _sentences(subject: Subject) -> Iterator[tuple[Passage, str]]:
    for passage in subject.passages:
        for sentence in sentences(passage.text):
            yield passage, sentence


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


def _falls(mention: Mention) -> bool:
    """Without a year, the same day of the years around may be meant."""
    years = [0] if mention.has_year else [-1, 0, 1]
    for more in years:
        try:
            if mention.first.replace(year=mention.first.year + more).weekday() == mention.weekday:
                return True
        except ValueError:
            continue
    return False


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
