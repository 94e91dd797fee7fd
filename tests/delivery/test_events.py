"""Bounces and complaints from mails and refusals, when they count, and a person's way back."""

import mailbox
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from audience import returns
from audience.models import Subscriber, Suppression
from delivery import events, sending
from delivery.events import Heard
from delivery.models import Delivery, MailEvent, Mailing, Pardon
from delivery.pardons import ReasonMissingError, pardon
from delivery.reports import read
from delivery.verdicts import IN_A_ROW, of_refusal
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, make_readers, only_delivery
from tests.makers import NOW, make_editor, make_staff
from tests.sink import sinking

pytestmark = pytest.mark.django_db
What = MailEvent.What


def make_sent(weeks: int = 1) -> list[Delivery]:
    """One person's mails, a week apart, all accepted."""
    make_readers(1)
    Subscriber.objects.update(confirmed_at=NOW - timedelta(days=900))
    rows = []
    for week in range(weeks):
        row = make_mailing().deliveries.get()
        at = NOW - timedelta(weeks=weeks - week)
        Delivery.objects.filter(pk=row.pk).update(state="accepted", wire_at=at, finished_at=at)
        rows.append(Delivery.objects.get(pk=row.pk))
    return rows


def tell(row: Delivery, what: What) -> None:
    at = (row.wire_at or NOW) + timedelta(hours=1)
    events.take_in(Heard("test", what, row.message_id, at), now=NOW)


def state() -> str:
    return Subscriber.objects.get().state


