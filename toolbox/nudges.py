"""Tasks are nudges: they say "look now". What there is to do stands in our own rows."""

from typing import Any

from django.tasks import Task
from django_tasks_db.models import DBTaskResult


def nudge(task: "Task[[], Any]") -> bool:
    """Enqueue `task` unless one already waits; answers whether it did.

    A RUNNING one does not count: it may have looked before our row was there, and a killed
    worker leaves its row RUNNING for ever. What slips through is found by the sweep.
    """
    if DBTaskResult.objects.ready().filter(task_path=task.module_path).exists():
        return False
    task.enqueue()
    return True
