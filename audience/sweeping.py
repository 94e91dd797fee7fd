"""What has come due in this room: lists to take in, and what has been kept for long enough."""

from datetime import datetime, timedelta

from audience import importing, signing_up
from audience.models import Import, Subscriber
from audience.tasks import take_in_lists
from toolbox.nudges import nudge

# Who has not answered a confirmation mail by then will not; what we hold of them goes.
UNANSWERED = timedelta(days=30)


def sweep(now: datetime) -> str | None:
    """Nudge for uploaded lists, forget what is over. One line when there was any."""
    done = []
    if Import.objects.due().exists():
        nudge(take_in_lists)
        done.append("a list of subscribers to take in")
    if forgotten := Subscriber.objects.never_answered(now - UNANSWERED).delete()[0]:
        done.append(f"{forgotten} rows of people who never answered forgotten")
    signing_up.forget_old(now)
    if dropped := importing.drop_abandoned(now):
        done.append(f"{dropped} lists that nobody took in dropped")
    return ", ".join(done) or None
