"""Polling: ask feeds, take in what they say, leave on each row how it went."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from curation import recording
from curation.gathering import Outcome, gathering
from curation.intake import take_in
from curation.models import Feed

logger = logging.getLogger("newsdesk.curation")

# While a poll runs its feeds are nobody else's; after a crash they are due again so much later.
LEASE = timedelta(minutes=10)
# Of those that are due, how many one poll takes; the sweep nudges for the others.
AT_ONCE = 1000

Tell = Callable[[int, int], None]


@dataclass
class Report:
    """How a poll went."""

    feeds: int = 0
    new_links: int = 0
    unchanged: int = 0
    # Address and reason.
    failures: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.feeds} feeds: {self.new_links} new links, {self.unchanged} unchanged,"
            f" {len(self.failures)} failed"
        )


def poll_due(now: datetime, tell: Tell | None = None) -> Report:
    """Poll the feeds whose time has come."""
    return poll(_claim_due(now), now, tell)


def poll(feeds: Iterable[Feed], now: datetime, tell: Tell | None = None) -> Report:
    """Poll exactly these feeds, due or not. `tell` hears how many of how many are done.

    One bad feed harms no other: its error stands on its row and in the report.
    """
    asked = list(feeds)
    report, done = Report(feeds=len(asked)), 0
    if not asked:
        return report
    with gathering(asked, now) as batches:
        for batch in batches:
            _store(batch, now, report)
            done += len(batch)
            if tell:
                tell(done, len(asked))
    return report


def _claim_due(now: datetime) -> list[Feed]:
    """Feeds that are due, and by a conditional update nobody else's until the lease ends."""
    due = list(Feed.objects.due(now).values_list("pk", flat=True)[:AT_ONCE])
    lease = now + LEASE
    Feed.objects.due(now).order_by().filter(pk__in=due).update(next_poll_at=lease)
    return list(Feed.objects.filter(pk__in=due, next_poll_at=lease).select_related("section"))


def _store(batch: list[Outcome], now: datetime, report: Report) -> None:
    """Each feed that says something is committed by itself: two pollers that held the addresses
    of several could wait for each other's for ever."""
    calm = [outcome for outcome in batch if recording.is_calm(outcome)]
    recording.all_calm(calm, now)
    report.unchanged += len(calm)
    for outcome in batch:
        if not recording.is_calm(outcome):
            _store_one(outcome, now, report)


def _store_one(outcome: Outcome, now: datetime, report: Report) -> None:
    if outcome.error:
        _failed(outcome, now, report)
        return
    try:
        # Entries and validators together, or neither.
        with transaction.atomic():
            taken = take_in(outcome.feed, outcome.parsed, now) if outcome.parsed else None
            recording.answered(outcome, now, new=bool(taken and taken.entries))
    except Exception:
        logger.exception("Feed %s could not be stored", outcome.feed.url)
        fault = "A fault of ours, not of the feed: see the log."
        _failed(Outcome(outcome.feed, error=fault), now, report)
        return
    report.new_links += taken.links if taken else 0
    report.unchanged += 0 if taken and taken.entries else 1


def _failed(outcome: Outcome, now: datetime, report: Report) -> None:
    recording.failed(outcome, now)
    report.failures.append((outcome.feed.url, outcome.error))
