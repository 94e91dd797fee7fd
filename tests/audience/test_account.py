"""What only the owner of the address may do, and what one gets: the rules behind the pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from audience import account, preferences
from audience.account import TakenError
from audience.addresses import address_key
from audience.forms import PreferencesForm
from audience.models import ConsentEvent, Subscriber, Suppression
from audience.tokens import UnknownLinkError
from outbox.models import Fact
from publication.models import Section, SectionKind
from tests.audience.makers import account_link, make_subscriber, move_link
from tests.makers import NOW, make_section
from toolbox.addresses import AddressError

pytestmark = pytest.mark.django_db


def with_link(email: str = "ada@example.com", **values: Any) -> tuple[Subscriber, str]:
    """Somebody who was mailed a fresh link, and the link."""
    ada = make_subscriber(email, **values)
    return ada, account_link(ada)


def test_one_link_in_a_quarter_of_an_hour_and_only_the_newest_counts() -> None:
    ada, first = with_link()
    account.ask_link(ada.token, now=NOW + timedelta(minutes=14))
    assert Fact.objects.filter(signal="account_link_requested").count() == 1
    account.ask_link(ada.token, now=NOW + timedelta(minutes=15))
    with pytest.raises(UnknownLinkError):
        account.holder(first, now=NOW + timedelta(minutes=16))


def test_a_link_works_for_two_hours() -> None:
    ada, link = with_link()
    assert account.holder(link, now=NOW + timedelta(minutes=119)) == ada
    with pytest.raises(UnknownLinkError):
        account.erase(link, now=NOW + timedelta(minutes=121))
    assert Subscriber.objects.exists()


def test_the_token_of_a_forwarded_mail_opens_nothing_of_it() -> None:
    ada, _ = with_link()
    for verb in (account.holder, account.erase, account.held, account.move):
        with pytest.raises(UnknownLinkError):
            verb(ada.token, now=NOW)


def test_a_link_asks_one_stranger_once() -> None:
    _, link = with_link()
    account.ask_to_move(link, "new@example.com", now=NOW)
    with pytest.raises(UnknownLinkError):
        account.ask_to_move(link, "stranger@example.com", now=NOW)
    with pytest.raises(UnknownLinkError):
        account.move(link, now=NOW)
    assert Fact.objects.filter(signal="move_requested").count() == 1


def test_moving_keeps_choices_and_keeps_the_old_address_out() -> None:
    ada, link = with_link()
    ada.sections.add(make_section("News"))
    account.ask_to_move(link, "Ada@NEW.example", now=NOW)
    account.move(move_link(ada), now=NOW)
    ada.refresh_from_db()
    assert (ada.email, ada.new_email, ada.state) == ("Ada@new.example", "", "active")
    assert ada.address_key == address_key("ada@new.example")
    assert ada.sections.get().title == "News"
    assert Suppression.objects.get().address_key == address_key("ada@example.com")
    assert ConsentEvent.objects.get().what == "moved"
    with pytest.raises(UnknownLinkError):
        account.move(move_link(ada), now=NOW)


def test_nobody_moves_onto_an_address_that_is_subscribed() -> None:
    ada, link = with_link()
    make_subscriber("bob@example.com")
    account.ask_to_move(link, "bob@example.com", now=NOW)
    with pytest.raises(TakenError):
        account.move(move_link(ada), now=NOW)
    assert set(Subscriber.objects.values_list("email", flat=True)) == {
        "ada@example.com",
        "bob@example.com",
    }


def test_moving_onto_an_address_that_had_left_is_a_fresh_yes() -> None:
    ada, link = with_link()
    make_subscriber("old@example.com", state="unsubscribed")
    Suppression.objects.create(address_key=address_key("old@example.com"), reason="unsubscribed")
    account.ask_to_move(link, "old@example.com", now=NOW)
    account.move(move_link(ada), now=NOW)
    assert Subscriber.objects.reachable().get().email == "old@example.com"


def test_who_complained_is_not_even_asked() -> None:
    _, link = with_link()
    Suppression.objects.create(address_key=address_key("bob@example.com"), reason="complained")
    account.ask_to_move(link, "bob@example.com", now=NOW)
    assert not Fact.objects.filter(signal="move_requested").exists()


def test_a_wrong_new_address_is_refused_before_the_link_is_used_up() -> None:
    _, link = with_link()
    with pytest.raises(AddressError):
        account.ask_to_move(link, "ada@", now=NOW)
    account.ask_to_move(link, "ada@new.example", now=NOW)


def test_a_letter_is_sent_once() -> None:
    ada, link = with_link()
    assert [account.send_link(ada.pk, now=NOW) for _ in range(2)] == [True, False]
    assert not account.send_question(ada.pk, now=NOW)
    account.ask_to_move(link, "ada@new.example", now=NOW)
    assert not account.send_link(ada.pk, now=NOW)
    assert [account.send_question(ada.pk, now=NOW) for _ in range(2)] == [True, False]


def test_the_copy_holds_everything_but_the_keys() -> None:
    ada, link = with_link()
    held = account.held(link, now=NOW)
    assert held["subscriber"]["email"] == "ada@example.com"
    assert held["sections"] == "all"
    assert not {ada.token, ada.account_nonce, ada.confirm_nonce} & set(map(str, held.values()))
    assert ada.token not in str(held)


def test_links_survive_a_change_of_the_secret_key(settings: Any) -> None:
    ada, link = with_link()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert account.holder(link, now=NOW) == ada


# Preferences


def test_all_sections_are_no_choice_and_sponsors_are_not_offered() -> None:
    Section.objects.all().delete()
    news, jobs = make_section("News"), make_section("Jobs")
    make_section("Sponsored", SectionKind.SPONSOR)
    ada = make_subscriber()
    assert list(preferences.offered()) == [news, jobs]
    preferences.choose(ada.token, [news], None, now=NOW)
    assert list(ada.sections.all()) == [news]
    preferences.choose(ada.token, [jobs, news], None, now=NOW)
    assert not ada.sections.exists()
    preferences.choose(ada.token, [jobs, news], None, now=NOW)
    assert ConsentEvent.objects.filter(what="chose").count() == 2


@pytest.mark.parametrize(
    ("until", "fine"),
    [("", True), ("2026-11-21", True), ("2026-11-20", False), ("2028-01-01", False), ("x", False)],
)
def test_a_pause_ends_on_a_day_to_come(until: str, fine: bool) -> None:
    Section.objects.all().delete()
    form = PreferencesForm({"until": until}, subscriber=make_subscriber(), now=NOW)
    assert form.is_valid() is fine


def test_who_pauses_is_mailed_again_from_that_day_on() -> None:
    ada = make_subscriber()
    preferences.choose(ada.token, [], date(2026, 11, 22), now=NOW)
    assert not Subscriber.objects.mailable(NOW + timedelta(days=1)).exists()
    assert Subscriber.objects.mailable(NOW + timedelta(days=2)).exists()


def test_a_forged_section_changes_nothing(client: Client) -> None:
    make_section("News")
    ada = make_subscriber()
    page = client.post(f"/preferences/{ada.token}/", {"sections": ["999999", "x"]})
    assert page.status_code == 200
    assert "aria-invalid" in page.text
    assert not ada.sections.exists()
