"""What goes wrong for many, or comes too late, waits for a person, who is told."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage, EmailMultiAlternatives

from delivery import holding, mailings, sending
from delivery.models import Delivery, Mailing
from digest import rechecking
from digest.models import LinkBlock, SponsorBlock, Visit
from digest.visiting import identity
from outbox import running
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, make_readers, make_rendered, states
from tests.digest.issues import add
from tests.makers import NOW, make_editor, make_staff
from tests.sink import Session, close, sinking

pytestmark = pytest.mark.django_db
State = Mailing.State
HOUR = timedelta(hours=1)


def refuse_every(nth: int) -> object:
    """Of so many recipients one is refused for good."""
    seen: list[str] = []

    def rcpt(session: Session) -> str:
        with session.sink.lock:
            seen.append(session.recipient)
            return "550 no such person" if len(seen) % nth == 0 else "250 fine"

    return rcpt


# A sponsor's page that is gone


AD = "https://ballast.example/ad"


def planned(minutes: int = 10) -> Mailing:
    """A mailing of an issue with a sponsor, for in a while."""
    items = [{"kind": "sponsor", "url": AD, "title": "Ballast", "channels": ["email"]}]
    rendered = make_rendered(items=items, mail_at=NOW + timedelta(minutes=minutes))
    add(SponsorBlock, rendered.issue, title="Ballast", url=AD)
    add(LinkBlock, rendered.issue, title="A story", url="https://story.example/")
    mailing = mailings.start(rendered.issue_id)
    assert mailing is not None
    return mailing


def seen(what: str, since: datetime | None, last: datetime) -> None:
    values = {"seen": what, "gone_since": since, "looked_at": last, "due_at": None}
    Visit.objects.update_or_create(identity=identity(AD), defaults={"url": AD, **values})


def test_the_links_of_a_later_mailing_are_looked_at_again_before_it() -> None:
    mailing = planned(minutes=60)
    seen("fine", None, NOW)
    assert mailings.look_ahead(NOW) == 0
    assert mailings.look_ahead(mailing.mail_at - timedelta(minutes=10)) == 2
    assert set(Visit.objects.exclude(due_at=None).values_list("url", flat=True)) == {
        AD,
        "https://story.example/",
    }


def test_a_sponsor_whose_page_is_gone_holds_its_mailing(mailoutbox: list[EmailMessage]) -> None:
    make_editor()
    mailing, hour = planned(), NOW + timedelta(minutes=10)
    seen("dead", hour - timedelta(minutes=5), hour - timedelta(minutes=1))
    assert mailings.release_due(hour) == 0
    mailing.refresh_from_db()
    assert (mailing.state, mailing.hold_reason) == (
        State.PAUSED,
        f"“Ballast” is paid for and leads nowhere: {AD}",
    )
    running.run_due()
    assert "on hold" in mailoutbox[0].subject

    mailings.resume(mailing, by=make_editor("ann"), now=hour)
    assert mailings.release_due(hour) == 1, "somebody has said to go on all the same"


def test_one_look_that_failed_only_makes_it_wait() -> None:
    mailing, hour = planned(), NOW + timedelta(minutes=10)
    seen("dead", hour, hour)
    assert mailings.release_due(hour) == 0
    mailing.refresh_from_db()
    assert mailing.state == State.SCHEDULED
    later = hour + rechecking.PAUSE
    assert mailings.look_ahead(later) == 1
    seen("silent", None, later)
    assert mailings.release_due(later) == 1


def test_nobody_who_looked_holds_nothing() -> None:
    planned()
    assert mailings.release_due(NOW + timedelta(minutes=10)) == 1


def test_what_has_begun_goes_on() -> None:
    mailing, hour = planned(), NOW + timedelta(minutes=10)
    make_readers(1)
    mailings.release_due(hour)
    seen("dead", hour, hour + timedelta(minutes=5))
    mailings.pause(mailing, by=None)
    Mailing.objects.update(state=State.SCHEDULED)
    assert mailings.release_due(hour + timedelta(minutes=5)) == 1


# Too many errors


def test_too_many_errors_pause_it_and_tell_the_editors(
    settings: LazySettings, mailoutbox: list[EmailMessage]
) -> None:
    make_editor()
    make_staff("charlie", "delivery.view_mailing")
    mailing = make_mailing(readers=300)
    with sinking({"RCPT": "550 no such person"}) as sink:
        before, settings.MAILERS = settings.MAILERS, sink.options()
        sending.drain(NOW)
        settings.MAILERS = before
    mailing.refresh_from_db()
    assert mailing.state == State.PAUSED
    failed = states(mailing)["failed"]
    assert holding.ALARM <= failed <= holding.ALARM + 2 * settings.MAIL_CONNECTIONS
    assert mailing.hold_reason.startswith("Too many errors: ")
    assert AuditEntry.objects.get().verb == "mailing held"
    running.run_due()
    [told] = mailoutbox
    assert told.to == ["editor@example.com"]
    assert "on hold" in told.subject
    assert isinstance(told, EmailMultiAlternatives)
    for body in (told.body, told.alternatives[0][0]):
        assert f"/admin/delivery/mailing/{mailing.pk}/change/" in str(body)
        assert mailing.hold_reason in " ".join(str(body).split())


def test_silence_after_the_message_counts_as_an_error(settings: LazySettings) -> None:
    mailing = make_mailing(readers=100)
    with sinking({"dot": close}) as sink:
        settings.MAILERS = sink.options()
        sending.drain(NOW)
    mailing.refresh_from_db()
    assert mailing.state == State.PAUSED
    assert states(mailing)["uncertain"] < 2 * holding.ALARM


def test_a_few_errors_among_many_stop_nothing(settings: LazySettings) -> None:
    """One in 25 is refused: more than the alarm, and less than the share."""
    mailing = make_mailing(readers=600)
    with sinking({"RCPT": refuse_every(25)}) as sink:  # type: ignore[dict-item]
        settings.MAILERS = sink.options()
        while sending.drain(NOW):
            pass
    assert states(mailing) == {"failed": 24, "accepted": 576}


def test_what_dead_workers_left_is_not_the_servers_fault() -> None:
    mailing = make_mailing(readers=40)
    Delivery.objects.update(state="uncertain", finished_at=NOW)
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(
        state="queued", finished_at=None
    )
    assert holding.hold_troubled() == 0
    Delivery.objects.filter(state="uncertain").update(attempts=1)
    assert holding.hold_troubled() == 1
    mailing.refresh_from_db()
    assert mailing.hold_reason == "Too many errors: 39 of 39 that were tried."


def test_resumed_it_counts_anew(settings: LazySettings) -> None:
    mailing = make_mailing(readers=60)
    Delivery.objects.filter(pk__in=Delivery.objects.values("pk")[:40]).update(
        state="failed", finished_at=NOW, attempts=1
    )
    assert holding.hold_troubled() == 1
    later = NOW + timedelta(minutes=5)
    mailings.resume(mailing, by=make_editor(), now=later)
    assert mailing.hold_reason == ""
    mailings.release_due(later)
    assert sending.drain(later) == {"accepted": 20}
    assert Mailing.objects.get().is_sent


# Too late


def plan(**values: object) -> Mailing:
    mailing = mailings.start(make_rendered(**values).issue_id)
    assert mailing is not None
    return mailing


def test_an_hour_late_it_waits_for_a_person() -> None:
    make_readers(1)
    mailing = plan()
    assert mailings.release_due(NOW + HOUR + timedelta(seconds=1)) == 0
    mailing.refresh_from_db()
    assert mailing.state == State.PAUSED
    assert mailing.hold_reason == "It was due on 20 November 2026, 12:00 UTC, 1\xa0hour ago."
    assert not Delivery.objects.exists()


def test_within_the_hour_it_goes() -> None:
    make_readers(1)
    plan()
    assert mailings.release_due(NOW + HOUR) == 1


def test_a_person_who_looked_lets_it_go() -> None:
    make_readers(1)
    mailing = plan()
    late = NOW + 5 * HOUR
    mailings.release_due(late)
    mailings.resume(mailing, by=make_editor(), now=late)
    assert mailings.release_due(late) == 1
    assert sending.drain(late) == {"accepted": 1}


def test_held_once_it_is_told_once(mailoutbox: list[EmailMessage]) -> None:
    make_editor()
    mailing = plan()
    for hours in (2, 3):
        mailings.release_due(NOW + hours * HOUR)
    assert holding.hold(mailing, "again") is False
    running.run_due()
    assert len(mailoutbox) == 1
