"""The small print below an item, as values: every output says the same."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format


@dataclass(frozen=True)
class Detail:
    """One thing said below an item; `day` is the date in it for machines."""

    text: str
    day: date | None = None
    issue: int | None = None  # the number of an earlier issue that it points to


def said(*details: Detail) -> list[Detail]:
    """The details that say something, each thing once: many a blog is named for its author."""
    once = {detail.text.casefold(): detail for detail in reversed(details) if detail.text}
    return [detail for detail in details if once.get(detail.text.casefold()) is detail]


def on(day: date | None, words: str = "") -> Detail:
    """A date as people write it, after `words`."""
    return Detail(f"{words} {date_format(day, 'j F Y')}".strip(), day) if day else Detail("")


def between(start: date | None, end: date | None) -> Detail:
    """A span of days, without repeating the month and year it shares."""
    if not start or not end or end <= start:
        return on(start or end)
    last = date_format(end, "j F Y")
    if (start.year, start.month) == (end.year, end.month):
        return Detail(f"{start.day}–{last}", start)
    same_year = start.year == end.year
    return Detail(f"{date_format(start, 'j F' if same_year else 'j F Y')} – {last}", start)
