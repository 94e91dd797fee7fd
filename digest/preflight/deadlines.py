"""What ends, and what is told as still to come. English only; silent elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import UUID

from digest.preflight.days import mentions, said_day
from digest.preflight.findings import Hit
from digest.preflight.subject import Passage, Subject
from digest.preflight.things import same_thing

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


@dataclass(frozen=True)
class Deadline:
    """A day by which something ends, and the words that say so."""

    day: date
    sentence: str
    passage: Passage


def deadlines(subject: Subject) -> Iterator[Deadline]:
    """Every end of something that the issue tells of in words, of what is not told as over."""
    for passage, sentence in subject.sentences:
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
                f"{end.passage.name} speaks of {said_day(end.day)}, which is over.",
                end.passage.item,
            )


def deadline_today(subject: Subject) -> Iterator[Hit]:
    """Many readers open a mail the day after it came."""
    for end in deadlines(subject):
        if end.day == subject.day:
            words = "ends on the very day of the issue: many will read it too late"
            yield Hit(f"{end.passage.name}: what it tells of {words}.", end.passage.item)


def date_over(subject: Subject) -> Iterator[Hit]:
    """Something told as still to come, on a day that is past."""
    for passage, sentence in subject.sentences:
        if OVER.search(sentence):
            continue
        for mention in mentions(sentence, subject.day):
            before = sentence[: mention.begin]
            if (
                mention.last < subject.day
                and TO_COME.search(before)
                and not DEADLINE.search(before)
            ):
                said = f"tells of {said_day(mention.last)} as if it were to come"
                yield Hit(f"{passage.name} {said}.", passage.item)


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
            days = f"on {said_day(one.day)}, “{second.name}” on {said_day(other.day)}"
            yield Hit(f"“{first.name}” ends {days}: are they one thing?", second)
