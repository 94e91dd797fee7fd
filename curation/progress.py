"""How far a poll has come, read off the rows: whoever polls, and wherever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from curation.models import Feed

# A worker that runs takes up what is due within seconds.
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Progress:
    """Feeds that are being asked: so many of so many done. `waiting` are due and not yet taken."""

    done: int = 0
    total: int = 0
    waiting: int = 0
    # Nobody has taken up what has been due for a while.
    is_late: bool = False

    @property
    def is_busy(self) -> bool:
        """Whether there is something to watch."""
        return bool(self.total or self.waiting)


def progress(now: datetime) -> Progress:
    """Of the polls that are under way."""
    in_hand = Feed.objects.in_hand(now)
    begun = set(in_hand.order_by().values_list("asked_at", flat=True).distinct())
    asked = Feed.objects.filter(asked_at__in=begun)
    open_ = in_hand.count()
    due = Feed.objects.due(now).exclude(pk__in=in_hand.order_by().values("pk"))
    total = asked.count()
    late = due.filter(next_poll_at__lt=now - LATE).exists() and not total
    return Progress(total - open_, total, due.order_by().count(), late)
