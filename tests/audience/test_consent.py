"""In by consent only, out by one click, for good."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db.models import F

from audience import consent
from audience.addresses import address_key
from audience.consent import LinkTooOldError
from audience.models import ConsentEvent, Subscriber, Suppression
from audience.tokens import UnknownLinkError
from outbox.models import Fact
from publication.access import NotAllowedError
from publication.masthead import current
from publication.models import AppendOnlyError, AuditEntry
from tests.audience.makers import ask, confirmation_link, make_subscriber
from tests.makers import NOW, make_editor
from toolbox.addresses import AddressError

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State = Subscriber.State


def facts(signal: str) -> int:
    return Fact.objects.filter(signal=signal).count()


def confirm(token: str, days: float = 0) -> None:
    consent.confirm(token, confirmed_from="192.0.2.2", now=NOW + days * DAY)


def suppress(email: str, reason: str) -> None:
    Suppression.objects.create(address_key=address_key(email), reason=reason)


# Asking


def test_it_notes_who_asked_when_from_where_and_with_which_words() -> None:
    ask("Ada@EXAMPLE.com")
    ada = Subscriber.objects.get()
    assert (ada.email, ada.state) == ("Ada@example.com", State.PENDING)
    assert (ada.asked_at, ada.asked_from, ada.asked_on) == (NOW, "192.0.2.1", "subscribe/1")
    assert Fact.objects.get().arguments == {"subscriber_id": ada.pk}


def test_it_refuses_what_is_no_address() -> None:
    with pytest.raises(AddressError):
        ask("ada@example")
    assert not Subscriber.objects.exists()


def test_one_mailbox_is_one_person_however_it_is_spelt() -> None:
    ask("ada@example.com")
    ask("ADA@example.com.", now=NOW + 2 * DAY)
    assert Subscriber.objects.count() == 1


def mails_on_days(hours: range) -> list[int]:
    """On which days somebody who asks at these hours is sent a mail."""
    days: list[int] = []
    for hour in hours:
        before = facts("subscription_requested")
        ask(now=NOW + timedelta(hours=hour))
        if facts("subscription_requested") > before:
            # What the listener notes once the mail is out.
            Subscriber.objects.update(confirmations_sent=F("confirmations_sent") + 1)
            days.append(hour // 24)
    return days


def test_a_thousand_requests_are_one_mail_a_day_and_three_a_month() -> None:
    assert mails_on_days(range(24 * 40)) == [0, 1, 2, 32, 33, 34]


def test_requests_far_apart_are_all_answered() -> None:
    assert mails_on_days(range(0, 24 * 200, 24 * 31)) == [0, 31, 62, 93, 124, 155, 186]


def test_asking_again_within_a_day_keeps_the_link_that_was_sent() -> None:
    ask()
    link = confirmation_link()
    ask(now=NOW + DAY / 2)
    confirm(link)
    assert Subscriber.objects.get().state == State.ACTIVE


def test_who_clicked_and_left_by_a_slip_may_ask_again_at_once_and_once() -> None:
    ask()
    confirm(confirmation_link())
    consent.unsubscribe(Subscriber.objects.get().token, now=NOW)
    for minutes in (5, 6, 7):
        ask(now=NOW + timedelta(minutes=minutes))
    assert facts("subscription_requested") == 2


@pytest.mark.parametrize("state", [State.ACTIVE, State.COMPLAINED])
def test_asking_changes_nothing_for_who_is_in_or_complained(state: str) -> None:
    ada = make_subscriber("ada@example.com", state=state)
    ask()
    assert facts("subscription_requested") == 0
    assert Subscriber.objects.filter(pk=ada.pk, state=state, asked_at=None).exists()


def test_asking_alone_does_not_bring_back_who_left() -> None:
    make_subscriber("ada@example.com", state=State.UNSUBSCRIBED)
    ask()
    assert facts("subscription_requested") == 1
    assert Subscriber.objects.get().state == State.UNSUBSCRIBED


def test_a_complaint_outlives_its_row() -> None:
    suppress("ada@example.com", Suppression.Reason.COMPLAINED)
    ask()
    assert not Subscriber.objects.exists()
    assert facts("subscription_requested") == 0


# Confirming


def test_confirming_makes_active_and_keeps_the_proof() -> None:
    ask()
    confirm(confirmation_link())
    ada = Subscriber.objects.get()
    assert ada.state == State.ACTIVE
    assert (ada.confirmed_at, ada.confirmed_from) == (NOW, "192.0.2.2")
    assert facts("subscriber_confirmed") == 1


def test_confirming_twice_is_the_same_as_once() -> None:
    ask()
    link = confirmation_link()
    confirm(link)
    confirm(link, days=1)
    assert Subscriber.objects.get().confirmed_at == NOW
    assert facts("subscriber_confirmed") == 1


def test_a_link_counts_for_seven_days() -> None:
    ask()
    confirm(confirmation_link(), days=6.9)
    assert Subscriber.objects.get().state == State.ACTIVE


def test_after_seven_days_it_does_not() -> None:
    ask()
    with pytest.raises(LinkTooOldError):
        confirm(confirmation_link(), days=7)
    assert Subscriber.objects.get().state == State.PENDING


def test_only_the_newest_link_counts() -> None:
    ask()
    older = confirmation_link()
    ask(now=NOW + 2 * DAY)
    with pytest.raises(LinkTooOldError):
        confirm(older, days=2)


def test_a_link_survives_a_new_secret_key(settings: LazySettings) -> None:
    ask()
    link = confirmation_link()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    confirm(link)
    assert Subscriber.objects.get().state == State.ACTIVE


def mangled(link: str) -> list[str]:
    return [
        "",
        "x",
        link[:-1],
        link[1:],
        link.upper(),
        "1.2.3",
        "é.é.é",
        "\0" * 22,
        "9" * 5000,
    ]


def test_a_broken_link_confirms_nobody() -> None:
    ask()
    for link in mangled(confirmation_link()):
        with pytest.raises(UnknownLinkError):
            confirm(link)
    assert Subscriber.objects.get().state == State.PENDING


def test_the_link_of_an_erased_person_is_unknown() -> None:
    ask()
    link = confirmation_link()
    Subscriber.objects.all().delete()
    with pytest.raises(UnknownLinkError):
        confirm(link)


@pytest.mark.parametrize("state", [State.UNSUBSCRIBED, State.BOUNCED])
def test_a_fresh_confirmation_brings_back_who_left_or_bounced(state: str) -> None:
    make_subscriber("ada@example.com", state=state, left_at=NOW - DAY)
    suppress("ada@example.com", state)
    ask()
    confirm(confirmation_link())
    assert Subscriber.objects.filter(state=State.ACTIVE, left_at=None).exists()
    assert not Suppression.objects.exists()


def test_no_confirmation_brings_back_who_complained() -> None:
    ask()
    link = confirmation_link()
    suppress("ada@example.com", Suppression.Reason.COMPLAINED)
    with pytest.raises(UnknownLinkError):
        confirm(link)
    assert Suppression.objects.exists()


def test_a_day_old_confirmation_link_does_not_undo_an_opt_out() -> None:
    ask()
    link = confirmation_link()
    confirm(link)
    consent.unsubscribe(Subscriber.objects.get().token, now=NOW)
    with pytest.raises(LinkTooOldError):
        confirm(link)
    assert Subscriber.objects.get().state == State.UNSUBSCRIBED


# Leaving


@pytest.mark.parametrize("state", [State.ACTIVE, State.PENDING, State.BOUNCED])
def test_leaving_is_noted_and_the_address_suppressed(state: str) -> None:
    ada = make_subscriber(state=state)
    consent.unsubscribe(ada.token, now=NOW)
    ada.refresh_from_db()
    assert (ada.state, ada.left_at) == (State.UNSUBSCRIBED, NOW)
    kept = Suppression.objects.get()
    assert (kept.address_key, kept.reason) == (ada.address_key, Suppression.Reason.UNSUBSCRIBED)


def test_leaving_twice_is_the_same_as_once() -> None:
    ada = make_subscriber()
    consent.unsubscribe(ada.token, now=NOW)
    consent.unsubscribe(ada.token, now=NOW + DAY)
    ada.refresh_from_db()
    assert ada.left_at == NOW
    assert Suppression.objects.count() == 1


def test_leaving_does_not_soften_a_complaint() -> None:
    ada = make_subscriber(state=State.COMPLAINED)
    suppress(ada.email, Suppression.Reason.COMPLAINED)
    consent.unsubscribe(ada.token, now=NOW)
    ada.refresh_from_db()
    assert ada.state == State.COMPLAINED
    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINED


def test_a_broken_token_takes_nobody_out() -> None:
    ada = make_subscriber()
    for token in mangled(ada.token):
        with pytest.raises(UnknownLinkError):
            consent.unsubscribe(token, now=NOW)
    ada.refresh_from_db()
    assert ada.state == State.ACTIVE


def test_an_editor_takes_somebody_out_and_it_is_on_record() -> None:
    ada = make_subscriber()
    consent.unsubscribe_by_hand(ada, by=make_editor(), now=NOW)
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.verb) == ("editor", "unsubscribe")
    assert ada.email not in entry.subject


def test_somebody_without_the_permission_takes_nobody_out() -> None:
    ada = make_subscriber()
    charlie = User.objects.create_user("charlie", is_staff=True)
    with pytest.raises(NotAllowedError):
        consent.unsubscribe_by_hand(ada, by=charlie, now=NOW)
    ada.refresh_from_db()
    assert ada.state == State.ACTIVE


# Whom an issue goes to


def test_only_who_is_in_awake_and_not_suppressed_is_mailed() -> None:
    wanted = [make_subscriber(), make_subscriber(paused_until=NOW.date())]
    for state in (State.PENDING, State.UNSUBSCRIBED, State.BOUNCED, State.COMPLAINED):
        make_subscriber(state=state)
    make_subscriber(paused_until=(NOW + DAY).date())
    suppress(make_subscriber().email, Suppression.Reason.BOUNCED)
    assert set(Subscriber.objects.mailable(NOW)) == set(wanted)


@pytest.mark.parametrize(("zone", "is_over"), [("Pacific/Auckland", True), ("UTC", False)])
def test_a_pause_ends_with_the_publications_day(zone: str, is_over: bool) -> None:
    """At noon UTC it is past midnight in Auckland."""
    publication = current()
    publication.time_zone = zone
    publication.save()
    make_subscriber(paused_until=(NOW + DAY).date())
    assert Subscriber.objects.mailable(NOW).exists() == is_over


# The history


def test_every_step_in_and_out_is_written_down_with_its_proof() -> None:
    ask()
    confirm(confirmation_link(), days=1)
    ada = Subscriber.objects.get()
    consent.unsubscribe(ada.token, now=NOW + 2 * DAY)
    steps = ConsentEvent.objects.values_list("what", "at", "from_ip", "form")
    assert list(steps) == [
        ("asked", NOW, "192.0.2.1", "subscribe/1"),
        ("confirmed", NOW + DAY, "192.0.2.2", ""),
        ("left", NOW + 2 * DAY, None, ""),
    ]
    assert set(ConsentEvent.objects.values_list("subscriber", "address_key")) == {
        (ada.pk, ada.address_key)
    }


def test_what_changes_nothing_adds_nothing_to_the_history() -> None:
    ask()
    ask()
    link = confirmation_link()
    confirm(link)
    confirm(link)
    token = Subscriber.objects.get().token
    consent.unsubscribe(token, now=NOW)
    consent.unsubscribe(token, now=NOW)
    assert ConsentEvent.objects.count() == 3


def test_the_history_is_never_rewritten() -> None:
    ask()
    with pytest.raises(AppendOnlyError):
        ConsentEvent.objects.update(what="left")
    with pytest.raises(AppendOnlyError):
        ConsentEvent.objects.all().delete()


def test_an_erased_person_leaves_a_hash_and_no_origin() -> None:
    ask()
    ada = Subscriber.objects.get()
    ada.delete()
    event = ConsentEvent.objects.get()
    assert (event.subscriber, event.from_ip) == (None, None)
    assert event.address_key == address_key("ada@example.com")


def test_who_comes_back_starts_without_bounces() -> None:
    make_subscriber("ada@example.com", state=State.BOUNCED, bounced_at=NOW, soft_bounces=3)
    ask()
    confirm(confirmation_link())
    ada = Subscriber.objects.get()
    assert (ada.bounced_at, ada.soft_bounces) == (None, 0)
