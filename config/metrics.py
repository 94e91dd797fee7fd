"""Figures for a monitor, in Prometheus' text format, version 0.0.4. No address is among them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from audience.models import Subscriber
from config import health
from curation.models import Feed, Link
from delivery.models import Delivery
from digest.models import Issue
from outbox.models import Receipt

Sample = tuple[dict[str, str], float]


def text(now: datetime) -> str:
    """Every figure, as of now."""
    return "".join(f"{line}\n" for figure in _figures(now) for line in _gauge(*figure))


def _figures(now: datetime) -> Iterator[tuple[str, str, list[Sample]]]:
    """Name, meaning, samples."""
    found = health.look(now)
    seen = found.worker_seen
    pulse: list[Sample] = [({}, seen.total_seconds())] if seen is not None else []
    yield "worker_seen_seconds", "Since the last sign of life of a worker.", pulse
    waiting: list[Sample] = [({"room": r}, a.total_seconds()) for r, a in found.overdue.items()]
    yield "overdue_seconds", "How long the longest-waiting work of a room is due.", waiting
    yield "links", "Links by state.", _by_state(Link.objects.standing())
    yield "feeds", "Feeds by state.", _by_state(Feed.objects.all())
    failing = Feed.objects.polled().filter(error_streak__gt=0)
    yield "feeds_failing", "Active feeds whose last poll failed.", _count(failing)
    yield "issues", "Issues by state.", _by_state(Issue.objects.all())
    yield "subscribers", "Subscribers by state.", _by_state(Subscriber.objects.all())
    unended = _by_state(Delivery.objects.open())
    yield "deliveries_open", "Deliveries that have not ended, by state.", unended
    unsettled = _count(Delivery.objects.to_settle())
    yield "deliveries_to_settle", "Deliveries a person has to decide about.", unsettled
    given_up = Receipt.objects.filter(state=Receipt.State.GIVEN_UP)
    yield "receipts_given_up", "Listeners that failed for good.", _count(given_up)


def _count(rows: QuerySet[Any]) -> list[Sample]:
    return [({}, rows.count())]


def _by_state(rows: QuerySet[Any]) -> list[Sample]:
    counts = rows.order_by().values_list("state").annotate(Count("pk"))
    return [({"state": state}, count) for state, count in counts]


def _gauge(name: str, words: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP newsdesk_{name} {words}"
    yield f"# TYPE newsdesk_{name} gauge"
    for labels, value in samples:
        named = ",".join(f'{key}="{label}"' for key, label in labels.items())
        yield f"newsdesk_{name}{f'{{{named}}}' if named else ''} {value:g}"
