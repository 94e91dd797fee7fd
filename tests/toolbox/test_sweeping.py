"""The queue's table holds neither the dead nor the old."""

from datetime import timedelta
from typing import Any

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from outbox.tasks import run_receipts
from tests.makers import NOW
from toolbox.nudges import nudge
from toolbox.sweeping import DEAD, KEEP, KEEP_FAILED, sweep

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
Status = TaskResultStatus


def make_task(**values: Any) -> DBTaskResult[Any, Any]:
    nudge(run_receipts)
    task = DBTaskResult.objects.get(status=Status.READY)
    DBTaskResult.objects.filter(pk=task.pk).update(**values)
    return task


def test_what_a_killed_worker_left_running_is_closed() -> None:
    dead = make_task(status=Status.RUNNING, started_at=NOW - DEAD - SECOND)
    alive = make_task(status=Status.RUNNING, started_at=NOW - DEAD + SECOND)
    assert sweep(NOW) == "1 tasks of dead workers closed, 0 old ones thrown away"
    dead.refresh_from_db()
    assert (dead.status, dead.finished_at) == (Status.FAILED, NOW)
    assert "killed" in dead.task_result.errors[0].traceback
    alive.refresh_from_db()
    assert alive.status == Status.RUNNING


@pytest.mark.parametrize(("status", "keep"), [("SUCCESSFUL", KEEP), ("FAILED", KEEP_FAILED)])
def test_old_results_are_thrown_away(status: str, keep: timedelta) -> None:
    make_task(status=status, finished_at=NOW - keep - SECOND)
    young = make_task(status=status, finished_at=NOW - keep + SECOND)
    waiting = make_task()
    assert sweep(NOW) == "0 tasks of dead workers closed, 1 old ones thrown away"
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}


def test_with_nothing_to_do_it_says_nothing() -> None:
    make_task()
    assert sweep(NOW) is None


def test_a_nudge_is_given_once_until_somebody_looks() -> None:
    assert nudge(run_receipts)
    assert not nudge(run_receipts)
    DBTaskResult.objects.update(status=Status.RUNNING)
    assert nudge(run_receipts)
