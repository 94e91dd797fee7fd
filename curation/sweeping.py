"""What waits in this room for the clock: feeds whose next poll has come, and news of sick ones."""

from datetime import datetime

from django.db.models import Min

from curation import alerting
from curation.models import Feed
from curation.tasks import poll_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for feeds that are due. Answers one line when there was something to do."""
    lines = []
    if due := Feed.objects.due(now).order_by().count():
        nudge(poll_due)
        lines.append(f"{due} feeds to poll")
    if ailing := alerting.note(now):
        lines.append(f"the editors are told of {ailing} feeds")
    return ", ".join(lines) or None


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting feed has been due."""
    due = Feed.objects.due(now).order_by()
    since: datetime | None = due.aggregate(since=Min("next_poll_at"))["since"]
    return since
