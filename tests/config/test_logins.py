"""Wrong passwords are counted in the database, for all web processes together."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client

from config.logins import where_from
from tests.makers import make_editor

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


def attempt(password: str = "wrong", *, address: str = "203.0.113.5", name: str = "ann") -> int:
    """One log-in from a browser of its own. The status."""
    data = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post(LOGIN, data).status_code


def test_after_five_wrong_passwords_the_right_one_waits_too(ann: User) -> None:
    assert [attempt() for _ in range(5)] == [200, 200, 200, 200, 429]
    assert attempt("editor") == 429


def test_it_is_over_after_a_quarter_of_an_hour(ann: User) -> None:
    for _ in range(5):
        attempt()
    for row in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=row.pk).update(
            attempt_time=row.attempt_time - timedelta(minutes=16)
        )
    assert attempt("editor") == 302


def test_a_stranger_cannot_lock_an_editor_out(ann: User) -> None:
    for _ in range(6):
        attempt(address="203.0.113.66")
    assert attempt("editor", address="203.0.113.5") == 302


def test_a_success_forgets_the_slips_before(ann: User) -> None:
    for _ in range(4):
        attempt()
    assert attempt("editor") == 302
    assert attempt() == 200


def test_a_name_that_is_nobodys_is_answered_like_one_that_is(ann: User) -> None:
    known, unknown = [attempt() for _ in range(6)], [attempt(name="eve") for _ in range(6)]
    assert known == unknown


def test_no_password_is_kept(ann: User) -> None:
    attempt("hunter2-and-more")
    [row] = AccessAttempt.objects.values()
    assert "hunter2" not in str(row)


def test_an_address_that_is_none_stops_no_log_in(ann: User) -> None:
    browser = Client(REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": "'; drop table"})
    data = {"username": "ann", "password": "editor"}
    assert browser.post(LOGIN, data).status_code == 302


def test_behind_a_web_server_of_ours_its_word_counts() -> None:
    request = HttpRequest()
    request.META |= {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "evil, 203.0.113.9"}
    assert where_from(request) == "203.0.113.9"
    request = HttpRequest()
    request.META |= {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "not an address"}
    assert where_from(request) is None


def test_a_session_ends_when_the_password_changes(client: Client, ann: User) -> None:
    client.force_login(ann)
    ann.set_password("another one, longer")
    ann.save()
    assert client.get("/admin/").status_code == 302
