"""What a dead worker left in this room."""

from datetime import datetime

from django.db.models import Min

from outbox.models import Receipt
from outbox.tasks import run_receipts
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Nudge for receipts that are due. Answers one line when there was something to do."""
    waiting = Receipt.objects.due(now).count()
    if not waiting:
        return None
    nudge(run_receipts)
    return f"{waiting} receipts to run"


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting receipt has been due."""
    since: datetime | None = Receipt.objects.due(now).aggregate(since=Min("next_try_at"))["since"]
    return since
