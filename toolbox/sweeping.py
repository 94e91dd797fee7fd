"""The queue's own housekeeping: it neither notices a dead worker nor throws anything away."""

from datetime import datetime, timedelta

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# Far longer than any task of ours runs.
DEAD = timedelta(hours=1)
KEEP = timedelta(hours=6)
KEEP_FAILED = timedelta(days=14)


def sweep(now: datetime) -> str | None:
    """Close what a killed worker left RUNNING, throw away old results. One line if any."""
    results = DBTaskResult.objects
    closed = (
        results.running()
        .filter(started_at__lt=now - DEAD)
        .update(
            status=TaskResultStatus.FAILED,
            finished_at=now,
            exception_class_path="builtins.TimeoutError",
            traceback="Its worker was killed. What it was to do is found again in our own rows.",
        )
    )
    pruned, _ = results.successful().filter(finished_at__lt=now - KEEP).delete()
    pruned += results.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()[0]
    if not closed and not pruned:
        return None
    return f"{closed} tasks of dead workers closed, {pruned} old ones thrown away"
