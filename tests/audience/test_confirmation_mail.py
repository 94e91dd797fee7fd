"""The confirmation mail: sent for each request once, and about nothing else."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from audience import confirmation, consent
from audience.models import Subscriber
from outbox import running
from outbox.models import Receipt
from publication.masthead import current
from tests.audience.makers import ask, make_subscriber
from tests.makers import NOW
from tests.sink import Reply, close, sinking

pytestmark = pytest.mark.django_db


def sent() -> EmailMessage:
    [letter] = mail.outbox
    return letter.message()


def part(subtype: str) -> str:
    body = sent().get_body((subtype,))
    assert body is not None
    return str(body.get_content())


def test_a_request_is_answered_by_one_mail(mailoutbox: list[object]) -> None:
    ask()
    running.run_due()
    assert mail.outbox[0].to == ["ada@example.com"]
    ada = Subscriber.objects.get()
    assert ada.confirmations_sent == 1
    assert ada.confirmation_sent_at is not None


def test_a_request_told_twice_is_answered_once(mailoutbox: list[object]) -> None:
    ask()
    ada = Subscriber.objects.get()
    assert confirmation.send(ada.pk, now=NOW)
    assert not confirmation.send(ada.pk, now=NOW + timedelta(seconds=1))
    assert len(mailoutbox) == 1


def test_two_requests_told_late_are_answered_once(mailoutbox: list[object]) -> None:
    ask()
    ask(now=NOW + timedelta(days=2))
    assert Receipt.objects.count() == 2
    running.run_due()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("state", [Subscriber.State.ACTIVE, Subscriber.State.COMPLAINED])
def test_who_is_in_or_complained_meanwhile_gets_none(mailoutbox: list[object], state: str) -> None:
    ada = make_subscriber(state=state, asked_at=NOW)
    assert not confirmation.send(ada.pk, now=NOW)
    assert not mailoutbox


def test_an_erased_request_gets_none(mailoutbox: list[object]) -> None:
    assert not confirmation.send(4711, now=NOW)
    assert not mailoutbox


def test_a_mail_that_could_not_be_sent_is_still_owed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    ask()
    running.run_due()
    assert Receipt.objects.get().state == Receipt.State.OPEN
    assert "ConnectionRefusedError" in Receipt.objects.get().last_error
    assert Subscriber.objects.owed_a_confirmation().exists()


@pytest.mark.parametrize(
    ("step", "reply", "state"),
    [
        ("RCPT", "250 fine", Receipt.State.DONE),
        ("RCPT", "550 no such user", Receipt.State.DONE),
        ("RCPT", "450 greylisted", Receipt.State.OPEN),
        ("MAIL", "550 sender refused", Receipt.State.OPEN),
        ("DATA", "554 no valid recipients", Receipt.State.OPEN),
        ("greeting", "421 busy", Receipt.State.OPEN),
        ("dot", close, Receipt.State.OPEN),
    ],
)
def test_it_is_tried_again_unless_it_is_refused_for_good(
    settings: LazySettings, step: str, reply: Reply, state: str
) -> None:
    ask()
    with sinking({step: reply}) as sink:
        settings.MAILERS = sink.options()
        running.run_due()
    assert Receipt.objects.get().state == state
    assert len(sink.mails) == (reply == "250 fine")
    assert Subscriber.objects.owed_a_confirmation().exists() == (state == Receipt.State.OPEN)


def test_a_servers_words_are_kept_without_the_address(settings: LazySettings) -> None:
    ask()
    with sinking({"RCPT": "450 <ada@example.com> is not known yet"}) as sink:
        settings.MAILERS = sink.options()
        running.run_due()
    error = Receipt.objects.get().last_error
    assert "450 <‹…›> is not known yet" in error
    assert "ada@example.com" not in error


def test_its_one_link_leads_to_the_button(mailoutbox: list[object], client: Client) -> None:
    ask(now=timezone.now())
    running.run_due()
    links = re.findall(r"https?://\S+/confirm/\S+/", part("plain"))
    assert len(links) == 1
    assert f'href="{links[0]}"' in part("html")
    assert client.post(links[0]).status_code == 200
    assert Subscriber.objects.get().state == Subscriber.State.ACTIVE


def test_it_says_why_it_came_from_whom_and_how_long_it_counts(mailoutbox: list[object]) -> None:
    publication = current()
    ask()
    running.run_due()
    for words in (part("plain"), part("html")):
        assert "asked for" in words
        assert "seven days" in words
        assert publication.postal_address in words


def test_it_is_marked_as_written_by_a_machine(mailoutbox: list[object]) -> None:
    ask()
    running.run_due()
    assert sent()["Auto-Submitted"] == "auto-generated"
    assert sent()["List-Unsubscribe"] is None


def test_it_loads_and_counts_nothing(mailoutbox: list[object]) -> None:
    ask()
    running.run_due()
    html = part("html")
    assert "<img" not in html
    assert "@import" not in html
    assert "<link" not in html


def test_sent_again_it_is_the_same_mail(mailoutbox: list[object]) -> None:
    ask()
    ada = Subscriber.objects.get()
    first, second = confirmation.letter(ada).message(), confirmation.letter(ada).message()
    assert first["Message-ID"] == second["Message-ID"]
    assert ada.confirm_nonce not in str(first["Message-ID"])


def test_a_later_request_is_another_mail(mailoutbox: list[object]) -> None:
    ask()
    before = confirmation.letter(Subscriber.objects.get()).message()["Message-ID"]
    ask(now=NOW + timedelta(days=2))
    assert confirmation.letter(Subscriber.objects.get()).message()["Message-ID"] != before


def test_a_sender_with_a_comma_in_the_name_stays_one_sender(mailoutbox: list[object]) -> None:
    publication = current()
    publication.sender_name = "Django, Inc. & Söhne"
    publication.save()
    ask()
    running.run_due()
    [sender] = sent()["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Django, Inc. & Söhne",
        "editors@example.com",
    )


def test_its_bytes_pass_a_strict_server(settings: LazySettings) -> None:
    publication = current()
    publication.name = "Wöchentliches aus einem langen Namen " * 2
    publication.save()
    ask("ada@example.com")
    with sinking() as sink:
        settings.MAILERS = sink.options()
        running.run_due()
    [mail] = sink.mails
    assert (mail.sender, mail.recipient) == ("editors@example.com", "ada@example.com")
    assert max(map(len, mail.data.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.data.replace(b"\r\n", b"")
    assert re.search(rb"^Message-ID: <[0-9a-f]{32}@example.com>\r$", mail.data, re.M)


def test_after_leaving_a_fresh_request_is_answered(mailoutbox: list[object]) -> None:
    ada = make_subscriber("ada@example.com")
    consent.unsubscribe(ada.token, now=NOW)
    ask()
    running.run_due()
    assert len(mailoutbox) == 1
