"""An editor's hand on a mailing, and the ledger that says who got what."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audience.models import Subscriber
from delivery import ledger, sending
from delivery.admin.ledger import DeliveryAdmin
from delivery.models import Delivery, Mailing
from tests.delivery.makers import make_mailing, make_readers, make_uncertain, states
from tests.makers import NOW, make_editor, make_staff
from tests.sink import sinking

pytestmark = pytest.mark.django_db
LIST = "/admin/delivery/mailing/"
LEDGER = "/admin/delivery/delivery/"
State = Mailing.State


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def page_of(mailing: Mailing) -> str:
    return f"/admin/delivery/mailing/{mailing.pk}/"


def words(response: Any) -> str:
    return str(response.content.decode())


def press(client: Client, mailing: Mailing, deed: str, **typed: object) -> str:
    return words(client.post(f"{page_of(mailing)}{deed}/", typed, follow=True))


# The mailing's page


def test_it_says_where_the_mailing_stands(editor: Client) -> None:
    mailing = make_mailing(readers=3)
    Subscriber.objects.filter(pk=Subscriber.objects.earliest("pk").pk).update(state="bounced")
    page = words(editor.get(f"{page_of(mailing)}change/"))
    assert "Being sent" in page
    assert "0 of 3 done" in page
    sending.drain(NOW)
    page = words(editor.get(f"{page_of(mailing)}change/"))
    assert "Sent." in page
    assert "3 of 3 done" in page
    assert "Skipped" in page
    assert "<button" not in page.partition('id="content-main"')[2]


def test_it_says_why_nothing_leaves_and_no_longer_once_it_does(
    editor: Client, settings: LazySettings
) -> None:
    mailing = make_mailing(readers=1)
    with sinking({"MAIL": "550 sender refused"}) as sink:
        settings.MAILERS = sink.options()
        sending.drain(NOW)
        assert "550 sender refused" in words(editor.get(f"{page_of(mailing)}change/"))
        sink.replies.clear()
        sending.drain(NOW + 2 * ledger.AWAY_PAUSE)
    assert "takes no mail" not in words(editor.get(f"{page_of(mailing)}change/"))


def test_the_list_shows_it_too(editor: Client) -> None:
    make_mailing(readers=2)
    sending.drain(NOW)
    page = words(editor.get("/admin/delivery/mailing/"))
    assert "2 of 2" in page
    assert "Sent" in page


def test_the_list_tells_what_is_being_sent_from_what_was(editor: Client) -> None:
    sent, running, planned = (make_mailing(readers=1) for _ in range(3))
    Delivery.objects.filter(mailing=sent).update(state="accepted", finished_at=NOW)
    Mailing.objects.filter(pk=planned.pk).update(state=State.SCHEDULED)
    listed = {
        stands: [row.pk for row in editor.get(LIST, {"stands": stands}).context["cl"].result_list]
        for stands in ("released", "sent", "scheduled", "cancelled")
    }
    assert listed == {
        "released": [running.pk], "sent": [sent.pk], "scheduled": [planned.pk], "cancelled": [],
    }  # fmt: skip


def test_before_it_goes_on_its_hour_is_said(editor: Client) -> None:
    mailing = make_mailing(readers=1)
    Mailing.objects.update(state=State.PAUSED, released_at=None, mail_at=NOW)
    assert "then it goes out from" in words(editor.get(f"{page_of(mailing)}change/"))
    assert "goes on within seconds" not in press(editor, mailing, "resume", readers=1)


def test_paused_resumed_and_cancelled_by_button(editor: Client) -> None:
    mailing = make_mailing(readers=2)
    assert "Paused: nothing leaves" in press(editor, mailing, "pause")
    assert Mailing.objects.get().state == State.PAUSED
    assert "Type 2: so many people get it." in press(editor, mailing, "resume")
    assert Mailing.objects.get().state == State.PAUSED
    assert "Resumed" in press(editor, mailing, "resume", readers=2)
    assert Mailing.objects.get().state == State.SCHEDULED
    assert "Cancelled" in press(editor, mailing, "cancel")
    assert states(mailing) == {"skipped": 2}


def test_a_button_pressed_too_late_says_why(editor: Client) -> None:
    mailing = make_mailing(readers=1)
    sending.drain(NOW)
    assert "has been sent" in press(editor, mailing, "cancel")


def test_the_list_counts_every_mailing_in_one_question(
    editor: Client, django_assert_num_queries: Any
) -> None:
    make_mailing(readers=2)
    make_mailing(readers=1)
    sending.drain(NOW)
    make_mailing()
    editor.get("/admin/delivery/mailing/")
    with CaptureQueriesContext(connection) as few:
        page = words(editor.get("/admin/delivery/mailing/"))
    assert "2 of 2" in page
    assert "3 of 3" in page
    assert "0 of 3" in page
    for _ in range(5):
        make_mailing()
    with django_assert_num_queries(len(few)):
        editor.get("/admin/delivery/mailing/")


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_its_page(editor: Client, state: str) -> None:
    mailing = make_mailing(readers=1)
    Mailing.objects.update(state=state)
    assert editor.get(f"{page_of(mailing)}change/").status_code == 200
    Delivery.objects.all().delete()
    assert editor.get(f"{page_of(mailing)}change/").status_code == 200


@pytest.mark.parametrize("deed", ["pause", "resume", "cancel"])
def test_looking_does_nothing(editor: Client, deed: str) -> None:
    mailing = make_mailing(readers=1)
    assert editor.get(f"{page_of(mailing)}{deed}/").status_code == 405
    assert Mailing.objects.get().state == State.RELEASED


@pytest.mark.parametrize("deed", ["pause", "resume", "cancel"])
def test_who_may_only_look_has_no_buttons(client: Client, deed: str) -> None:
    mailing = make_mailing(readers=1)
    client.force_login(make_staff("charlie", "delivery.view_mailing"))
    page = words(client.get(f"{page_of(mailing)}change/"))
    assert f"/{deed}/" not in page
    assert client.post(f"{page_of(mailing)}{deed}/").status_code == 403
    assert Mailing.objects.get().state == State.RELEASED


def test_who_may_not_look_does_not(client: Client) -> None:
    mailing = make_mailing(readers=1)
    client.force_login(make_staff("charlie"))
    assert client.get(f"{page_of(mailing)}change/").status_code == 403
    assert client.post(f"{page_of(mailing)}pause/").status_code == 403


def test_a_mailing_that_is_none_is_not_found(editor: Client) -> None:
    for pk in ("4711", "x", "9" * 40):
        assert editor.get(f"/admin/delivery/mailing/{pk}/change/").status_code == 404


# The ledger


def found(client: Client, query: str) -> int:
    return int(client.get(LEDGER, {"q": query}).context["cl"].result_count)


def test_the_ledger_is_searched_by_address_and_issue(editor: Client) -> None:
    [ada] = make_readers(1)
    older = make_mailing()
    make_mailing(readers=2)
    assert found(editor, ada.email) == 2
    assert found(editor, ada.email.upper()) == 2
    assert found(editor, ada.email.partition("@")[0]) == 2
    assert found(editor, f"#{older.issue.number}") == 1
    assert found(editor, "nobody@example.com") == 0


def test_an_erased_person_is_still_found_by_the_address_they_name(editor: Client) -> None:
    [ada] = make_readers(1)
    make_mailing()
    sending.drain(NOW)
    ada.delete()
    assert found(editor, ada.email) == 1
    assert ada.email not in words(editor.get(LEDGER))


def test_nobody_writes_in_the_ledger_by_hand(editor: Client) -> None:
    make_mailing(readers=1)
    row = Delivery.objects.get()
    assert editor.get(f"{LEDGER}{row.pk}/change/").status_code == 200
    assert editor.post(f"{LEDGER}{row.pk}/change/", {"state": "accepted"}).status_code == 403
    assert editor.get(f"{LEDGER}add/").status_code == 403
    assert editor.post(f"{LEDGER}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def settle(client: Client, action: str) -> str:
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    data = {"action": action, "_selected_action": chosen}
    return words(client.post(LEDGER, data, follow=True))


def test_what_is_uncertain_is_listed_and_settled(editor: Client) -> None:
    mailing = make_uncertain(readers=2)
    listed = editor.get(LEDGER, {"settle": "yes"})
    assert listed.context["cl"].result_count == 2
    assert "2 queued again." in settle(editor, "send_again")
    assert states(mailing) == {"queued": 2}
    assert "settled already" in settle(editor, "leave")


def test_more_than_a_page_is_sent_again_from_the_mailings_page(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = make_uncertain(readers=2)
    monkeypatch.setattr(DeliveryAdmin, "list_per_page", 1)
    assert "from the page of their mailing" in settle(editor, "send_again")
    assert states(mailing) == {"uncertain": 2}


def test_what_is_left_leaves_the_list(editor: Client) -> None:
    mailing = make_uncertain()
    assert "1 left as they are." in settle(editor, "leave")
    assert editor.get(LEDGER, {"settle": "yes"}).context["cl"].result_count == 0
    assert states(mailing) == {"uncertain": 1}


def test_who_may_only_look_settles_nothing(client: Client) -> None:
    mailing = make_uncertain()
    client.force_login(make_staff("charlie", "delivery.view_delivery"))
    settle(client, "send_again")
    assert states(mailing) == {"uncertain": 1}


def test_the_ledger_asks_no_more_for_more_rows(
    editor: Client, django_assert_max_num_queries: Any
) -> None:
    make_mailing(readers=30)
    with django_assert_max_num_queries(10):
        editor.get(LEDGER)
