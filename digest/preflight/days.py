"""Dates in English sentences, as people write them. What is not sure to be a date is none.

A date without a year is the one that a reader of the issue would think of: of the months to come,
or of the last few weeks.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RECENT = timedelta(days=60)

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
    r"|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|"
    r"SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?![\d%:]|[.,]\d)"
_TO = r"\s*(?:-|–|—|to|through|until|till)\s*"
_AND = r"\s*(?:-|–|—|to|through|until|till|and|&)\s*"
_YEAR = r"(?:19|20)\d\d\b"
_WEEKDAY = r"(?:Mon|Tue|Tues|Wed|Weds|Thu|Thur|Thurs|Fri|Sat|Sun)(?:day|nesday|sday|rsday|urday)?"
_DATE = re.compile(
    rf"""(?<![\w.\-/])
    (?:(?P<weekday>{_WEEKDAY})\.?,?\s+(?:the\s+)?)?
    (?: (?P<iso>\d{{4}}-\d\d-\d\d)(?![\w-])
      | (?P<m1>{_MONTH})\s+(?P<d1>{_DAY})(?:{_AND}(?P<e1>{_DAY})(?!\s+{_MONTH}))?
        (?:,?\s+(?P<y1>{_YEAR}))?
      | (?P<d2>{_DAY})(?:{_AND}(?P<e2>{_DAY}))?\s+(?:of\s+)?(?P<m2>{_MONTH})
        (?:,?\s+(?P<y2>{_YEAR}))?
    )(?!\w)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Mention:
    """A day or a span of days in a text, and where it stands there."""

    first: date
    last: date
    begin: int
    end: int
    words: str
    has_year: bool
    weekday: int | None = None  # as date.weekday counts


@dataclass(frozen=True)
class Impossible:
    """What is written like a date and is none: the 31st of November."""

    words: str


def mentions(text: str, day: date) -> list[Mention]:
    """The dates in `text`, which is read on `day`; two joined by "to" are one span."""
    return list(_joined([m for m in _read(text, day) if isinstance(m, Mention)], text))


def impossible(text: str, day: date) -> list[Impossible]:
    """What looks like a date in `text` and is in no calendar."""
    return [found for found in _read(text, day) if isinstance(found, Impossible)]


def said_day(day: date) -> str:
    """A day as people write it: 9 November 2025."""
    return f"{day.day} {day:%B %Y}"


def _read(text: str, day: date) -> Iterator[Mention | Impossible]:
    for match in _DATE.finditer(text):
        yield _mention(match, text, day) or Impossible(match[0])


def _mention(match: re.Match[str], text: str, day: date) -> Mention | None:
    part = match.groupdict()
    weekday = WEEKDAYS.index(part["weekday"][:3].lower()) if part["weekday"] else None
    year = part["y1"] or part["y2"]
    try:
        if part["iso"]:
            first = last = date.fromisoformat(part["iso"])
        else:
            month = MONTHS.index((part["m1"] or part["m2"])[:3].lower()) + 1
            first, last = (
                _on(text[match.end() :], int(year) if year else None, month, _number(number), day)
                for number in _ends(part)
            )
    except ValueError:
        return None
    has_year = bool(year or part["iso"])
    return Mention(first, last, match.start(), match.end(), match[0].strip(), has_year, weekday)


def _ends(part: dict[str, str]) -> tuple[str, str]:
    first = part["d1"] or part["d2"]
    return first, part["e1"] or part["e2"] or first


def _number(words: str) -> int:
    return int(re.match(r"\d+", words)[0])  # type: ignore[index]


def _on(after: str, year: int | None, month: int, number: int, day: date) -> date:
    """Raises ValueError where there is no such day. The year may stand behind the date that this
    one is joined to."""
    joined = re.match(rf"{_TO}{_DATE.pattern}", after, re.VERBOSE)
    if year is None and joined and (later := joined["y1"] or joined["y2"]):
        turns = MONTHS.index((joined["m1"] or joined["m2"])[:3].lower()) + 1 < month
        year = int(later) - turns
    if year is not None:
        return date(year, month, number)
    for guess in range(day.year - 1, day.year + 9):  # The 29th of February is not in every year.
        with suppress(ValueError):
            if date(guess, month, number) >= day - RECENT:
                return date(guess, month, number)
    raise ValueError


def _joined(found: list[Mention], text: str) -> Iterator[Mention]:
    while found:
        first, *found = found
        if found and re.fullmatch(_TO, text[first.end : found[0].begin]):
            then = found.pop(0)
            if then.last >= first.first:
                words = text[first.begin : then.end]
                has_year = first.has_year or then.has_year
                yield Mention(first.first, then.last, first.begin, then.end, words, has_year)
                continue
            yield first
            first = then
        yield first
