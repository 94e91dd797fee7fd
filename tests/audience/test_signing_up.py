"""The sign-up form is no weapon: caps, proof of work, and a breaker that asks a person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from audience import breaker, confirmation, signing_up
from audience.forms import SubscribeForm
from audience.models import Breaker, ConsentEvent, SignUp, Subscriber
from audience.signing_up import NeedsProofError, TooManyError, Visitor
from outbox import running
from tests.audience.makers import ask, make_subscriber
from tests.makers import NOW, make_editor
from toolbox.proof import is_proof

pytestmark = pytest.mark.django_db


def press(email: str, origin: str = "8.8.8.8", *, proven: bool = False, **values: Any) -> None:
    visitor = Visitor(origin, "subscribe/2", proven)
    signing_up.sign_up(email, visitor, now=values.get("now", NOW))


def network(number: int) -> str:
    return f"11.{number // 250}.{number % 250}.1"


def owed() -> int:
    return Subscriber.objects.owed_a_confirmation().count()


def solve(*words: str) -> str:
    return next(str(n) for n in count() if is_proof(str(n), *words))


def test_a_network_gets_a_few_for_nothing_then_work_is_asked_then_no_more() -> None:
    for number in range(signing_up.PLAIN_PER_NETWORK):
        press(f"a{number}@one.example", f"8.8.8.{number}")
    with pytest.raises(NeedsProofError):
        press("b@one.example")
    for number in range(signing_up.PER_NETWORK - signing_up.PLAIN_PER_NETWORK):
        press(f"c{number}@two.example", proven=True)
    with pytest.raises(TooManyError, match="tomorrow"):
        press("d@two.example", proven=True)
    assert owed() == signing_up.PER_NETWORK
    press("d@two.example", proven=True, now=NOW + timedelta(days=1, seconds=1))
    press("e@two.example", "9.9.9.9")


def test_a_mail_domain_is_not_flooded_from_many_networks() -> None:
    for number in range(signing_up.PER_DOMAIN):
        press(f"a{number}@one.example", network(number))
    with pytest.raises(TooManyError, match="an hour"):
        press("b@one.example", network(999))
    press("b@two.example", network(999))
    press("b@one.example", network(999), now=NOW + timedelta(hours=1, seconds=1))


def test_one_mailbox_gets_one_mail_however_its_address_is_written() -> None:
    for number, email in enumerate(["me@x.example", "me+1@x.example", "m.e@x.example"]):
        press(email, network(number))
    assert [row.email for row in Subscriber.objects.all()] == ["me@x.example"]


def test_the_caps_say_nothing_of_who_is_known() -> None:
    for number in range(signing_up.PLAIN_PER_NETWORK):
        press(make_subscriber(f"known{number}@one.example").email)
    for email in ("known0@one.example", "new@one.example"):
        with pytest.raises(NeedsProofError):
            press(email)


def test_rows_hold_no_address_and_go_after_two_days() -> None:
    press("ada@example.com")
    row = SignUp.objects.values_list().get()
    assert not any("ada" in str(value) or "8.8.8" in str(value) for value in row)
    assert signing_up.forget_old(NOW + timedelta(days=2, seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_when_many_press_at_once() -> None:
    def one(number: int) -> bool:
        try:
            press(f"a{number}@x{number}.example")
        except NeedsProofError:
            return False
        finally:
            connections.close_all()
        return True

    make_editor()
    breaker.current()
    with ThreadPoolExecutor(8) as threads:
        passed = sum(threads.map(one, range(16)))
    assert passed == owed() == signing_up.PLAIN_PER_NETWORK


# Proof of work


def test_a_proof_is_good_for_its_own_words_only() -> None:
    number = solve("stamp", "ada@example.com")
    assert is_proof(number, "stamp", "ada@example.com")
    assert not is_proof(number, "stamp", "bob@example.com")
    for wrong in ("", "-1", "x", "9" * 40, "١"):
        assert not is_proof(wrong, "stamp", "ada@example.com")


def test_the_form_takes_a_proof_where_a_network_has_used_up_its_own(client: Client) -> None:
    stamp = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    for number in range(signing_up.PLAIN_PER_NETWORK):
        client.post("/subscribe/", {"email": f"a{number}@x.example", "shown_at": stamp})
    sent = {"email": "ada@example.com", "shown_at": stamp}
    refused = client.post("/subscribe/", sent)
    assert "Press Subscribe once more" in refused.text
    assert 'value="ada@example.com"' in refused.text
    assert not Subscriber.objects.filter(email="ada@example.com").exists()
    sent["proof"] = solve(stamp, "ada@example.com")
    assert client.post("/subscribe/", sent).status_code == 302
    assert Subscriber.objects.filter(email="ada@example.com").exists()


def test_behind_our_web_server_the_visitor_is_noted_not_the_server(client: Client) -> None:
    stamp = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    sent = {"email": "ada@example.com", "shown_at": stamp}
    client.post("/subscribe/", sent, headers={"x-forwarded-for": "1.2.3.4, 203.0.113.9"})
    assert Subscriber.objects.get().asked_from == "203.0.113.9"


# The breaker


def bomb(presses: int = breaker.ALARM) -> None:
    for number in range(presses):
        press(f"victim{number}@x{number}.example", network(number))


def test_a_bomb_trips_the_breaker_and_the_owner_is_told() -> None:
    owner = make_editor()
    bomb()
    assert breaker.is_open()
    while running.run_due(timezone.now()):
        pass
    told = [it for it in mail.outbox if it.to == [owner.email]]
    assert len(told) == 1
    assert "Confirmation mail has stopped" in told[0].subject
    assert owed() == breaker.ALARM
    assert not confirmation.send(Subscriber.objects.earliest("pk").pk, now=NOW)


def test_people_who_confirm_do_not_trip_it() -> None:
    bomb(breaker.ALARM - 1)
    for event in ConsentEvent.objects.order_by("pk")[:20]:
        ConsentEvent.objects.create(
            subscriber=event.subscriber, address_key=event.address_key, what="confirmed", at=NOW
        )
    press("one@more.example", "9.9.9.9")
    assert not breaker.is_open()


def test_while_it_is_open_the_form_answers_as_ever() -> None:
    bomb()
    press("ada@example.com", "9.9.9.9")
    assert Subscriber.objects.filter(email="ada@example.com").exists()


def test_the_owner_lets_them_go_and_each_gets_its_mail() -> None:
    bomb()
    assert breaker.go_on(by=make_editor(), now=NOW) == breaker.ALARM
    assert not breaker.is_open()
    assert confirmation.send(Subscriber.objects.earliest("pk").pk, now=NOW)
    press("one@more.example", "9.9.9.9", now=NOW + timedelta(seconds=1))
    assert not breaker.is_open(), "what a person has looked at must not trip it again"


def test_the_owner_throws_them_away() -> None:
    left = make_subscriber("left@example.com", state="unsubscribed")
    bomb(breaker.ALARM - 1)
    ask("left@example.com")
    press("one@more.example", "9.9.9.9")
    assert breaker.is_open()
    assert breaker.discard(by=make_editor(), now=NOW) == breaker.ALARM + 1
    assert list(Subscriber.objects.all()) == [left]
    assert owed() == 0
    assert breaker.go_on(by=None, now=NOW) == 0
    assert Breaker.objects.get().reason == ""


def test_a_bombing_by_the_form_sends_each_victim_one_mail_at_most(client: Client) -> None:
    stamp = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    for number in range(240):
        sent = {"email": f"victim{number % 24}@x.example", "shown_at": stamp}
        client.post("/subscribe/", sent, REMOTE_ADDR=f"9.9.{number % 7}.1")
        while running.run_due(timezone.now()):
            pass
    received = [it.to[0] for it in mail.outbox]
    assert 0 < len(received) <= 7 * signing_up.PLAIN_PER_NETWORK
    assert len(set(received)) == len(received)
