"""The database goes away in the middle of a mailing, and comes back: nobody has to do anything."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.utils import timezone

from delivery import fence, sending
from delivery.models import Delivery, Mailing
from tests.delivery.makers import make_mailing, states
from tests.makers import NOW
from tests.proxy import wire
from tests.sink import Sink, sinking
from tests.workers import children_of, database_url, until, working

State = Delivery.State
READERS = 150
# Seconds. AWAY=60 is the real thing; the tests have no time for it.
AWAY = float(os.environ.get("AWAY", "3"))


@contextmanager
def cuttable() -> Iterator[tuple[str, Any]]:
    """The address of the test's database, and what to call to be without it for a while."""
    if connection.vendor == "sqlite":
        yield database_url(), _lock
        return
    known: dict[str, Any] = connection.settings_dict
    host, port = known["HOST"], int(known["PORT"] or 5432)
    with wire(host, port) as running:

        def cut() -> None:
            running.cut()
            time.sleep(AWAY)
            running.mend()

        yield database_url().replace(f"{host}:{port}", f"127.0.0.1:{running.port}"), cut


def _lock() -> None:
    """Somebody else holds SQLite's one pen."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 20000")
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(AWAY)
        other.execute("COMMIT")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_costs_nothing_and_needs_no_hand(tmp_path: Path) -> None:
    mailing = make_mailing(readers=READERS)
    fence.look(timezone.now())
    with sinking(delay=0.05) as sink, cuttable() as (url, cut):
        way = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "DATABASE_URL": url}
        with working(tmp_path, **way) as worker:
            until(lambda: len(sink.mails) >= 20, 90)
            cut()
            until(lambda: Mailing.objects.get(pk=mailing.pk).is_sent, 90)
            assert worker.poll() is None
            until(lambda: len(children_of(worker.pid)) == 2)
    assert states(mailing) == {State.ACCEPTED: READERS}
    assert len(sink.recipients) == len(set(sink.recipients)) == READERS


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["server closed the connection", "database or disk is full"])
def test_without_a_mark_no_byte_leaves(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """K18 and K19: the mark cannot be stored, so there is no mail; it waits and does not spin."""
    mailing = make_mailing(readers=3)
    naps: list[bool] = []

    def nap() -> None:
        naps.append(True)
        time.sleep(0.05)

    def refuse(self: object, *args: object) -> set[int]:
        raise OperationalError(words)

    monkeypatch.setattr("delivery.ledger.Claim.mark", refuse)
    monkeypatch.setattr(sending, "close_old_connections", lambda: None)
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    monkeypatch.setattr(sending, "_nap", nap)
    with sinking() as sink:
        settings.MAILERS = sink.options()
        with pytest.raises(OperationalError, match=words):
            sending.drain(NOW)
        assert nothing_was_said(sink)
    assert 1 <= len(naps) <= 5
    assert states(mailing) == {"queued": 3}


def nothing_was_said(sink: Sink) -> bool:
    return sink.mails == [] and not any(line.startswith(("MAIL", "DATA")) for line in sink.heard)
