"""A mailing is planned once, let out at its hour, and held back by an editor at any time."""

from datetime import timedelta

import pytest

from audience.models import Subscriber, Suppression
from delivery import mailings, mails, sending
from delivery.listeners import start_mailing
from delivery.mailings import MailingError
from delivery.message import NoWayOutError
from delivery.models import Delivery, Mailing, RenderedMail
from digest.models import RenderedIssue
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, make_readers, make_rendered, states
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
State = Mailing.State


# Planning


def revise(first: RenderedIssue) -> RenderedIssue:
    return RenderedIssue.objects.create(
        issue=first.issue,
        revision=2,
        subject="Corrected",
        email_html=first.email_html,
        email_text=first.email_text,
        web_body="",
        feed_body="",
        fingerprint="f",
    )


def test_a_published_issue_is_planned_with_what_was_approved_last() -> None:
    first = make_rendered(mail_at=NOW + HOUR)
    latest = revise(first)
    mailing = mailings.start(first.issue_id)
    assert mailing is not None
    assert (mailing.state, mailing.mail_at) == (State.SCHEDULED, NOW + HOUR)
    assert mailing.rendered == latest


def test_what_was_published_is_mailed_whatever_was_approved_since() -> None:
    first = make_rendered()
    revise(first)
    start_mailing(issue_id=first.issue_id, number=first.issue.number, revision=1)
    assert Mailing.objects.get().rendered == first


def test_an_issue_that_cannot_be_mailed_leaves_no_half_a_mailing() -> None:
    rendered = make_rendered(email_text="No way out.")
    with pytest.raises(NoWayOutError):
        mailings.start(rendered.issue_id)
    assert not Mailing.objects.exists()


def test_an_issue_that_is_not_to_be_mailed_makes_none() -> None:
    assert mailings.start(make_rendered(mail_at=None).issue_id) is None
    assert not Mailing.objects.exists()


def test_told_twice_it_plans_once() -> None:
    rendered = make_rendered()
    assert mailings.start(rendered.issue_id) == mailings.start(rendered.issue_id)
    assert Mailing.objects.count() == RenderedMail.objects.count() == 1


# Letting out


def test_it_waits_for_its_hour() -> None:
    make_readers(1)
    mailings.start(make_rendered(mail_at=NOW + HOUR).issue_id)
    assert mailings.release_due(NOW) == 0
    assert not Delivery.objects.exists()
    assert mailings.release_due(NOW + HOUR) == 1
    assert Mailing.objects.get().state == State.RELEASED


def test_one_that_cannot_be_let_out_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_readers(1)
    bad, good = (mailings.start(make_rendered().issue_id) for _ in range(2))
    original = mails.mail_of

    def broken(rendered: RenderedIssue) -> RenderedMail:
        if bad and rendered == bad.rendered:
            raise NoWayOutError("no way out")
        return original(rendered)

    monkeypatch.setattr(mailings, "mail_of", broken)
    assert mailings.release_due(NOW) == 1
    assert sending.drain(NOW) == {"accepted": 1}
    assert set(Mailing.objects.values_list("pk", "state")) == {
        (bad and bad.pk, State.SCHEDULED),
        (good and good.pk, State.RELEASED),
    }
    assert "cannot be let out" in caplog.text


def test_everybody_who_is_in_gets_one_row() -> None:
    wanted = make_readers(7)
    out = make_readers(3)
    Subscriber.objects.filter(pk=out[0].pk).update(state=Subscriber.State.UNSUBSCRIBED)
    Subscriber.objects.filter(pk=out[1].pk).update(state=Subscriber.State.PENDING)
    Suppression.objects.create(address_key=out[2].address_key, reason="bounced")
    mailing = make_mailing()
    rows = mailing.deliveries.all()
    assert {row.subscriber_id for row in rows} == {reader.pk for reader in wanted}
    assert len({row.message_id for row in rows}) == 7
    assert {row.address_key for row in rows} == {reader.address_key for reader in wanted}


