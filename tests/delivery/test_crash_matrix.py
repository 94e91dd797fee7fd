"""Killed at each step between the click and the last answer: what must follow, by number.

K1 to K26 are the crash points of one issue's way. Here stand those that a process can die at; each
test dies there for real, in a process of its own. The others: K16 and K17 (frozen, two at one row)
and K21 (opt-outs, erasing, pauses) in test_sending, K18 and K19 (database away, disk full) in
test_away, K22 and K26 (a mail service's webhooks) in test_hooks, K24 in curation/test_polling, K25
in audience/test_confirmation_mail.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from delivery import ledger, sending
from delivery.models import Delivery, Mailing
from digest import approval
from digest.errors import AlreadyPublishedError
from digest.models import Issue, LinkBlock
from outbox.models import Fact, Receipt
from publication.models import AuditEntry
from tests import deeds
from tests.delivery.makers import make_mailing, make_readers, states
from tests.digest.issues import add, make_issue
from tests.dying import COMMIT, Mortal
from tests.makers import NOW
from tests.sink import Sink, sinking

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 5
PUBLISH, WORK, RELEASE, SEND = (
    f"tests.deeds:{deed}" for deed in ["publish", "work", "release", "send"]
)
PUBLISHED = Issue.State.PUBLISHED


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinking() as running:
        yield running


def make_ready(number: int = 7) -> Issue:
    issue = make_issue(number)
    add(LinkBlock, issue, title="A story", url="https://example.com/1")
    approval.approve(issue, by=None)
    return issue


def time_passes() -> None:
    """The leases of the dead have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Receipt.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Delivery.objects.filter(lease_until__isnull=False).update(lease_until=past)


def go_on(mortal: Mortal, sink: Sink, var: Path) -> None:
    """What a worker does that is started again: look, and work."""
    time_passes()
    way: dict[str, Any] = {"MAILERS": sink.options(), "VAR_DIR": str(var)}
    for _ in range(3):
        mortal.do("tests.deeds:sweep", **way)
        mortal.do(WORK, **way)


def assert_all_got_it_once(sink: Sink) -> None:
    assert sorted(sink.recipients) == sorted(
        Delivery.objects.values_list("subscriber__email", flat=True)
    )
    assert states(Mailing.objects.get()) == {"accepted": READERS}


# The click


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("tests.deeds:publishing.publish before", id="K1"),
        pytest.param("digest.publishing:_change_ready after", id="K2"),
        pytest.param("digest.publishing:uses.publish after", id="K2-uses"),
        pytest.param("outbox.signals:Receipt.objects.bulk_create after", id="K3"),
        pytest.param("outbox.signals:nudge after", id="K3-nudge"),
        pytest.param("digest.publishing:record after", id="K3-record"),
        pytest.param(f"{COMMIT} before", id="K3-commit"),
    ],
)
def test_before_the_commit_nothing_has_happened_and_the_click_is_repeated(
    mortal: Mortal, sink: Sink, tmp_path: Path, point: str
) -> None:
    """K1, K2, K3."""
    issue = make_ready()
    make_readers(READERS)
    assert mortal.do(PUBLISH, 7, die_at=point)
    issue.refresh_from_db()
    assert (issue.state, issue.published_at) == (Issue.State.READY, None)
    assert not Fact.objects.exists()
    assert not DBTaskResult.objects.exists()
    assert not AuditEntry.objects.filter(verb="published").exists()
    deeds.publish(7)
    go_on(mortal, sink, tmp_path)
    assert_all_got_it_once(sink)


def test_after_the_commit_the_worker_goes_on_alone(
    mortal: Mortal, sink: Sink, tmp_path: Path
) -> None:
    """K4 and K5: the answer was lost; the second click is told so and makes nothing."""
    make_ready()
    make_readers(READERS)
    assert mortal.do(PUBLISH, 7, die_at=f"{COMMIT} after")
    assert Issue.objects.get().state == PUBLISHED
    with pytest.raises(AlreadyPublishedError):
        deeds.publish(7)
    assert Fact.objects.count() == 1
    go_on(mortal, sink, tmp_path)
    assert_all_got_it_once(sink)


# The mailing


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("outbox.running:_listener before", id="K6"),
        pytest.param("delivery.listeners:mailings.start before", id="K6-listener"),
        pytest.param("delivery.listeners:nudge before", id="K6-planned"),
        pytest.param("delivery.mailings:call_roll before", id="K7"),
        pytest.param("delivery.mailings:call_roll after", id="K7-rows"),
        pytest.param("delivery.mailings:release after", id="K8"),
    ],
)
def test_killed_on_the_way_to_the_rows_it_makes_them_later(
    mortal: Mortal, sink: Sink, tmp_path: Path, point: str
) -> None:
    """K6: the task's row stays RUNNING for ever. K7: all rows or none. K8: and no nudge."""
    make_ready()
    make_readers(READERS)
    deeds.publish(7)
    assert mortal.do(WORK, die_at=point, MAILERS=sink.options())
    assert DBTaskResult.objects.running().exists()
    assert Delivery.objects.count() in (0, READERS)
    assert sink.mails == []
    go_on(mortal, sink, tmp_path)
    assert_all_got_it_once(sink)
    assert Mailing.objects.count() == 1


# The mail


