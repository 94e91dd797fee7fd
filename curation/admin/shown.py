"""Moments and words as the feeds' pages show them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince, timeuntil

from curation.wording import age


def when(moment: datetime | None) -> str:
    """How long ago, or in how long; the date itself shows where the pointer rests."""
    if moment is None:
        return "–"
    now = timezone.now()
    ago = f"{timesince(moment, now, depth=1)} ago"
    return _time(moment, f"in {timeuntil(moment, now, depth=1)}" if moment > now else ago)


def shortly(moment: datetime | None) -> str:
    """The same in a column of a list."""
    if moment is None:
        return "–"
    now = timezone.now()
    return _time(moment, f"in {age(now, moment)}" if moment > now else age(moment, now))


def _time(moment: datetime, words: str) -> str:
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)
