"""How often a feed may be asked, in its own words: the document's, and its server's."""

import re
from datetime import timedelta

# RSS 2.0: minutes it may be cached. RDF Site Summary's syndication module: so often per period.
_TTL = re.compile(r"<ttl>\s*(\d{1,7})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(r"<\w+:updatePeriod>\s*(\w+)\s*</", re.IGNORECASE)
_FREQUENCY = re.compile(r"<\w+:updateFrequency>\s*(\d{1,5})\s*</", re.IGNORECASE)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_FIRST_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
# Everything a feed says of itself stands before its first entry, and near the beginning.
HEAD = 20_000
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})")
_NOT_KEPT = re.compile(r"\bno-(?:cache|store)\b")


def stated_in(text: str) -> timedelta | None:
    """What the document asks for, by `ttl` or `updatePeriod`; the longer where it says both."""
    head = _FIRST_ENTRY.split(text[:HEAD], 1)[0]
    said = []
    if ttl := _TTL.search(head):
        said.append(timedelta(minutes=int(ttl[1])))
    if (period := _PERIOD.search(head)) and (span := _PERIODS.get(period[1].lower())):
        frequency = _FREQUENCY.search(head)
        said.append(span / max(int(frequency[1]) if frequency else 1, 1))
    return max(said, default=timedelta(0)) or None


def stated_by(cache_control: str) -> timedelta | None:
    """The server's `max-age` (RFC 9111); none where nothing is to be kept, or only for a moment."""
    header = cache_control.lower()
    age = _MAX_AGE.search(header)
    if age is None or _NOT_KEPT.search(header):
        return None
    return timedelta(seconds=int(age[1])) or None
