"""Lists that are announced and not there: they get lost where an issue is pasted or sent on."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from digest.preflight.findings import Hit
from digest.preflight.subject import Subject
from digest.reading import Paragraph, paragraphs

TO_COME = re.compile(r"[^\s:]:$")
NUMBER = re.compile(r"\d+(?:\.\d+)*")


def list_lost(subject: Subject) -> Iterator[Hit]:
    """“In this release:”, and then nothing: a list that was lost on the way."""
    for item in subject.items:
        for words in _lost(subject.paragraphs(item)):
            yield Hit(f"“{item.name}” says “{words[-60:]}”, and no list follows.", item)


def intro_announces_nothing(subject: Subject) -> Iterator[Hit]:
    """An intro to items that are not there."""
    for section, items in subject.sections:
        read = paragraphs(section.intro)
        if read and not items and _announces(read[-1]):
            yield Hit(f"{section.title} says “{read[-1].text[-60:]}”, and then nothing.")


def _lost(read: Sequence[Paragraph]) -> list[str]:
    """What is followed by nothing or by the next announcement. Where “In 6.0:” lost its list,
    “In 6.1:” lost it too, whatever stands behind it, unless that is a list."""
    followed = [pair for pair in zip_longest(read, read[1:]) if _announces(pair[0])]
    bare = {one.text for one, after in followed if after is None or _announces(after)}
    shapes = {_shape(words) for words in bare}
    return [
        one.text
        for one, after in followed
        if one.text in bare or (_shape(one.text) in shapes and not after.is_entry)
    ]


def _announces(paragraph: Paragraph) -> bool:
    return bool(TO_COME.search(paragraph.text)) and not paragraph.is_entry


def _shape(words: str) -> str:
    """The words, whatever the numbers in them are."""
    return NUMBER.sub("0", words.casefold())