def bounce_mail(row: Delivery, status: str, action: str = "failed") -> bytes:
    """As mail servers write them (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@example.com\r\nTo: editors@example.com\r\n"
        "Date: Fri, 20 Nov 2026 11:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; somebody@else.example\r\nAction: {action}\r\n"
        f"Status: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} <somebody@else.example> no\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Subject: Issue\r\nMessage-ID: {row.message_id}\r\n\r\n--b--\r\n"
    ).encode()


# What a refusal says


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("550 5.1.1 unknown", What.HARD),
        ("5.1.10 recipient not found", What.HARD),
        ("550 5.1.8 bad sender", What.SOFT),
        ("550 no such user", What.SOFT),
        ("552 5.2.2 mailbox full", What.SOFT),
        ("550 5.7.515 access denied, DMARC", What.BLOCKED),
        ("554 your message looks like SPAM", What.BLOCKED),
        ("550 5.1.1 blocked: no such user", What.HARD),
    ],
)
def test_a_refusal_is_about_the_address_or_about_us(words: str, what: What) -> None:
    assert of_refusal(words) == what


@pytest.mark.parametrize(
    ("answer", "end"), [("550 5.1.1 unknown", "bounced"), ("550 5.7.1 spam", "active")]
)
def test_a_refusal_at_the_door_counts_as_the_bounce_it_is(
    settings: LazySettings, answer: str, end: str
) -> None:
    make_mailing(readers=1)
    with sinking({"RCPT": answer}) as sink:
        settings.MAILERS = sink.options()
        sending.drain(NOW)
    assert (only_delivery().state, state()) == ("failed", end)
    assert MailEvent.objects.get().words == answer


# When it counts


def test_soft_bounces_count_when_there_are_five_in_a_row_over_two_weeks() -> None:
    rows = make_sent(IN_A_ROW)
    for row in rows[:-1]:
        tell(row, What.SOFT)
    assert state() == "active"
    tell(rows[-1], What.SOFT)
    assert state() == "bounced"
    assert Suppression.objects.get().reason == "bounced"


def test_five_within_a_few_days_are_one_full_mailbox() -> None:
    rows = make_sent(IN_A_ROW)
    for day, row in enumerate(rows):
        Delivery.objects.filter(pk=row.pk).update(wire_at=NOW - timedelta(days=9 - day))
        tell(row, What.SOFT)
    assert state() == "active"


def test_one_that_arrived_breaks_the_row_even_if_that_is_told_last() -> None:
    rows = make_sent(IN_A_ROW)
    for row in rows:
        tell(row, What.SOFT)
    assert state() == "bounced"
    tell(rows[2], What.DELIVERED)
    assert state() == "bounced"  # It bounced after all: the later word of the same mail.
    MailEvent.objects.filter(delivery=rows[2], what=What.SOFT).delete()
    tell(rows[4], What.DELIVERED)
    assert state() == "active"
    assert not Suppression.objects.exists()


def test_a_refusal_as_spam_never_counts_against_the_person() -> None:
    for row in make_sent(2 * IN_A_ROW):
        tell(row, What.BLOCKED)
    assert state() == "active"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"bounced"}


def test_what_was_told_before_they_confirmed_again_does_not_count() -> None:
    first, second = make_sent(2)
    tell(first, What.HARD)
    Suppression.objects.all().delete()
    Subscriber.objects.update(state="active", confirmed_at=NOW - timedelta(days=9))
    tell(second, What.DELIVERED)
    assert state() == "active"


def test_a_complaint_outlives_the_person() -> None:
    [row] = make_sent()
    Subscriber.objects.all().delete()
    tell(row, What.COMPLAINED)
    assert Suppression.objects.get().reason == "complained"


def test_too_many_complaints_hold_the_mailing() -> None:
    mailing = make_mailing(readers=10)
    rows = list(mailing.deliveries.all())
    for row in rows[:4]:
        Delivery.objects.filter(pk=row.pk).update(state="accepted", wire_at=NOW)
    for row in rows[:3]:
        tell(row, What.COMPLAINED)
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.PAUSED
    assert mailing.hold_reason == "Too many call it spam: 3 of 4."


# A person's way back


def test_a_person_takes_it_back_and_it_is_kept_who_when_and_why() -> None:
    first, second = make_sent(2)
    tell(first, What.COMPLAINED)
    editor = make_editor()
    pardon(Subscriber.objects.get(), why="  A slip, she wrote. ", by=editor, now=NOW)
    assert state() == "active"
    assert not Suppression.objects.exists()
    kept = Pardon.objects.get()
    assert (kept.by, kept.at, kept.why) == (editor, NOW, "A slip, she wrote.")
    assert AuditEntry.objects.filter(verb="reinstate", actor=editor).exists()
    tell(second, What.DELIVERED)
    assert state() == "active"
    assert [event.what for event in events.history(first.address_key)] == [
        What.DELIVERED, What.COMPLAINED,
    ]  # fmt: skip


def test_it_is_not_taken_back_without_a_reason_a_right_or_a_cause() -> None:
    [row] = make_sent()
    person = Subscriber.objects.get()
    with pytest.raises(returns.NotTakenOutError):
        pardon(person, why="Because.", by=None, now=NOW)
    tell(row, What.HARD)
    with pytest.raises(ReasonMissingError):
        pardon(person, why=" ", by=None, now=NOW)
    with pytest.raises(NotAllowedError):
        pardon(person, why="Because.", by=make_staff("helper"), now=NOW)
    assert state() == "bounced"
    assert not Pardon.objects.exists()


# Bounce mails


def test_a_bounce_mail_is_read_by_its_message_id() -> None:
    [row] = make_sent()
    [heard] = read(bounce_mail(row, "5.1.1"), now=NOW)
    assert (heard.what, heard.message_id) == (What.HARD, row.message_id)
    assert "@" not in heard.words
    assert events.take_in(heard, now=NOW)
    assert not events.take_in(heard, now=NOW)
    row.refresh_from_db()
    assert (row.state, state()) == ("bounced", "bounced")


def test_a_delay_and_any_other_mail_tell_nothing() -> None:
    [row] = make_sent()
    assert read(bounce_mail(row, "4.4.1", action="delayed"), now=NOW) == []
    assert read(b"Subject: Holidays\r\n\r\nBack on Monday.", now=NOW) == []
    for junk in (b"", b"\xff\x00" * 50, bounce_mail(row, "5.1.1")[:400]):
        assert read(junk, now=NOW) == []


def test_a_bounce_mail_about_a_mail_that_is_not_ours_changes_nobody() -> None:
    [row] = make_sent()
    row.message_id = "<made-up@example.com>"
    [heard] = read(bounce_mail(row, "5.1.1"), now=NOW)
    events.take_in(heard, now=NOW)
    assert state() == "active"


def test_an_abuse_report_is_a_complaint() -> None:
    [row] = make_sent()
    report = (
        "From: fbl@example.com\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: FBL/1.0\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {row.message_id}\r\n\r\nHi\r\n--b--\r\n"
    ).encode()
    [heard] = read(report, now=NOW)
    events.take_in(heard, now=NOW)
    assert state() == "complained"


def test_the_command_reads_boxes_and_single_mails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [row] = make_sent()
    single, box, folder = tmp_path / "one.eml", tmp_path / "box", tmp_path / "maildir"
    single.write_bytes(bounce_mail(row, "5.1.1"))
    holiday = EmailMessage()
    holiday["Subject"] = "Holidays"
    for kept in (mailbox.mbox(box), mailbox.Maildir(folder)):
        kept.add(bounce_mail(row, "5.1.1"))
        kept.add(holiday)
        kept.close()
    call_command("read_bounces", str(single), str(box), str(folder))
    assert "5 mails read: 1 hard, 2 known already." in capsys.readouterr().out
    assert state() == "bounced"
    with pytest.raises(CommandError, match="not there"):
        call_command("read_bounces", str(tmp_path / "nothing"))
