"""Real workers, killed outright in the middle of a mailing and started again."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from delivery import ledger, sending
from delivery.models import Delivery, Mailing
from tests.delivery.makers import make_mailing, states
from tests.sink import Sink, sinking
from tests.workers import children_of, kill, until, working

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
READERS = 200
KILLS = 2


def kill_in_the_middle(sink: Sink, var: Path, taken: int) -> None:
    """Start a worker; end it and its children without a word once so many mails are out."""
    with working(var, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}") as worker:
        until(lambda: len(sink.mails) >= taken)
        for pid in [worker.pid, *children_of(worker.pid)]:
            kill(pid)


def time_passes() -> None:
    """Every lease of the dead has run out."""
    Delivery.objects.filter(state=State.SENDING).update(lease_until=timezone.now())


def test_killed_it_loses_nobody_and_mails_nobody_twice(tmp_path: Path) -> None:
    mailing = make_mailing(readers=READERS)
    with sinking(delay=0.03) as sink:
        for round_ in range(1, KILLS + 1):
            kill_in_the_middle(sink, tmp_path, taken=round_ * 60)
            time_passes()
        assert Delivery.objects.open().exists()
        with working(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}"):
            until(lambda: Mailing.objects.get(pk=mailing.pk).is_sent)
    ended = states(mailing)
    assert set(ended) <= {State.ACCEPTED, State.UNCERTAIN}
    assert sum(ended.values()) == READERS
    assert ended.get(State.UNCERTAIN, 0) <= KILLS * sending.LINES
    taken = Counter(sink.recipients)
    assert max(taken.values()) == 1
    rows = Delivery.objects.values_list("subscriber__email", "state")
    assert all(taken[email] == 1 for email, state in rows if state == State.ACCEPTED)
    assert set(taken) <= {email for email, _ in rows}


def test_told_to_stop_it_leaves_nothing_uncertain(tmp_path: Path) -> None:
    """A deploy in the middle of a mailing."""
    mailing = make_mailing(readers=READERS)
    with sinking(delay=0.03) as sink:
        with working(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}") as worker:
            until(lambda: len(sink.mails) >= 40)
            worker.terminate()
            assert worker.wait(timeout=10) == 0
        assert not Delivery.objects.filter(state=State.SENDING).exists()
        with working(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}"):
            until(lambda: Mailing.objects.get(pk=mailing.pk).is_sent)
    assert states(mailing) == {State.ACCEPTED: READERS}
    assert len(sink.recipients) == len(set(sink.recipients)) == READERS


def test_two_workers_at_once_share_the_work_and_double_nothing(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each claims a handful at a time, so that they meet often."""
    monkeypatch.setattr(ledger, "LEASE", timedelta(minutes=5))
    monkeypatch.setattr(sending, "BATCH", 5)
    mailing = make_mailing(readers=READERS)
    counts: list[int] = []

    def work() -> None:
        try:
            while not mailing.is_sent:
                counts.append(sum(sending.drain(timezone.now()).values()))
        finally:
            connection.close()

    with sinking(delay=0.002) as sink:
        settings.MAILERS = sink.options()
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert states(mailing) == {State.ACCEPTED: READERS}
    assert len(sink.recipients) == len(set(sink.recipients)) == READERS
    assert sum(counts) == READERS
