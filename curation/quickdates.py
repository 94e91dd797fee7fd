"""Dates as feedparser reads them: the two spellings of nearly all feeds at once, the rest by it."""

import re
from datetime import datetime
from time import struct_time

# Private: what is asked here must be answered as when feedparser reads the whole feed.
from feedparser.datetimes import _parse_date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# RFC 822, and the part of ISO 8601 that RFC 3339 allows. Times that cannot be are left to it too.
_MAIL = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})"
    r" (\d\d:\d\d:\d\d) ([+-]\d\d[0-5]\d|GMT|UTC|Z)",
    re.ASCII,
)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


def moment_of(date: str) -> struct_time | None:
    """The moment in UTC; None for what is no date."""
    try:
        if _ISO.fullmatch(date):
            return datetime.fromisoformat(date).utctimetuple()
        if mail := _MAIL.fullmatch(date):
            day, month, year, time, zone = mail.groups()
            number = MONTHS.index(month.lower()) + 1
            offset = zone if zone[0] in "+-" else "+0000"
            iso = f"{year}-{number:02}-{int(day):02}T{time}{offset}"
            return datetime.fromisoformat(iso).utctimetuple()
    except (ValueError, OverflowError):
        pass
    return _parse_date(date)
