"""What is due in this room."""

from datetime import datetime

from django.db.models import Min

from digest.models import Issue
from digest.tasks import publish_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for approved issues whose hour has come. Answers one line when there were any."""
    due = Issue.objects.due(now).count()
    if not due:
        return None
    nudge(publish_due)
    return f"{due} issue{'s' if due > 1 else ''} to publish"


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting issue should have been out."""
    since: datetime | None = Issue.objects.due(now).aggregate(since=Min("publish_at"))["since"]
    return since
