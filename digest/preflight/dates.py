"""Dates that cannot be as they are written: of another weekday, of no calendar, of two minds."""

from collections.abc import Iterator

from digest.models import EventBlock
from digest.preflight.days import Mention, impossible, mentions, said_day
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject


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
            yield Hit(
                f"The {field} says {dated[0].words}, the issue is of {said_day(subject.day)}."
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
