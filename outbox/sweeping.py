"""What a dead worker left in this room."""

from datetime import datetime

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
