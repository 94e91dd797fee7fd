"""What a link is, and how long it has been so, in the words the queue uses."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from curation.models import Entry, Link, LinkUse

# So begins why a link of a reader is hidden (curation.spam); else a rule hid it.
LIKE_SPAM = "Looks like spam: "
AGES = [
    (timedelta(days=365), "yr"),
    (timedelta(days=30), "mo"),
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
]


def condition(link: Link) -> str:
    """Completes the sentence "it is …": "waiting", "shortlisted for News"."""
    if link.merged_into_id:
        return f"merged into “{link.merged_into}”"
    section, reason = link.section, link.reject_reason
    return {
        Link.State.NEW: "waiting",
        Link.State.SHORTLISTED: f"shortlisted for {section}" if section else "shortlisted",
        Link.State.REJECTED: f"rejected ({reason})" if reason else "rejected",
        Link.State.SNOOZED: f"snoozed until {day(link.snoozed_until)}",
    }[Link.State(link.state)]


def whereabouts(link: Link | None, uses: Iterable[LinkUse] = ()) -> str:
    """Where a story stands, for somebody who is about to bring it: "New", "Ran in #12, News"."""
    if link is None:
        return "New"
    for use in sorted(uses, key=lambda use: -use.issue_number):
        ran = f"Ran in #{use.issue_number}, {use.section}, {day_of_year(use.published_at)}"
        return ran if use.published_at else f"Stands in #{use.issue_number}, {use.section}"
    if link.hidden_by:
        return hidden(link)
    words = condition(link)
    return words[:1].upper() + words[1:]


def hidden(link: Link) -> str:
    """Why it does not wait in the queue; "" for one that is not hidden."""
    if not link.hidden_by or link.hidden_by.startswith(LIKE_SPAM):
        return link.hidden_by
    return f"Hidden by the rule “{link.hidden_by}”"


def day_of_year(moment: datetime | None) -> str:
    """A date that may lie years back, in the publication's time zone."""
    return date_format(timezone.localtime(moment), "j M Y") if moment else ""


def day(moment: datetime | None) -> str:
    """A date as people write it, in the publication's time zone."""
    return date_format(timezone.localtime(moment), "D j M") if moment else ""


def age(since: datetime, now: datetime) -> str:
    """How long ago, as short as a list can bear: "5 min", "3 d", "2 mo"."""
    for span, unit in AGES:
        if now - since >= span:
            return f"{(now - since) // span} {unit}"
    return "now"


def standing(link: Link, by: str, now: datetime) -> str:
    """How a link came to stand on its shelf; nothing for one that is new."""
    ago, who = f"{age(link.state_since, now)} ago", f" by {by}" if by else ""
    ago = ago.replace("now ago", "just now")
    if link.state == Link.State.SHORTLISTED:
        return f"Shortlisted {ago}{who}"
    if link.state == Link.State.REJECTED:
        return f"Rejected {ago}{who}" + (f": {link.reject_reason}" if link.reject_reason else "")
    if link.snoozed_until and link.snoozed_until <= now:
        return f"Back from a snooze{who}, since {day(link.snoozed_until)}"
    return f"Snoozed until {day(link.snoozed_until)}{who}" if link.snoozed_until else ""


def remarks(entries: Iterable[Entry]) -> list[str]:
    """What is not to be believed of a link, by the entry that brought it."""
    first = next(iter(entries), None)
    if first is None or not first.date_is_ours:
        return []
    if not first.raw_date:
        return ["Its feed gives no date: this is when it was first seen."]
    return [
        f"Its feed dates it “{first.raw_date}”, which cannot be: this is when it was first seen."
    ]
