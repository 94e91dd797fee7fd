"""What waits in this room for the clock: feeds to poll, pages to look at, links to score, what
strayed when links were merged, and news of sick feeds."""

from datetime import datetime

from django.conf import settings
from django.db.models import Min

from curation import alerting, looking, merging
from curation.models import Feed, Link
from curation.tasks import look_due, poll_due, rank_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for what is due. Answers one line when there was something to do."""
    done = []
    if due := Feed.objects.due(now).order_by().count():
        nudge(poll_due)
        done.append(f"{due} feeds to poll")
    if settings.FETCH_PAGES and looking.any_due(now):
        nudge(look_due)
        done.append("pages to look at")
    if Link.objects.due_for_score(now).exists():
        nudge(rank_due)
        done.append("links to score")
    if strays := merging.gather_strays():
        done.append(f"{strays} rows moved on to where their links were merged")
    if ailing := alerting.note(now):
        done.append(f"the editors are told of {ailing} feeds")
    return ", ".join(done) or None


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting feed has been due."""
    due = Feed.objects.due(now).order_by()
    since: datetime | None = due.aggregate(since=Min("next_poll_at"))["since"]
    return since
