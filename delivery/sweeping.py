"""What a dead worker left in this room, and what has come due."""

from datetime import datetime

from django.db.models import Min

from delivery import fence, ledger, mailings, pace
from delivery.models import Delivery, Mailing
from delivery.tasks import send_due
from toolbox.nudges import nudge


def sweep(now: datetime) -> str | None:
    """Settle what dead workers left and nudge for what is due. One line when there was any."""
    settled = ledger.recover(now) + ledger.skip_cancelled(now)
    if closed := fence.look(now):
        return f"nothing is sent: {closed}"
    mailings.look_ahead(now)
    due = Mailing.objects.due(now).count()
    if not pace.is_spent(now):
        due += Mailing.objects.with_work(now).count()
    if due:
        nudge(send_due)
    if not settled and not due:
        return None
    return f"{due} mailings to work on, {settled} deliveries left by a worker"


def overdue_since(now: datetime) -> datetime | None:
    """Since when the longest-waiting mailing or delivery has been due."""
    hours = Mailing.objects.due(now).aggregate(since=Min("mail_at"))
    released = Mailing.objects.filter(state=Mailing.State.RELEASED)
    rows = Delivery.objects.due(now).filter(mailing__in=released)
    since = [hours["since"], rows.aggregate(since=Min("next_attempt_at"))["since"]]
    return min(filter(None, since), default=None)
