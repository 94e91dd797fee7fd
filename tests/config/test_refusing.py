"""What somebody sees who may not, or whose page is too old: words, and a way on."""

import pytest
from django.test import Client

from tests.makers import make_editor, make_staff

pytestmark = pytest.mark.django_db


def test_who_may_not_is_told_so_and_led_back() -> None:
    client = Client()
    client.force_login(make_staff("carl"))
    answer = client.get("/admin/setup/people/")
    assert answer.status_code == 403
    assert "This account may not do that" in answer.text
    assert 'href="/admin/"' in answer.text


def test_a_page_from_before_another_log_in_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    answer = client.post("/admin/queue/", {})
    assert answer.status_code == 403
    assert "This page is older than your log-in" in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert "style=" not in answer.text
