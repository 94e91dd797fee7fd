"""Any process may be killed at any time: the worker brings its own back and leaves none behind."""

import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from audience.signals import subscription_requested
from config import clock
from config.management.commands import worker as worker_command
from config.supervising import PAUSES, Child, keep_alive
from outbox.models import Receipt
from tests.delivery.makers import make_mailing
from tests.workers import children_of, is_alive, kill, until, working


@pytest.mark.django_db
def test_a_worker_of_laptop_mode_remembers_no_statements(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    # Both are put back afterwards.
    monkeypatch.setattr(BaseDatabaseWrapper, "queries_limit", BaseDatabaseWrapper.queries_limit)
    ours = connections["default"]
    monkeypatch.setattr(ours, "queries_log", ours.queries_log)
    remembered = []

    def work(queues: str) -> None:
        for base in (connection, connection.copy()):
            with base.cursor() as cursor:
                cursor.execute("SELECT 1")
            remembered.append(len(base.queries_log))
            if base is not connection:
                base.close()

    monkeypatch.setattr(worker_command, "work", work)
    call_command("worker", queues="mail")

    assert remembered == [0, 0]


# The clock


def test_every_room_with_due_work_is_looked_at() -> None:
    names = {room.__name__ for room in clock.rooms()}
    wanted = {"outbox", "curation", "digest", "delivery", "toolbox"}
    assert names >= {f"{room}.sweeping" for room in wanted}


@pytest.mark.django_db
def test_one_look_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    make_mailing(readers=1)
    call_command("sweep")
    assert "1 mailings to work on" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_room_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: object) -> str:
        raise ValueError("a bug\nand its details")

    make_mailing(readers=1)
    monkeypatch.setattr("outbox.sweeping.sweep", fail)
    report = clock.tick(timezone.now())
    assert report.failed == ["outbox.sweeping: ValueError: a bug"]
    assert any("mailings to work on" in line for line in report.done)
    with pytest.raises(CommandError, match="a bug"):
        call_command("sweep")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", refuse)


@pytest.mark.django_db
@pytest.mark.usefixtures("away")
def test_a_database_that_is_away_is_one_line() -> None:
    report = clock.tick(timezone.now())
    assert report.failed == ["The database is away: connection refused"]
    assert report.done == []


def test_the_clock_goes_on_and_says_once_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = clock.Report(failed=["The database is away: gone"])
    looks = [wrong, wrong, clock.Report(), clock.Report()]
    stopping = threading.Event()

    def look() -> clock.Report:
        report = looks.pop(0)
        if not looks:
            stopping.set()
        return report

    monkeypatch.setattr(worker_command, "look", look)
    monkeypatch.setattr(worker_command, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker_command, "TICK", 0)
    with caplog.at_level("WARNING", "newsdesk.worker"):
        worker_command.run_clock(stopping)
    assert caplog.messages == ["The database is away: gone", "All is well again."]


# Children


def script(path: Path, words: str, before: str = "pass") -> Child:
    """A child that writes a letter to `path` when it has started, and then runs `words`."""
    start = f"import sys, time, signal; {before}; open({str(path)!r}, 'a').write('x')"
    return Child("Child", [sys.executable, "-c", f"{start}; {words}"])


def tended(child: Child, path: Path, starts: str) -> float:
    """Keep it alive until it has started so often; answers how long stopping took, in seconds."""
    stopping = threading.Event()
    asked: list[float] = []

    def ask() -> None:
        until(lambda: path.exists() and path.read_text() == starts)
        time.sleep(0.5)  # Long enough to see one start too many.
        asked.append(time.monotonic())
        stopping.set()

    asking = threading.Thread(target=ask)
    asking.start()
    keep_alive([child], stopping)
    asking.join()
    return time.monotonic() - asked[0]


def test_a_child_that_dies_is_started_again_after_a_growing_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervising.PAUSES", (0, 0, 60))
    path = tmp_path / "starts"
    tended(script(path, "sys.exit(1)"), path, "xxx")
    assert path.read_text() == "xxx"
    assert sorted(PAUSES) == list(PAUSES)


def test_a_child_that_does_not_stop_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervising.GRACE", 0.3)
    path = tmp_path / "starts"
    deaf = script(path, "time.sleep(60)", before="signal.signal(15, signal.SIG_IGN)")
    assert 0.2 < tended(deaf, path, "x") < 30


# The whole


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_children_and_takes_them_along(tmp_path: Path) -> None:
    with working(tmp_path) as worker:
        first = children_of(worker.pid)
        victim = min(first)
        kill(victim)
        until(lambda: len(children_of(worker.pid) - {victim}) == 2)
        time.sleep(1)  # Long enough to have set up how they answer to a signal.
        second = children_of(worker.pid)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
        assert time.monotonic() - began < 10
        assert not any(is_alive(pid) for pid in first | second)
    assert "Mail worker ended (-9), starting again" in (tmp_path / "worker.log").read_text()


@pytest.mark.django_db(transaction=True)
def test_killed_outright_it_leaves_no_child_behind(tmp_path: Path) -> None:
    with working(tmp_path) as worker:
        time.sleep(1)
        family = children_of(worker.pid)
        worker.kill()
        until(lambda: not any(is_alive(pid) for pid in family), 10)


@pytest.mark.django_db(transaction=True)
def test_a_fact_reaches_its_listener_by_the_clock_alone(tmp_path: Path) -> None:
    """The task is lost, the row is not."""
    with transaction.atomic():
        subscription_requested.send_reliable(subscriber_id=4711)
    DBTaskResult.objects.all().delete()
    with working(tmp_path):
        until(lambda: Receipt.objects.filter(state=Receipt.State.DONE).exists())
