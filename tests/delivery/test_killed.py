"""Real workers, killed outright in the middle of a mailing and started again."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from bench import kill
from delivery import ledger, sending
from delivery.models import Delivery, Mailing
from tests.delivery.makers import make_mailing, states
from tests.sink import sinking
from tests.workers import until, working

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
READERS = 200


def time_passes() -> None:
    """Every lease has run out, those of the living too: they lose the row, or settle it late."""
    Delivery.objects.filter(state=State.SENDING).update(lease_until=timezone.now())


def test_killed_it_loses_nobody_and_mails_nobody_twice(tmp_path: Path) -> None:
    """A short run of the bench. Two workers, each killed and replaced at random."""
    result = kill.run(
        kills=3, recipients=READERS, workers=2, rate=25, var=tmp_path, then=time_passes
    )
    assert result.kills == 3
    assert (result.lost, result.doubled) == (0, 0)
    assert result.uncertain <= result.allowed
    assert result.accepted + result.uncertain == READERS


def test_the_bench_sees_what_is_wrong() -> None:
    """Whoever is not in the ledger, not through, not with the server, or not known; and twice."""
    rows: list[tuple[str, str, int | None]] = [
        ("<a>", "accepted", 1),
        ("<b>", "accepted", 2),  # the server has no such mail
        ("<c>", "uncertain", 3),
        ("<d>", "queued", 4),
    ]
    taken = Counter({"<a>": 3, "<c>": 1, "<z>": 1})
    result = kill.judge(rows, taken, kills=1, allowed=4, recipients=5)
    assert str(result) == "kills 1 accepted 2 uncertain 1 lost 4 doubled 2"
    assert not result.is_good


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
