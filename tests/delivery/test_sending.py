"""Every row ends, nobody gets it twice, and what cannot be known is said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core import mail
from django.db import OperationalError

from audience import consent
from audience.models import Subscriber, Suppression
from delivery import ledger, mailings, sending
from delivery.ledger import AWAY_PAUSE, LEASE, PAUSES, Claim
from delivery.models import Delivery, DeliveryQuerySet, Mailing
from tests.delivery.makers import make_mailing, make_readers, only_delivery, states
from tests.makers import NOW
from tests.sink import Reply, Session, Sink, close, hang, sinking
from toolbox.smtp import Answer, Verdict

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def send(settings: LazySettings) -> Callable[..., Sink]:
    """Drain once, to a server that behaves as told."""

    def drained(timeout: float = 5, now: Any = NOW, **replies: Reply) -> Sink:
        with sinking(replies) as sink:
            settings.MAILERS = sink.options(timeout=timeout)
            sending.drain(now)
        return sink

    return drained


# What an answer means


def test_a_taken_mail_is_accepted_with_the_servers_words(send: Callable[..., Sink]) -> None:
    make_mailing(readers=1)
    sink = send()
    row = only_delivery()
    assert (row.state, row.attempts, row.last_answer) == (State.ACCEPTED, 1, "250 2.0.0 taken")
    assert row.wire_at is not None
    assert row.finished_at is not None
    assert row.subscriber is not None
    assert sink.recipients == [row.subscriber.email]
    assert sink.mails[0].sender == "editors@example.com"


@pytest.mark.parametrize("code", [550, 552, 554])
@pytest.mark.parametrize("step", ["RCPT", "dot"])
def test_5xx_fails_once_and_for_good(send: Callable[..., Sink], code: int, step: str) -> None:
    mailing = make_mailing(readers=1)
    send(**{step: f"{code} never"})
    row = only_delivery()
    assert (row.state, row.last_answer) == (State.FAILED, f"{code} never")
    send(now=NOW + timedelta(days=3))
    assert states(mailing) == {"failed": 1}


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("step", ["RCPT", "dot"])
def test_4xx_waits_a_minute(send: Callable[..., Sink], code: int, step: str) -> None:
    make_mailing(readers=1)
    send(**{step: f"{code} not now"})
    row = only_delivery()
    assert (row.state, row.attempts, row.last_answer) == (State.QUEUED, 1, f"{code} not now")
    assert row.wire_at is None
    assert timedelta(0) <= row.next_attempt_at - NOW - PAUSES[0] < timedelta(seconds=3)


@pytest.mark.parametrize("failure", [close, hang])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_silence_before_the_dot_waits_too(
    send: Callable[..., Sink], failure: Reply, step: str
) -> None:
    make_mailing(readers=1)
    send(timeout=0.5, **{step: failure})
    row = only_delivery()
    assert (row.state, row.attempts) == (State.QUEUED, 1)


@pytest.mark.parametrize("failure", [close, hang])
def test_silence_after_the_dot_is_uncertain_and_never_repeated(
    send: Callable[..., Sink], failure: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolbox.smtp_dialogue.DOT_PATIENCE", 1)
    make_mailing(readers=1)
    send(timeout=0.5, dot=failure)
    row = only_delivery()
    assert row.state == State.UNCERTAIN
    assert row.last_answer
    sink = send(now=NOW + timedelta(days=1))
    assert sink.mails == []


def test_temporary_failures_are_tried_with_growing_pauses_for_nearly_48_hours(
    send: Callable[..., Sink],
) -> None:
    make_mailing(readers=1)
    now, gaps = NOW, []
    while only_delivery().state == State.QUEUED:
        send(now=now, RCPT="450 not now")
        gaps.append(only_delivery().next_attempt_at - now)
        now = only_delivery().next_attempt_at
    assert only_delivery().state == State.FAILED
    assert sorted(PAUSES) == PAUSES
    assert timedelta(hours=47) < sum(PAUSES, timedelta()) < timedelta(hours=48)
    assert only_delivery().attempts == len(PAUSES) + 1


def test_a_retry_that_gets_through_is_accepted(send: Callable[..., Sink]) -> None:
    mailing = make_mailing(readers=1)
    send(RCPT="450 not now")
    assert send(now=NOW + timedelta(seconds=50)).mails == []
    assert len(send(now=NOW + timedelta(seconds=70)).mails) == 1
    assert states(mailing) == {"accepted": 1}


@pytest.mark.parametrize("greeting", ["421 busy", "554 not you", close])
def test_without_a_server_nobodys_row_is_to_blame(
    send: Callable[..., Sink], greeting: Reply
) -> None:
    mailing = make_mailing(readers=10)
    sink = send(greeting=greeting)
    assert sink.connections <= settings.MAIL_CONNECTIONS
    assert states(mailing) == {"queued": 10}
    assert not Delivery.objects.filter(attempts__gt=0).exists()
    assert len(send(now=NOW + 2 * AWAY_PAUSE).mails) == 10


@pytest.mark.parametrize("step", ["EHLO", "MAIL"])
def test_a_server_that_refuses_our_sender_fails_nobody(
    send: Callable[..., Sink], step: str
) -> None:
    mailing = make_mailing(readers=10)
    refusal = {"EHLO": "550 who?", "HELO": "550 who?"} if step == "EHLO" else {step: "550 who?"}
    sink = send(**refusal)
    assert sink.connections <= settings.MAIL_CONNECTIONS
    assert states(mailing) == {"queued": 10}
    assert not Delivery.objects.filter(attempts__gt=0).exists()
    assert Delivery.objects.filter(last_answer="550 who?").exists()
    assert len(send(now=NOW + 2 * AWAY_PAUSE).mails) == 10


def test_a_refusal_after_data_but_before_the_mail_is_tried_again(send: Callable[..., Sink]) -> None:
    mailing = make_mailing(readers=1)
    send(DATA="554 no valid recipients")
    assert states(mailing) == {"queued": 1}
    assert only_delivery().attempts == 1


def test_no_answer_that_is_kept_names_the_reader(send: Callable[..., Sink]) -> None:
    make_mailing(readers=1)
    send(RCPT=lambda session: f"550 <{session.recipient.upper()}>: rejected")
    assert only_delivery().last_answer == "550 <‹…›>: rejected"


def test_a_server_that_allows_one_connection_gets_everything_over_one(
    send: Callable[..., Sink],
) -> None:
    def greet(session: Session) -> str:
        return "220 welcome" if session.sink.connections == 1 else "421 one is enough"

    mailing = make_mailing(readers=20)
    sink = send(greeting=greet)
    assert len(sink.mails) >= 20 - settings.MAIL_CONNECTIONS
    sink = send(now=NOW + 2 * AWAY_PAUSE)
    assert states(mailing) == {"accepted": 20}


# Who gets it, and who does not


def test_everybody_gets_it_once_over_few_connections(send: Callable[..., Sink]) -> None:
    mailing = make_mailing(readers=60)
    sink = send()
    assert len(set(sink.recipients)) == len(sink.mails) == 60
    assert sink.connections <= settings.MAIL_CONNECTIONS
    assert states(mailing) == {"accepted": 60}
    assert mailing.is_sent


def test_two_drains_in_a_row_send_once(send: Callable[..., Sink]) -> None:
    make_mailing(readers=5)
    assert len(send().mails) == 5
    assert send().mails == []


def test_who_leaves_after_the_claim_is_skipped() -> None:
    mailing = make_mailing(readers=3)
    claim = Claim()
    rows = claim.take(10, NOW)
    ada, bob, eve = (row.subscriber for row in rows)
    assert ada is not None
    assert bob is not None
    assert eve is not None
    consent.unsubscribe(ada.token, now=NOW)
    bob.delete()
    assert claim.mark(rows, NOW) == {rows[2].pk}
    assert states(mailing) == {"skipped": 2, "sending": 1}
    reasons = Delivery.objects.filter(state=State.SKIPPED).values_list("skip_reason", flat=True)
    assert set(reasons) == {"unsubscribed", "erased"}


def test_whose_address_is_suppressed_after_the_claim_is_skipped() -> None:
    mailing = make_mailing(readers=2)
    claim = Claim()
    rows = claim.take(10, NOW)
    Suppression.objects.create(address_key=rows[0].address_key, reason="complained")
    assert claim.mark(rows, NOW) == {rows[1].pk}
    assert states(mailing) == {"skipped": 1, "sending": 1}
    assert Delivery.objects.get(pk=rows[0].pk).skip_reason == "complained"


def test_who_takes_a_break_after_the_claim_is_skipped() -> None:
    mailing = make_mailing(readers=3)
    claim = Claim()
    rows = claim.take(10, NOW)
    for row, days in zip(rows, (7, -7), strict=False):
        known = Subscriber.objects.filter(deliveries=row)
        known.update(paused_until=NOW + timedelta(days=days))
    assert claim.mark(rows, NOW) == {rows[1].pk, rows[2].pk}
    assert states(mailing) == {"skipped": 1, "sending": 2}
    assert Delivery.objects.get(pk=rows[0].pk).skip_reason == "paused"


def test_who_woke_up_past_the_lease_sends_nothing(send: Callable[..., Sink]) -> None:
    """K16: frozen between its mark and the first byte."""
    mailing = make_mailing(readers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delivery.crew.wall_clock", lambda: float("inf"))
        sink = send()
    assert sink.mails == []
    assert states(mailing) == {"queued": 1}
    assert "stood still" in only_delivery().last_answer


def test_who_left_before_is_skipped_too(send: Callable[..., Sink]) -> None:
    mailing = make_mailing(readers=2)
    Subscriber.objects.filter(pk=Subscriber.objects.earliest("pk").pk).update(state="complained")
    assert len(send().mails) == 1
    assert states(mailing) == {"skipped": 1, "accepted": 1}


def test_a_pause_after_the_claim_holds_and_skips_nobody() -> None:
    mailing = make_mailing(readers=2)
    claim = Claim()
    rows = claim.take(10, NOW)
    mailings.pause(mailing, by=None)
    assert claim.mark(rows, NOW) == set()
    assert states(mailing) == {"queued": 2}


def test_a_cancel_after_the_claim_skips() -> None:
    mailing = make_mailing(readers=2)
    claim = Claim()
    rows = claim.take(10, NOW)
    mailings.cancel(mailing, by=None, now=NOW)
    assert claim.mark(rows, NOW) == set()
    assert states(mailing) == {"skipped": 2}


def test_a_pause_in_the_middle_stops_it(send: Callable[..., Sink]) -> None:
    """The editor's click is in the database; the marks after it are refused."""
    mailing = make_mailing(readers=30)
    original = Claim.mark

    def mark(self: Claim, rows: Any, now: Any) -> set[int]:
        if Delivery.objects.filter(state=State.ACCEPTED).count() >= 10:
            Mailing.objects.update(state=Mailing.State.PAUSED)
        return original(self, rows, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Claim, "mark", mark)
        sink = send()
    assert 10 <= len(sink.mails) <= 10 + 2 * settings.MAIL_CONNECTIONS
    assert states(mailing) == {"accepted": len(sink.mails), "queued": 30 - len(sink.mails)}


