"""The owner's pages: who is on the list, how it grows, lists in and out, erasing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from audience import breaker, consent, importing
from audience.growth import WEEKS, Growth, weeks
from audience.models import Breaker, ConsentEvent, Import, Subscriber, Suppression
from publication.models import AuditEntry
from tests.audience.makers import ask, confirmation_link, make_subscriber
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/audience/subscriber/"
IMPORTS = "/admin/audience/import/"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def upload(client: Client, data: bytes, name: str = "people.csv") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"{IMPORTS}add/", {"file": file}, follow=True)


# Growth


def event(what: str, days_ago: int = 0, **values: Any) -> None:
    at = NOW - timedelta(days=days_ago)
    ConsentEvent.objects.create(address_key="a" * 64, what=what, at=at, **values)


def test_growth_counts_by_week_and_an_imported_opt_out_is_nobody_who_joined() -> None:
    for what in ("confirmed", "confirmed", "left", "bounced", "complained", "asked"):
        event(what)
    event("imported", form="active")
    event("imported", form="unsubscribed")
    event("confirmed", days_ago=7)
    event("confirmed", days_ago=7 * WEEKS)
    counted = weeks(NOW)
    assert len(counted) == WEEKS
    assert [(w.joined, w.left, w.bounced) for w in counted[-2:]] == [(1, 0, 0), (3, 2, 1)]
    assert sum(w.joined for w in counted) == 4
    assert all(week.monday.isoweekday() == 1 for week in counted)
    drawn = Growth(NOW).bars[-1]
    assert drawn.up == 100
    assert drawn.left + drawn.bounced == pytest.approx(100, abs=0.1)


def test_the_list_shows_growth_as_drawing_and_numbers(owner: Client) -> None:
    ask(now=timezone.now())
    consent.confirm(confirmation_link(), confirmed_from=None, now=timezone.now())
    page = owner.get(LIST).text
    assert "<svg" in page
    assert "1 joined, 0 left, 0 bounced" in page
    assert "<td>1</td><td>0</td><td>0</td>" in page


def test_an_empty_list_says_so(owner: Client) -> None:
    assert "Nobody has joined or left" in owner.get(LIST).text


# Finding, history, erasing


def test_a_whole_address_is_found_however_it_is_spelt(owner: Client) -> None:
    make_subscriber("Ada@example.com")
    make_subscriber("bob@example.com")
    page = owner.get(LIST, {"q": "ADA@EXAMPLE.com"}).text
    assert "Ada@example.com" in page
    assert "bob@example.com" not in page
    assert "bob@example.com" in owner.get(LIST, {"q": "bob"}).text
    assert "bob@example.com" not in owner.get(LIST, {"state__exact": "unsubscribed"}).text


def test_a_subscriber_s_page_tells_all_that_happened(owner: Client) -> None:
    ask()
    consent.confirm(confirmation_link(), confirmed_from="192.0.2.9", now=NOW)
    ada = Subscriber.objects.get()
    consent.unsubscribe(ada.token, now=NOW)
    page = owner.get(f"{LIST}{ada.pk}/change/").text
    for words in ("Asked", "Confirmed", "Left", "192.0.2.9", "subscribe/1", "Nothing was sent"):
        assert words in page
    assert owner.get(f"{LIST}999/change/").status_code == 302


def test_erasing_asks_once_more_then_nothing_names_them(owner: Client) -> None:
    ada = make_subscriber("ada@example.com")
    assert "no way back" in owner.get(f"{LIST}{ada.pk}/erase/").text
    assert Subscriber.objects.exists()
    page = owner.post(f"{LIST}{ada.pk}/erase/", follow=True).text
    assert "Erased." in page
    assert "ada@example.com" not in page
    assert not Subscriber.objects.exists()
    assert Suppression.objects.get().address_key == ada.address_key
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.verb, entry.subject) == (
        "editor",
        "erase",
        f"Subscriber {ada.pk}",
    )


# The breaker


@pytest.mark.parametrize(("do", "left"), [("go_on", 1), ("discard", 0)])
def test_the_owner_decides_what_becomes_of_the_mails_that_wait(
    owner: Client, do: str, left: int
) -> None:
    assert "Confirmation mail has stopped" not in owner.get(LIST).text
    ask()
    breaker.current()
    Breaker.objects.update(open_since=NOW, reason="100 addresses were signed up.")
    assert "1 mail waits" in owner.get(LIST).text
    owner.post(f"{LIST}breaker/", {"do": do})
    assert not breaker.is_open()
    assert Subscriber.objects.count() == left


# Lists


def test_an_upload_is_counted_shown_and_taken_in_by_a_button(owner: Client) -> None:
    page = upload(owner, b"email\nada@example.com\nnobody\n").text
    assert "Being counted" in page
    assert 'http-equiv="refresh"' in page
    importing.work_off(NOW)
    job = Import.objects.get()
    page = owner.get(f"{IMPORTS}{job.pk}/change/").text
    for words in ("nothing is changed yet", "<td>3</td><td>Write one address", "Take it in"):
        assert words in page
    assert not Subscriber.objects.exists()
    owner.post(f"{IMPORTS}{job.pk}/decide/", {"do": "accept"})
    importing.work_off(NOW)
    assert "<strong>Done.</strong>" in owner.get(f"{IMPORTS}{job.pk}/change/").text
    assert Subscriber.objects.active().count() == 1
    page = owner.post(f"{IMPORTS}{job.pk}/decide/", {"do": "accept"}, follow=True).text
    assert "decided this already" in page
    assert "people.csv" in owner.get(IMPORTS).text


def test_a_list_is_thrown_away_by_a_button(owner: Client) -> None:
    upload(owner, b"ada@example.com\n")
    job = Import.objects.get()
    owner.post(f"{IMPORTS}{job.pk}/decide/", {"do": "drop"})
    assert Import.objects.get().state == "dropped"
    assert importing.work_off(NOW) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"PK\x03\x04....", "spreadsheet or a zip"), (b"name\nAda\n", "No column of addresses")],
)
def test_what_is_no_list_is_said_at_the_form(owner: Client, data: bytes, said: str) -> None:
    assert said in upload(owner, data).text
    assert not Import.objects.exists()


def test_a_file_too_large_is_refused_with_the_way_to_do_it(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGEST", 1024 * 1024)
    page = upload(owner, b"email\n" + b"ada@example.com\n" * 100_000).text
    assert "larger than 1 MB" in page
    assert "import_subscribers" in page


def test_the_export_is_a_file_by_a_button_and_on_record(owner: Client) -> None:
    make_subscriber("ada@example.com")
    assert owner.get(f"{LIST}export/").status_code == 405
    response = owner.post(f"{LIST}export/")
    assert b"ada@example.com,active" in b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert AuditEntry.objects.get().verb == "export"


def test_who_may_only_look_finds_no_other_door(client: Client) -> None:
    ada = make_subscriber()
    client.force_login(make_staff("bob", "audience.view_subscriber", "audience.view_import"))
    page = client.get(LIST).text
    assert "Import a list" not in page
    assert "Export all" not in page
    assert client.get(f"{IMPORTS}add/").status_code == 403
    for door in (f"{LIST}export/", f"{LIST}breaker/", f"{LIST}{ada.pk}/erase/"):
        assert client.post(door).status_code == 403
    assert "Erase" not in client.get(f"{LIST}{ada.pk}/change/").text
