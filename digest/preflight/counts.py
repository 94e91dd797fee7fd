"""Numbers in words, beside what can be counted."""

import re
from collections.abc import Iterator

from digest.preflight.findings import Hit
from digest.preflight.subject import Passage, Subject
from publication.models import SectionKind

_WORDS = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
]  # fmt: skip
NUMBERS = {word: number for number, word in enumerate(_WORDS, start=1)}
_NUMBER = rf"(?P<number>\d{{1,2}}|{'|'.join(NUMBERS)})"
COUNTED = re.compile(
    rf"(?<![\w.,–-]){_NUMBER}\s+(?P<new>(?:brand[- ])?new\s+)?(?:django\s+|python\s+)?"
    r"(?P<what>jobs?|job (?:openings|listings)|events?|projects?|videos)\b"
    r"(?!\s+(?:in|at|from|per))",
    re.IGNORECASE,
)
KINDS = {
    "job": SectionKind.JOBS,
    "event": SectionKind.EVENTS,
    "project": SectionKind.PROJECTS,
    "video": SectionKind.MEDIA,
}
THANKED = re.compile(
    rf"(?<![\w.]){_NUMBER}(?P<between>[^.!?\d]{{3,60}})[.!:]?\s*"
    r"(?:congratulations|congrats|thanks|thank you|kudos|welcome|shout-?out)\s+to\s+(?P<names>.+?)"
    r"\s*(?:\bfor\b|\bon\b|\bwho\b|[.!]|\s[-–—]\s|$)",
    re.IGNORECASE,
)
PEOPLE = re.compile(
    r"\b(?:contributors?|newcomers?|people|authors?|developers?|members?|speakers?|winners?|fellows"
    r"|volunteers?|maintainers?|committers?|engineers?|first-timers?|candidates?|mentors?)\b",
    re.IGNORECASE,
)
OPEN_LIST = re.compile(
    r"\b(?:others?|more|everyone|everybody|all|many|those|each|our|team|them|and co)\b", re.I
)


def items_miscounted(subject: Subject) -> Iterator[Hit]:
    """“Five jobs” above four. Only the issue's head and the intro of that section are read."""
    for passage in _promises(subject):
        for found in COUNTED.finditer(passage.text):
            kind = KINDS[found["what"].lower().split()[0].rstrip("s")]
            counted = [
                it for it in subject.items if subject.home(it).kind == kind and not it.sponsored
            ]
            counted = [item for item in counted if item.block.slug != "text"]
            if found["new"]:
                counted = [item for item in counted if item.is_new] if kind == "jobs" else []
            if counted and len(counted) != _value(found["number"]):
                yield Hit(f"{passage.name} says “{found[0]}”; there are {len(counted)}.")


def people_miscounted(subject: Subject) -> Iterator[Hit]:
    """“4 first-time contributors! Congratulations to …”, and then three names."""
    for passage in subject.passages:
        for found in THANKED.finditer(passage.text):
            names = found["names"]
            if OPEN_LIST.search(names) or not PEOPLE.search(found["between"]):
                continue
            count = len(
                [name for name in re.split(r",|\band\b|&", names) if re.search(r"\w", name)]
            )
            if count > 1 and count != _value(found["number"]):
                said = f"“{found['number']}{found['between']}” and names {count}"
                yield Hit(f"{passage.name} says {said}.", passage.item)


def _promises(subject: Subject) -> Iterator[Passage]:
    intros = {f"The intro of {section.title}" for section, items in subject.sections if items}
    heads = {"The title", "The subject", "The preheader"}
    return (it for it in subject.passages if it.item is None and it.name in heads | intros)


def _value(words: str) -> int:
    return int(words) if words.isdecimal() else NUMBERS[words.lower()]
