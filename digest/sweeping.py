"""What is due in this room."""

from datetime import datetime

from django.db.models import Min

from digest import rechecking
from digest.models import Issue, Visit
from digest.tasks import publish_due, visit_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for approved issues whose hour has come, and for links to be looked at: those of
    issues whose hour is near are looked at again. Answers one line when there were any.
    """
    rechecking.ask(now)
    due = Issue.objects.due(now).count()
    links = Visit.objects.due(now).count()
    if due:
        nudge(publish_due)
    if links:
        nudge(visit_due)
    said = [_counted(due, "issue", "to publish"), _counted(links, "link", "to look at")]
    return ", ".join(filter(None, said)) or None


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting issue should have been out."""
    since: datetime | None = Issue.objects.due(now).aggregate(since=Min("publish_at"))["since"]
    return since


def _counted(count: int, what: str, deed: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''} {deed}" if count else ""