# Claims, marks, leases


def test_a_claimed_row_is_nobody_elses() -> None:
    make_mailing(readers=3)
    assert len(Claim().take(2, NOW)) == 2
    assert len(Claim().take(2, NOW)) == 1
    assert Claim().take(2, NOW) == []


def test_a_list_of_rows_that_is_out_of_date_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was read before, the claim itself looks at the row."""
    make_mailing(readers=2)
    Claim().take(2, NOW)
    monkeypatch.setattr(DeliveryQuerySet, "due", lambda self, now: self)
    assert Claim().take(2, NOW) == []


def test_a_row_is_due_by_the_clock() -> None:
    make_mailing(readers=1)
    Delivery.objects.update(next_attempt_at=NOW + LEASE)
    assert Claim().take(1, NOW) == []
    assert len(Claim().take(1, NOW + LEASE)) == 1


def test_the_oldest_mailing_goes_first_and_all_are_found() -> None:
    make_readers(1)
    older, newer = make_mailing(), make_mailing()
    [first], [second] = Claim().take(5, NOW), Claim().take(5, NOW)
    assert (first.mailing_id, second.mailing_id) == (older.pk, newer.pk)


def test_a_mark_is_set_once_and_asked_again_answers_the_same() -> None:
    make_mailing(readers=1)
    claim = Claim()
    rows = claim.take(1, NOW)
    later = NOW + timedelta(seconds=1)
    assert claim.mark(rows, NOW) == claim.mark(rows, NOW) == {rows[0].pk}
    assert claim.mark(rows, later) == set()


def test_who_froze_and_lost_the_row_changes_nothing() -> None:
    mailing = make_mailing(readers=1)
    frozen = Claim()
    rows = frozen.take(1, NOW)
    later = NOW + 2 * LEASE
    ledger.recover(later)
    other = Claim()
    assert len(other.take(1, later)) == 1
    assert frozen.mark(rows, later) == set()
    assert frozen.record(rows[0], Answer(Verdict.ACCEPTED, "250 ok"), later) is None
    frozen.give_back()
    frozen.renew(later + 9 * LEASE)
    row = only_delivery()
    assert (row.claim, row.lease_until) == (other.id, later + LEASE)
    assert states(mailing) == {"sending": 1}


def test_a_dead_workers_rows_go_back_and_what_was_on_the_wire_is_listed() -> None:
    mailing = make_mailing(readers=5)
    claim = Claim()
    rows = claim.take(5, NOW)
    claim.mark(rows[:2], NOW)
    assert ledger.recover(NOW + LEASE) == 0
    assert ledger.recover(NOW + LEASE + timedelta(seconds=1)) == 5
    assert states(mailing) == {"queued": 3, "uncertain": 2}
    assert Delivery.objects.to_settle().count() == 2


def test_a_living_worker_keeps_its_rows() -> None:
    make_mailing(readers=1)
    claim = Claim()
    claim.take(1, NOW)
    claim.renew(NOW + LEASE)
    assert ledger.recover(NOW + LEASE + timedelta(seconds=1)) == 0


def test_an_answer_that_comes_late_settles_what_was_uncertain() -> None:
    mailing = make_mailing(readers=1)
    claim = Claim()
    rows = claim.take(1, NOW)
    claim.mark(rows, NOW)
    ledger.recover(NOW + 2 * LEASE)
    assert states(mailing) == {"uncertain": 1}
    claim.record(rows[0], Answer(Verdict.ACCEPTED, "250 ok"), NOW + 3 * LEASE)
    assert states(mailing) == {"accepted": 1}


def test_what_was_not_begun_when_the_slice_ends_is_anybodys(
    send: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLICE", timedelta(0))
    mailing = make_mailing(readers=3)
    assert send().mails == []
    monkeypatch.setattr(sending, "SLICE", timedelta(seconds=0.2))

    def slow(session: Session) -> str:
        session.sink.over.wait(0.15)
        return "250 taken"

    sent = len(send(dot=slow).mails)
    assert states(mailing) == {"accepted": sent} | ({"queued": 3 - sent} if sent < 3 else {})


def test_a_database_that_is_away_costs_no_answer(
    send: Callable[..., Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = make_mailing(readers=3)
    original = sending.Shift._note
    failures: list[bool] = []

    def away(self: Any, done: Any, *others: Any) -> Any:
        if done and len(failures) < 2:
            failures.append(True)
            raise OperationalError("server closed the connection unexpectedly")
        return original(self, done, *others)

    monkeypatch.setattr(sending.Shift, "_note", away)
    monkeypatch.setattr(sending, "close_old_connections", lambda: None)
    monkeypatch.setattr(sending, "_nap", lambda: None)
    send()
    assert len(failures) == 2
    assert states(mailing) == {"accepted": 3}


def test_a_line_that_breaks_in_our_own_code_leaves_it_uncertain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def send(self, *args: object) -> Answer:
            raise RuntimeError("a bug")

        def close(self) -> None: ...

    monkeypatch.setattr("toolbox.transports.open_lines", lambda count: [Broken()])
    make_mailing(readers=1)
    sending.drain(NOW)
    row = only_delivery()
    assert (row.state, row.last_answer) == (State.UNCERTAIN, "RuntimeError: a bug")


# Any other mailer of Django's


def test_another_mailer_gets_the_very_bytes() -> None:
    make_mailing(readers=2)
    assert sending.drain(NOW) == {"accepted": 2}
    assert len(mail.outbox) == 2
    row = Delivery.objects.select_related("subscriber").earliest("pk")
    assert row.subscriber is not None
    [sent] = [sent for sent in mail.outbox if sent.to == [row.subscriber.email]]
    assert sent.message()["Message-ID"] == row.message_id
    assert row.subscriber.token in sent.message()["List-Unsubscribe"]


def test_a_mailer_that_fails_leaves_it_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    make_mailing(readers=1)
    sending.drain(NOW)
    row = only_delivery()
    assert (row.state, row.last_answer) == (State.UNCERTAIN, "OSError: disk full")
