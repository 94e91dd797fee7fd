"""Polling: ask feeds, take in what they say, leave on each row how it went."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import reset_queries, transaction

from curation import locating, recording
from curation.gathering import Outcome, gathering
from curation.intake import TakenIn, take_in_all
from curation.models import Feed
from curation.models.feed import POLL_LASTS
from curation.parsing import A_PAGE

logger = logging.getLogger("newsdesk.curation")

# While a poll runs its feeds are nobody else's; after a crash they are due again so much later.
LEASE = POLL_LASTS
# Of those that are due, how many one poll takes; the sweep nudges for the others.
AT_ONCE = 1000

# Hears how many are done, of how many, and how many of them failed.
Tell = Callable[[int, int, int], None]


@dataclass
class Report:
    """How a poll went."""

    feeds: int = 0
    new_links: int = 0
    unchanged: int = 0
    # Address and reason.
    failures: list[tuple[str, str]] = field(default_factory=list)
    # The address of a page that was entered, and that of its feed, which is followed now.
    located: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.feeds} feeds: {self.new_links} new links, {self.unchanged} unchanged,"
            f" {len(self.failures)} failed"
        )


def poll_due(now: datetime, tell: Tell | None = None) -> Report:
    """Poll the feeds whose time has come."""
    return poll(_claim_due(now), now, tell)


def poll(feeds: Iterable[Feed], now: datetime, tell: Tell | None = None) -> Report:
    """Poll exactly these feeds, due or not. `tell` hears how far it is.

    One bad feed harms no other: its error stands on its row and in the report.
    """
    asked = list(feeds)
    report, done = Report(feeds=len(asked)), 0
    if not asked:
        return report
    recording.taken_on(asked, now)
    with gathering(asked, now) as batches:
        for batch in batches:
            _store(batch, now, report)
            done += len(batch)
            if tell:
                tell(done, len(asked), len(report.failures))
    if pages := _pages(asked, report):
        _look_behind(pages, now, report)
    return report


def _pages(feeds: list[Feed], report: Report) -> list[Feed]:
    """New feeds whose address turned out to be that of a page."""
    pages = {url for url, reason in report.failures if reason == A_PAGE}
    return [
        feed for feed in feeds if feed.url in pages and not (feed.last_ok_at or feed.error_streak)
    ]


def _look_behind(pages: list[Feed], now: datetime, report: Report) -> None:
    """Find the feeds of pages, and ask those that were found."""
    told = {located.entered: located for located in locating.locate(pages, now)}
    report.failures = [
        (url, told[url].sentence if url in told else reason)
        for url, reason in report.failures
        if url not in told or told[url].feed is None
    ]
    found = [located.feed for located in told.values() if located.feed]
    report.located += [(entered, at.feed.url) for entered, at in told.items() if at.feed]
    if not found:
        return
    with gathering(found, now) as batches:
        for batch in batches:
            _store(batch, now, report)


def _claim_due(now: datetime) -> list[Feed]:
    """Feeds that are due, and by a conditional update nobody else's until the lease ends."""
    due = list(Feed.objects.due(now).values_list("pk", flat=True)[:AT_ONCE])
    lease = now + LEASE
    Feed.objects.due(now).order_by().filter(pk__in=due).update(next_poll_at=lease)
    return list(Feed.objects.filter(pk__in=due, next_poll_at=lease).select_related("section"))


def _store(batch: list[Outcome], now: datetime, report: Report) -> None:
    calm = [outcome for outcome in batch if recording.is_calm(outcome)]
    if calm:
        recording.all_calm(calm, now)
    report.unchanged += len(calm)
    if heard := [outcome for outcome in batch if outcome.parsed]:
        _store_heard(heard, now, report)
    for outcome in batch:
        if outcome.error:
            _failed(outcome, now, report)
        elif not outcome.parsed and not recording.is_calm(outcome):
            _store_heard([outcome], now, report)
    # On a laptop Django remembers every statement, with all the HTML in it.
    reset_queries()


def _store_heard(heard: list[Outcome], now: datetime, report: Report) -> None:
    """Together, since that is many times faster; where it fails, each by itself, so that one
    that cannot be stored harms no other."""
    try:
        taken = _take_in(heard, now)
    except Exception:
        if len(heard) == 1:
            logger.exception("Feed %s could not be stored", heard[0].feed.url)
            fault = "A fault of ours, not of the feed: see the log."
            _failed(Outcome(heard[0].feed, error=fault), now, report)
            return
        logger.warning("Feeds could not be stored together", exc_info=True)
        for outcome in heard:
            _store_heard([outcome], now, report)
        return
    report.new_links += sum(one.links for one in taken)
    report.unchanged += sum(not one.entries for one in taken)


@transaction.atomic
def _take_in(heard: list[Outcome], now: datetime) -> list[TakenIn]:
    """Entries and validators together, or neither."""
    told = [(outcome.feed, outcome.parsed) for outcome in heard if outcome.parsed]
    taken = take_in_all(told, now) if told else [TakenIn()] * len(heard)
    for outcome, one in zip(heard, taken, strict=True):
        recording.answered(outcome, now, new=bool(one.entries), strange=_is_strange(outcome, one))
    return taken


def _is_strange(outcome: Outcome, taken: TakenIn) -> bool:
    """Whether a feed that is known says nothing it said before."""
    if outcome.parsed is None or outcome.feed.last_ok_at is None:
        return False
    return taken.entries == len(outcome.parsed.entries) > 0


def _failed(outcome: Outcome, now: datetime, report: Report) -> None:
    recording.failed(outcome, now)
    report.failures.append((outcome.feed.url, outcome.error))