def die_sending(mortal: Mortal, sink: Sink, point: str, **settings: Any) -> Mailing:
    mailing = make_mailing(readers=READERS)
    assert mortal.do(SEND, die_at=point, MAILERS=sink.options(), **settings)
    return mailing


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("delivery.ledger:Claim.take after", id="K9"),
        pytest.param("delivery.ledger:Claim.mark before", id="K10"),
        pytest.param(f"{COMMIT} before 2", id="K10-commit"),
    ],
)
def test_killed_before_the_mark_everything_is_sent_later_and_nothing_is_uncertain(
    mortal: Mortal, sink: Sink, tmp_path: Path, point: str
) -> None:
    """K9 and K10."""
    mailing = die_sending(mortal, sink, point)
    assert states(mailing) == {"sending": READERS}
    assert sink.mails == []
    go_on(mortal, sink, tmp_path)
    assert_all_got_it_once(sink)


def assert_uncertain_is_at_most_a_line_each(mailing: Mailing, sink: Sink) -> None:
    ended = states(mailing)
    assert 1 <= ended.get("uncertain", 0) <= settings.MAIL_CONNECTIONS
    assert ended.get("uncertain", 0) + ended.get("accepted", 0) == READERS
    assert len(sink.recipients) == len(set(sink.recipients))
    taken = set(sink.recipients)
    rows = Delivery.objects.values_list("subscriber__email", "state")
    assert all(email in taken for email, state in rows if state == "accepted")
    assert Delivery.objects.to_settle().count() == ended["uncertain"]


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("delivery.sending:Shift._job before", id="K11"),
        pytest.param("delivery.switchboard:Call.begin before", id="K11-line"),
        pytest.param("toolbox.smtp_dialogue:envelope after", id="K11-data"),
        pytest.param("toolbox.smtp_dialogue:_stuffed before", id="K11-message"),
        pytest.param("toolbox.smtp_dialogue:_final before", id="K13"),
        pytest.param("delivery.ledger:Claim.record_all before 2", id="K13-record"),
    ],
)
def test_killed_between_mark_and_record_it_is_listed_and_never_repeated(
    mortal: Mortal, sink: Sink, tmp_path: Path, point: str
) -> None:
    """K11: it was not sent. K13: it was. Nobody can tell them apart, so nobody tries."""
    mailing = die_sending(mortal, sink, point)
    go_on(mortal, sink, tmp_path)
    assert_uncertain_is_at_most_a_line_each(mailing, sink)


def test_killed_between_the_dot_and_the_answer_it_is_listed(mortal: Mortal, tmp_path: Path) -> None:
    """K12: the server has it and says so to nobody."""
    mailing = make_mailing(readers=READERS)
    with sinking(delay=0.2) as sink:
        assert mortal.do(SEND, die_at="toolbox.smtp_dialogue:_final before", MAILERS=sink.options())
        go_on(mortal, sink, tmp_path)
        assert_uncertain_is_at_most_a_line_each(mailing, sink)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_in_the_records_commit_it_is_accepted_or_listed(
    mortal: Mortal, sink: Sink, tmp_path: Path, moment: str
) -> None:
    """K14: claim, first marks, first record: the third commit."""
    mailing = die_sending(mortal, sink, f"{COMMIT} {moment} 3")
    assert states(mailing).get("accepted", 0) >= (moment == "after")
    go_on(mortal, sink, tmp_path)
    ended = states(mailing)
    assert ended.get("uncertain", 0) <= settings.MAIL_CONNECTIONS
    assert ended.get("uncertain", 0) + ended.get("accepted", 0) == READERS
    assert len(sink.recipients) == len(set(sink.recipients))


def test_a_retry_survives_the_worker(mortal: Mortal, tmp_path: Path) -> None:
    """K15: it is due by the clock, and keeps its attempts."""
    mailing = make_mailing(readers=1)
    with sinking({"RCPT": "450 not now"}) as sink:
        way: dict[str, Any] = {"MAILERS": sink.options()}
        assert mortal.do(SEND, die_at="delivery.ledger:Claim.give_back before", **way)
        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.wire_at) == ("queued", 1, None)
        assert row.next_attempt_at > timezone.now()
        sink.replies.clear()
        mortal.do(SEND, **way)
        assert states(mailing) == {"queued": 1}
        Delivery.objects.update(next_attempt_at=timezone.now())
        mortal.do(SEND, **way)
    assert states(mailing) == {"accepted": 1}
    assert Delivery.objects.get().attempts == 2


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_doubles_nothing(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """K20: another process looks with a clock that is a day off while mails are on the wire."""
    mailing = make_mailing(readers=READERS)
    original = ledger.Claim.record

    def record(self: ledger.Claim, *args: Any) -> Any:
        ledger.recover(timezone.now() + timedelta(days=days))
        return original(self, *args)

    monkeypatch.setattr(ledger.Claim, "record", record)
    with sinking() as running:
        settings.MAILERS = running.options()
        while not mailing.is_sent:
            sending.drain(NOW)
    assert len(running.recipients) == len(set(running.recipients)) == READERS
    assert states(mailing) == {"accepted": READERS}


def test_after_the_last_row_there_is_no_flag_to_lose(mortal: Mortal, sink: Sink) -> None:
    """K23: sent is what no open row says."""
    mailing = make_mailing(readers=READERS)
    point = "delivery.ledger:Claim.give_back before"
    assert mortal.do(SEND, die_at=point, MAILERS=sink.options())
    assert mailing.is_sent
    assert len(sink.mails) == READERS