def test_letting_out_again_adds_nobody() -> None:
    """Killed between two batches it starts over: the same people, once each."""
    mailing = make_mailing(readers=3)
    kept = set(Delivery.objects.values_list("pk", "message_id"))
    late = make_readers(1)[0]
    Subscriber.objects.filter(pk=late.pk).update(confirmed_at=NOW + HOUR)
    Delivery.objects.filter(pk=min(kept)[0]).delete()
    Mailing.objects.update(state=State.SCHEDULED)
    mailings.release(mailing, NOW + 2 * HOUR)
    assert mailing.deliveries.count() == 3
    assert len(kept & set(Delivery.objects.values_list("pk", "message_id"))) == 2
    assert mailing.released_at == NOW


def test_nothing_leaves_before_every_row_is_there() -> None:
    make_mailing(readers=1)
    Mailing.objects.update(state=State.SCHEDULED)
    assert sending.drain(NOW) == {}


@pytest.mark.parametrize("state", [State.PAUSED, State.CANCELLED])
def test_what_is_held_back_is_not_let_out(state: str) -> None:
    make_readers(1)
    mailing = mailings.start(make_rendered().issue_id)
    assert mailing is not None
    Mailing.objects.update(state=state)
    mailings.release(mailing, NOW)
    assert mailings.release_due(NOW) == 0
    assert not Delivery.objects.exists()


def test_a_publication_without_subscribers_is_sent_at_once() -> None:
    assert make_mailing().is_sent


# An editor's hand


def test_paused_it_sends_nothing_and_resumed_it_goes_on() -> None:
    mailing = make_mailing(readers=2)
    mailings.pause(mailing, by=make_editor())
    assert sending.drain(NOW) == {}
    mailings.resume(mailing, by=None, now=NOW)
    mailings.release_due(NOW)
    assert sending.drain(NOW) == {"accepted": 2}


def test_cancelled_it_ends_every_open_row() -> None:
    mailing = make_mailing(readers=3)
    done = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=done.pk).update(state=Delivery.State.ACCEPTED)
    mailings.cancel(mailing, by=make_editor(), now=NOW)
    assert states(mailing) == {"accepted": 1, "skipped": 2}
    assert set(Delivery.objects.values_list("skip_reason", flat=True)) == {"", "cancelled"}
    assert sending.drain(NOW) == {}


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (State.SCHEDULED, ["resume"]),
        (State.PAUSED, ["pause"]),
        (State.CANCELLED, ["pause", "resume", "cancel"]),
    ],
)
def test_what_makes_no_sense_is_refused(state: str, refused: list[str]) -> None:
    mailing = make_mailing(readers=1)
    for verb in refused:
        Mailing.objects.update(state=state)
        mailing.refresh_from_db()
        with pytest.raises(MailingError, match=State(state).label.lower()):
            act(verb, mailing)
        assert Mailing.objects.get().state == state
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_a_sent_mailing_is_left_alone(verb: str) -> None:
    mailing = make_mailing(readers=1)
    sending.drain(NOW)
    with pytest.raises(MailingError, match="has been sent"):
        act(verb, mailing)


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_it_takes_the_permission(verb: str) -> None:
    mailing = make_mailing(readers=1)
    with pytest.raises(NotAllowedError):
        act(verb, mailing, by=make_staff("charlie", "delivery.view_mailing"))
    assert Mailing.objects.get().state == State.RELEASED


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_it_is_on_record(verb: str) -> None:
    mailing = make_mailing(readers=1)
    act(verb, mailing, by=make_editor())
    entry = AuditEntry.objects.get()
    assert entry.actor_name == "editor"
    assert entry.verb == f"mailing {mailing.state}"


def act(verb: str, mailing: Mailing, by: object = None) -> None:
    when = {} if verb == "pause" else {"now": NOW}
    getattr(mailings, verb)(mailing, by=by, **when)
