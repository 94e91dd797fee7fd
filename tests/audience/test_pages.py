"""The public pages: they act on a POST only, and answer everybody alike."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audience.forms import SubscribeForm
from audience.models import Subscriber, Suppression
from audience.tokens import confirmation_token
from outbox.models import Fact
from tests.audience.makers import ask, confirmation_link, make_subscriber
from tests.makers import make_editor

pytestmark = pytest.mark.django_db
State = Subscriber.State


def stamp(seconds_ago: float = 10) -> str:
    return SubscribeForm(now=timezone.now() - timedelta(seconds=seconds_ago)).stamp


def sign_up(client: Client, **values: str) -> Any:
    data = {"email": "ada@example.com", "website": "", "shown_at": stamp(), **values}
    return client.post("/subscribe/", data)


def words(response: Any) -> str:
    return str(response.content.decode())


# The form


def test_the_form_works_without_script_or_cookie(client: Client) -> None:
    response = client.get("/subscribe/")
    assert response.status_code == 200
    assert words(response).count("<script") == 1  # The proof of work; the form sends without.
    assert not response.cookies


def test_signing_up_owes_a_confirmation_and_says_so(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert "Check your inbox" in words(client.get(response["Location"]))
    ada = Subscriber.objects.get()
    assert (ada.state, ada.asked_on) == (State.PENDING, "subscribe/2")
    assert ada.asked_from == "127.0.0.1"


@pytest.mark.parametrize("state", State.values)
def test_it_answers_the_same_for_an_address_we_know(client: Client, state: str) -> None:
    new = sign_up(client, email="new@example.com")
    make_subscriber("ada@example.com", state=state)
    known = sign_up(client)
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert dict(known.cookies) == dict(new.cookies) == {}


def test_a_wrong_address_is_named_beside_the_field_and_kept_in_it(client: Client) -> None:
    response = sign_up(client, email="ada@example")
    assert 'aria-invalid="true"' in words(response)
    assert "After the @ comes a domain name" in words(response)
    assert 'value="ada@example"' in words(response)
    assert not Subscriber.objects.exists()


def test_nothing_typed_asks_for_an_address(client: Client) -> None:
    assert "Write your address" in words(sign_up(client, email=""))


def test_who_fills_the_trap_is_thanked_and_forgotten(client: Client) -> None:
    response = sign_up(client, website="https://spam.example")
    assert response["Location"] == "/subscribe/check-your-inbox/"
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("shown_at", ["", "forged", "1700000000.forged"])
def test_a_post_without_our_stamp_is_asked_to_press_again(client: Client, shown_at: str) -> None:
    response = sign_up(client, shown_at=shown_at)
    assert "press Subscribe once more" in words(response)
    assert 'value="ada@example.com"' in words(response)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("seconds", [0, 25 * 3600, -3600])
def test_a_post_too_fast_or_a_day_old_is_asked_to_press_again(
    client: Client, seconds: float
) -> None:
    assert "press Subscribe once more" in words(sign_up(client, shown_at=stamp(seconds)))
    assert not Subscriber.objects.exists()


def test_pressing_again_works_since_the_stamp_is_kept(client: Client) -> None:
    young = stamp(0)
    assert f'value="{young}"' in words(sign_up(client, shown_at=young, email="ada@"))


# Mail scanners


def test_a_thousand_looks_by_scanners_change_nothing(client: Client) -> None:
    ask(now=timezone.now())
    active = make_subscriber()
    pages = [
        f"/confirm/{confirmation_link()}/",
        f"/unsubscribe/{active.token}/",
        f"/preferences/{active.token}/",
    ]
    before = list(Subscriber.objects.order_by("pk").values())
    for round_ in range(167):
        for page in pages:
            look = client.get if round_ % 2 else client.head
            for headers in ({"purpose": "prefetch"}, {"user-agent": "GoogleImageProxy"}):
                assert look(page, headers=headers).status_code == 200
    assert list(Subscriber.objects.order_by("pk").values()) == before
    assert not Suppression.objects.exists()
    assert Fact.objects.count() == 1


# Confirming


def test_a_person_confirms_with_the_button(client: Client) -> None:
    ask(now=timezone.now())
    page = f"/confirm/{confirmation_link()}/"
    assert "a…@example.com" in words(client.get(page))
    assert "you are in" in words(client.post(page))
    assert Subscriber.objects.get().state == State.ACTIVE
    assert Subscriber.objects.get().confirmed_from == "127.0.0.1"


def test_the_second_press_says_the_same(client: Client) -> None:
    ask(now=timezone.now())
    page = f"/confirm/{confirmation_link()}/"
    first, second = client.post(page), client.post(page)
    assert (first.status_code, words(first)) == (second.status_code, words(second))
    assert "confirmed already" in words(client.get(page))


def test_a_link_too_old_offers_a_new_one(client: Client) -> None:
    ask(now=timezone.now() - timedelta(days=8))
    page = f"/confirm/{confirmation_link()}/"
    for response in (client.get(page), client.post(page)):
        assert response.status_code == 410
        assert 'href="/subscribe/"' in words(response)


# Leaving


def test_a_person_leaves_with_the_button(client: Client) -> None:
    ada = make_subscriber("ada@example.com")
    page = f"/unsubscribe/{ada.token}/"
    assert "a…@example.com" in words(client.get(page))
    assert "you are out" in words(client.post(page))
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED
    assert "You are out" in words(client.get(page))


@pytest.mark.parametrize("multipart", [False, True])
def test_a_mail_program_leaves_in_one_click(multipart: bool) -> None:
    """RFC 8058: no cookie, no CSRF token, no redirect."""
    ada = make_subscriber()
    client = Client(enforce_csrf_checks=True)
    body = {"List-Unsubscribe": "One-Click"}
    page = f"/unsubscribe/{ada.token}/"
    if multipart:
        response = client.post(page, body)
    else:
        form = "application/x-www-form-urlencoded"
        response = client.post(page, "List-Unsubscribe=One-Click", content_type=form)
    assert response.status_code == 200
    assert not response.cookies
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED


def test_leaving_twice_gives_the_same_answer(client: Client) -> None:
    page = f"/unsubscribe/{make_subscriber().token}/"
    first, second = client.post(page), client.post(page)
    assert (first.status_code, words(first)) == (second.status_code, words(second))


# Links as mail programs leave them


def broken(token: str) -> list[str]:
    return [token[:11], token[:-1], token.lower(), f"x{token}", "%00", "%0D%0A", "x" * 3000]


def mended(token: str) -> list[str]:
    soft, whole = token[:10] + "%3D%0D%0A" + token[10:], token + "%00"
    return [soft, whole, f"{token}%3E", f"{token}.", f"%20{token}%20", f"{token}%5D)"]


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "preferences"])
def test_a_broken_link_ends_on_a_page_that_helps(client: Client, door: str) -> None:
    ada = make_subscriber(token="Abcdefghijklmnopqrstuv")
    token = confirmation_token(ada) if door == "confirm" else ada.token
    for link in broken(token):
        for response in (client.get(f"/{door}/{link}/"), client.post(f"/{door}/{link}/")):
            assert response.status_code == 404
            assert "This link is broken" in words(response)


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "preferences"])
def test_what_a_mail_program_did_to_a_link_is_taken_off(
    client: Client, door: str, end: str
) -> None:
    ada = make_subscriber(token="Abcdefghijklmnopqrstuv")
    token = confirmation_token(ada) if door == "confirm" else ada.token
    for link in mended(token):
        assert client.get(f"/{door}/{link}{end}").status_code == 200
        assert client.post(f"/{door}/{link}{end}").status_code == 200


def test_a_link_without_any_token_helps_too(client: Client) -> None:
    for door in ("confirm", "unsubscribe", "preferences", "account"):
        assert "This link is broken" in words(client.get(f"/{door}/"))
        assert client.post(f"/{door}/").status_code == 404


def test_a_link_with_something_appended_still_works(client: Client) -> None:
    ada = make_subscriber()
    assert client.post(f"/unsubscribe/{ada.token}/?utm_source=mail").status_code == 200
    ada.refresh_from_db()
    assert ada.state == State.UNSUBSCRIBED


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "preferences"])
def test_a_page_with_a_secret_in_its_address_stays_out_of_sight(client: Client, door: str) -> None:
    ada = make_subscriber()
    token = confirmation_token(ada) if door == "confirm" else ada.token
    for response in (client.get(f"/{door}/{token}/"), client.get(f"/{door}/broken/")):
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies
        assert ada.email not in words(response)


def test_preferences_show_the_subscription_and_the_way_out(client: Client) -> None:
    ada = make_subscriber("ada@example.com")
    page = words(client.get(f"/preferences/{ada.token}/"))
    assert "a…@example.com" in page
    assert f'action="/unsubscribe/{ada.token}/"' in page


# The admin


def test_an_editor_finds_a_person_and_takes_them_out(client: Client) -> None:
    ada, bob = make_subscriber("ada@example.com"), make_subscriber("bob@example.com")
    client.force_login(make_editor())
    found = words(client.get("/admin/audience/subscriber/?q=ada@"))
    assert "ada@example.com" in found
    assert "bob@example.com" not in found
    data = {"action": "unsubscribe", "_selected_action": [ada.pk]}
    assert "1 unsubscribed." in words(client.post("/admin/audience/subscriber/", data, follow=True))
    assert list(Subscriber.objects.active()) == [bob]


def test_nobody_edits_a_subscriber_by_hand(client: Client) -> None:
    ada = make_subscriber()
    client.force_login(make_editor())
    page = f"/admin/audience/subscriber/{ada.pk}/change/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"state": "pending"}).status_code == 403
    assert client.get("/admin/audience/subscriber/add/").status_code == 403
    assert client.get("/admin/audience/suppression/").status_code == 200
