"""Is everything well? The worker's pulse, and work that should have been done by now.

A room with work that waits for an hour says in `sweeping.overdue_since(now)` since when its
longest-waiting work has been due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.clock import rooms
from config.models import Pulse

WORKER = "worker"
# How often the clock writes, and after how long without a sign it counts as gone.
PULSE = timedelta(seconds=15)
GONE = timedelta(seconds=60)
# What is due this long and not done is a fault: a poll of a thousand slow feeds takes minutes.
OVERDUE = timedelta(minutes=15)


@dataclass(frozen=True)
class Health:
    """What there is to say. `overdue`: how long the longest-waiting work of each room is due."""

    worker_seen: timedelta | None
    overdue: dict[str, timedelta]

    @property
    def faults(self) -> list[str]:
        """One sentence each; none when all is well."""
        found = []
        if self.worker_seen is None:
            found.append("No worker has ever run: start `manage.py worker`.")
        elif self.worker_seen > GONE:
            seconds = int(self.worker_seen.total_seconds())
            found.append(f"No worker has been seen for {seconds} s: is `manage.py worker` running?")
        for room, age in self.overdue.items():
            if age > OVERDUE:
                found.append(f"Work in {room} is due for {int(age.total_seconds())} s.")
        return found


def beat(now: datetime) -> None:
    """Say that the worker lives."""
    if not Pulse.objects.filter(name=WORKER, seen_at__gt=now - PULSE).exists():
        Pulse.objects.update_or_create(name=WORKER, defaults={"seen_at": now})


def look(now: datetime) -> Health:
    """Ask every room, and the pulse. Raises what the database raises."""
    seen = Pulse.objects.filter(name=WORKER).values_list("seen_at", flat=True).first()
    waiting = {room.__name__.partition(".")[0]: _overdue(room, now) for room in rooms()}
    return Health(
        worker_seen=max(now - seen, timedelta()) if seen else None,
        overdue={room: now - since for room, since in waiting.items() if since},
    )


def _overdue(room: object, now: datetime) -> datetime | None:
    since = getattr(room, "overdue_since", None)
    return since(now) if since else None
