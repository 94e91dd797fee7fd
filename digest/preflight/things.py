"""When do two items speak of one thing? Names and numbers that stand in these two only."""

import re
from collections import Counter

from digest.models import Block
from digest.preflight.subject import Subject
from digest.reading import plain_words
from digest.tree import Item
from toolbox.html import to_line

NAME = re.compile(r"[^\W\d_][\w+]*(?:[A-Z][\w+]*)|[A-Z][\w+]{3,}")
AMOUNT = re.compile(r"\d+(?:\.\d+)?\s?%|[$€£]\s?\d[\d,.]*")
# A thing has one deadline of each of these; two of them are two things.
MATTERS = re.compile(
    r"\b(proposals?|cfp|talks?|tickets?|registration|early.bird|grants?|vot(?:e|ing)|nominations?"
    r"|scholarships?|sponsorships?|survey|discount|applications?|sprints?|tutorials?)\b",
    re.IGNORECASE,
)
CALENDAR = {
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "until", "today",
}  # fmt: skip
# In so many items of one issue a word still says what an item is about.
RARE = 2


def same_thing(subject: Subject, one: Item, other: Item) -> bool:
    """Whether both name the same rare name, and a second rare thing with it."""
    first, second = _matters(one), _matters(other)
    if first and second and first.isdisjoint(second):
        return False
    common = _signs(one) & _signs(other)
    spread = Counter(sign for item in subject.items for sign in _signs(item))
    rare = {sign for sign in common if spread[sign] <= RARE}
    return len(rare) > 1 and any(sign in _names(one) for sign in rare)


def words_of(block: Block) -> str:
    """All that is said of an item, on one line."""
    return f"{block.heading} {block.lead} {to_line(block.blurb)}"


def _matters(item: Item) -> set[str]:
    return {word.lower().rstrip("s") for word in MATTERS.findall(words_of(item.block))}


def _names(item: Item) -> set[str]:
    found = {name.casefold() for name in NAME.findall(words_of(item.block))}
    return found - CALENDAR


def _signs(item: Item) -> set[str]:
    words = words_of(item.block)
    long_words = {word for word in plain_words(words) if len(word) > 4 and not word.isdigit()}
    amounts = {re.sub(r"\s", "", amount) for amount in AMOUNT.findall(words)}
    return (long_words | amounts | _names(item)) - CALENDAR
