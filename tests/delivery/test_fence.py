"""A database that was restored elsewhere, or is of yesterday, sends nothing by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.db import connection

from delivery import fence, mailings, sending, sweeping
from delivery.models import Instance, Mailing
from outbox import running
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, make_readers, make_rendered, states
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def move_house(settings: LazySettings, tmp_path: Path) -> None:
    """The same database on another machine."""
    settings.VAR_DIR = tmp_path / "elsewhere"
    settings.VAR_DIR.mkdir()


def assert_nothing_leaves(now: datetime) -> None:
    assert sending.drain(now) == {}
    assert mailings.release_due(now) == 0


def test_where_it_has_always_been_it_sends() -> None:
    make_mailing(readers=1)
    for minutes in range(3):
        assert fence.look(NOW + minutes * MINUTE) == ""
    assert sending.drain(NOW + 3 * MINUTE) == {"accepted": 1}


def test_a_copy_elsewhere_sends_nothing(settings: LazySettings, tmp_path: Path) -> None:
    fence.look(NOW)
    mailing = make_mailing(readers=1)
    mailings.start(make_rendered().issue_id)
    move_house(settings, tmp_path)
    assert_nothing_leaves(NOW)
    assert sweeping.sweep(NOW) == f"nothing is sent: {fence.ELSEWHERE}"
    assert_nothing_leaves(NOW)
    assert states(mailing) == {"queued": 1}


def test_back_where_it_belongs_it_still_waits_for_a_person(
    settings: LazySettings, tmp_path: Path
) -> None:
    """Once there is a doubt, two of them may be running."""
    fence.look(NOW)
    home = settings.VAR_DIR
    move_house(settings, tmp_path)
    fence.look(NOW)
    settings.VAR_DIR = home
    assert fence.look(NOW) == fence.ELSEWHERE


def test_a_database_of_yesterday_sends_nothing() -> None:
    fence.look(NOW)
    Instance.objects.filter(pk=1).update(seen_at=NOW)
    fence.look(NOW + 2 * MINUTE)
    make_mailing(readers=1)
    Instance.objects.filter(pk=1).update(seen_at=NOW)  # as in the dump
    assert_nothing_leaves(NOW + 3 * MINUTE)
    assert fence.look(NOW + 3 * MINUTE) == fence.OLDER


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_do_not_doubt_each_other() -> None:
    """The clock of a worker, a sweep from cron, and the first look of both on a new install."""

    def look(round_: int) -> str:
        try:
            return fence.look(NOW + round_ * MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as clocks:
        assert set(clocks.map(look, [round_ for round_ in range(12) for _ in range(4)])) == {""}
    assert [path.name for path in fence._path().parent.glob("instance*")] == [fence.FILE]


def test_a_machine_that_died_between_its_two_notes_is_not_doubted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fence.look(NOW)
    with monkeypatch.context() as patch:
        patch.setattr(fence, "_write", lambda *args: None)
        fence.look(NOW + 2 * MINUTE)
    assert fence.look(NOW + 4 * MINUTE) == ""


@pytest.mark.parametrize("rest", ["", "{", "[]", '{"token": 1}'])
def test_a_damaged_note_vouches_for_nobody(rest: str) -> None:
    fence.look(NOW)
    fence._path().write_text(rest)
    assert fence.look(NOW + MINUTE) == fence.ELSEWHERE


def test_two_hosts_with_one_name_are_one(settings: LazySettings, tmp_path: Path) -> None:
    settings.INSTANCE = "the-only-one"
    fence.look(NOW)
    move_house(settings, tmp_path)
    assert fence.look(NOW + MINUTE) == ""


def test_a_person_opens_it_and_it_is_known_from_then_on(
    settings: LazySettings, tmp_path: Path
) -> None:
    fence.look(NOW)
    mailing = make_mailing(readers=1)
    move_house(settings, tmp_path)
    fence.look(NOW)
    fence.open_again(by=make_editor(), now=NOW)
    for minutes in range(3):
        assert fence.look(NOW + minutes * MINUTE) == ""
    mailing.refresh_from_db()
    assert (mailing.state, mailing.hold_reason) == (Mailing.State.PAUSED, fence.RESTORED)
    mailings.resume(mailing, by=None, now=NOW)
    mailings.release_due(NOW + 2 * MINUTE)
    assert sending.drain(NOW + 2 * MINUTE) == {"accepted": 1}
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[:3] == ["sending stopped", "sends from here", "mailing held"]


def test_it_takes_the_permission(settings: LazySettings, tmp_path: Path) -> None:
    fence.look(NOW)
    move_house(settings, tmp_path)
    fence.look(NOW)
    with pytest.raises(NotAllowedError):
        fence.open_again(by=make_staff("charlie", "delivery.view_mailing"), now=NOW)
    assert fence.look(NOW)


def test_the_editors_are_told_once(
    settings: LazySettings, tmp_path: Path, mailoutbox: list[EmailMessage]
) -> None:
    make_editor()
    fence.look(NOW)
    move_house(settings, tmp_path)
    for _ in range(3):
        fence.look(NOW)
    running.run_due()
    [told] = mailoutbox
    assert "sends nothing" in told.subject
    assert fence.ELSEWHERE in str(told.body)


def test_what_was_under_way_before_a_long_silence_waits_for_a_person() -> None:
    """A snapshot of a whole machine brings both halves along. Only the clock knows."""
    fence.look(NOW)
    mailing = make_mailing(readers=1)
    later = NOW + 61 * MINUTE
    assert_nothing_leaves(later)
    fence.look(later)
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.PAUSED
    assert mailing.hold_reason.startswith("Newsdesk stood still for 1\xa0hour")
    mailings.resume(mailing, by=None, now=later)
    mailings.release_due(later)
    assert sending.drain(later) == {"accepted": 1}


def test_a_restart_within_the_hour_goes_on_by_itself() -> None:
    fence.look(NOW)
    make_mailing(readers=1)
    later = NOW + 50 * MINUTE
    fence.look(later)
    assert sending.drain(later) == {"accepted": 1}


def test_an_install_without_readers_moves_freely(settings: LazySettings, tmp_path: Path) -> None:
    fence.look(NOW + 9 * MINUTE)
    Instance.objects.all().delete()
    make_readers(1)
    assert fence.look(NOW) == ""
