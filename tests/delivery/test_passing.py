"""The page of what makes mail pass, and the page of what was told of a subscriber."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from audience.models import Subscriber
from config import checks
from delivery import compliance, events
from delivery.events import Heard
from delivery.models import MailEvent, Pardon
from tests.delivery.makers import make_mailing, make_rendered, only_delivery
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
PAGE = "admin:delivery_mailing_passing"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_editor())
    return client


def found(source: bytes) -> dict[str, bool | None]:
    return {finding.what: finding.is_good for finding in compliance.examine(source)}


def test_the_records_follow_the_sender_and_the_way_out(settings: LazySettings) -> None:
    settings.MAILERS = {"default": {"OPTIONS": {"host": "mail.example.net"}}}
    spf, dkim, dmarc = compliance.records()
    assert (spf.name, spf.value) == ("example.com", "v=spf1 a:mail.example.net ~all")
    assert (dkim.name, dkim.value) == ("selector._domainkey.example.com", "")
    assert (dmarc.name, dmarc.kind) == ("_dmarc.example.com", "TXT")
    assert dmarc.value.startswith("v=DMARC1; p=none")
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.mailgun.EmailBackend"}}
    assert compliance.records()[0].value == ""


@pytest.mark.parametrize(
    ("host", "mechanism"), [("192.0.2.7", "ip4:192.0.2.7"), ("2001:db8::7", "ip6:2001:db8::7")]
)
def test_a_server_without_a_name_is_named_by_its_address(
    settings: LazySettings, host: str, mechanism: str
) -> None:
    settings.MAILERS = {"default": {"OPTIONS": {"host": host}}}
    assert compliance.records()[0].value == f"v=spf1 {mechanism} ~all"


def test_our_own_mail_passes_all_that_can_be_seen_before_it_leaves(settings: LazySettings) -> None:
    settings.SITE_URL = "https://news.example.com"
    seen = found(compliance.sample(make_rendered()))
    assert {what for what, good in seen.items() if good is False} == set()
    assert {what for what, good in seen.items() if good is None} == {
        "DKIM signature", "SPF", "DKIM", "DMARC",
    }  # fmt: skip


def test_what_the_receiving_server_wrote_is_read(settings: LazySettings) -> None:
    settings.SITE_URL = "https://news.example.com"
    told = (
        b"Authentication-Results: mx.example.org;\r\n dkim=pass header.i=@example.com;"
        b"\r\n spf=softfail smtp.mailfrom=example.com; dmarc=pass\r\n"
        b"Authentication-Results: forged.example; spf=pass\r\n"
        b"DKIM-Signature: v=1; a=rsa-sha256; h=From:To:\r\n List-Unsubscribe; b=abc\r\n"
    )
    seen = found(told + compliance.sample(make_rendered()))
    assert (seen["DKIM"], seen["SPF"], seen["DMARC"]) == (True, False, True)
    assert seen["DKIM signature"] is False


@pytest.mark.parametrize("source", [b"", b"\xff\x00", b"Hello", b"Subject: x\r\n\r\nHello"])
def test_what_is_no_mail_is_told_so(source: bytes) -> None:
    assert found(source) == {"Source": False}


def test_the_page_shows_records_and_the_latest_mail_and_reads_a_pasted_one(client: Client) -> None:
    assert "Nothing is approved yet" in client.get(reverse(PAGE)).text
    rendered = make_rendered()
    page = client.get(reverse(PAGE)).text
    assert "_dmarc.example.com" in page
    assert f"What the mail of {rendered.issue} shows" in page
    page = client.post(reverse(PAGE), {"source": "From: a@example.com\n\nWords."}).text
    assert "What the mail you pasted shows" in page
    assert "missing" in page


def test_a_key_that_cannot_be_read_is_named(
    client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MAIL_DKIM = {"key": str(tmp_path / "none.pem"), "selector": "news"}
    assert "MAIL_DKIM_KEY cannot be used" in client.get(reverse(PAGE)).text


def test_only_who_may_send_sees_it(client: Client) -> None:
    client.force_login(make_staff("helper", "delivery.view_mailing"))
    assert client.get(reverse(PAGE)).status_code == 403


def test_a_complaint_is_shown_and_taken_back_with_a_reason(client: Client) -> None:
    make_mailing(readers=1)
    row, person = only_delivery(), Subscriber.objects.get()
    heard = Heard(
        "test", MailEvent.What.COMPLAINED, row.message_id, NOW + timedelta(hours=1), words="<spam>"
    )
    events.take_in(heard, now=NOW + timedelta(days=1))
    page = reverse("admin:delivery_delivery_address", args=[person.pk])
    shown = client.get(page).text
    assert "Reported as spam" in shown
    assert "&lt;spam&gt;" in shown
    assert "Say why" in client.post(page, {"why": " "}).text
    assert client.post(page, {"why": "She asked."}).status_code == 302
    person.refresh_from_db()
    assert person.state == "active"
    assert Pardon.objects.get().by_name == "editor"
    assert "She asked." in client.get(page).text
    client.force_login(make_staff("helper"))
    assert client.get(page).status_code == 403


def test_a_half_set_up_is_said_at_the_check(settings: LazySettings, tmp_path: Path) -> None:
    settings.MAIL_DKIM = {"key": "", "selector": "news"}
    [error] = checks.mail_is_set_up_whole(None)
    assert error.id == "newsdesk.E010"
    key = tmp_path / "key.pem"
    key.write_text("not a key")
    settings.MAIL_DKIM = {"key": str(key), "selector": "news"}
    [error] = checks.mail_is_set_up_whole(None)
    assert error.id == "newsdesk.E011"
    settings.MAIL_DKIM = {"key": "", "selector": ""}
    assert checks.mail_is_set_up_whole(None) == []
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.mailgun.EmailBackend"}}
    [advice] = checks.a_mail_service_can_tell(None)
    assert advice.id == "newsdesk.W010"
