"""The mail beside the masthead's form: drawn with what is typed, which is not stored."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from digest.models import LinkBlock
from publication.masthead import current
from tests.digest.issues import add, add_section, make_issue
from tests.forms import fields_of
from tests.makers import make_editor, make_staff

pytestmark = pytest.mark.django_db
PAGE = "admin:publication_publication_change"


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(make_editor())
    return client


def drawn(editor: Client, **typed: str) -> dict[str, Any]:
    page = editor.get(reverse(PAGE, args=[1])).content.decode()
    fields = {**fields_of(page, "publication_form"), **typed}
    answer = editor.post(reverse("admin:publication_publication_trial"), fields)
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def make_draft() -> None:
    issue = make_issue(7)
    add(LinkBlock, add_section(issue, "News"), title="A story", url="https://example.com/")


def test_the_mail_has_the_colour_and_the_words_that_are_typed(editor: Client) -> None:
    make_draft()
    before = current().accent
    said = drawn(editor, accent="#7a1f5c", name="Another Name", postal_address="9 Quay")
    assert "#7a1f5c" in said["html"]
    assert "Another Name" in said["html"]
    assert "9 Quay" in said["html"]
    assert "A story" in said["html"]
    assert (said["said"], said["wrong"]) == (
        "The mail of #7 as it would look, saved or not.",
        False,
    )
    assert current().accent == before


def test_what_is_wrong_is_said_and_the_rest_is_drawn(editor: Client) -> None:
    make_draft()
    said = drawn(editor, accent="red", name="Another Name")
    assert said["said"] == "Accent: Write a colour as #0c4b33."
    assert said["wrong"]
    assert "Another Name" in said["html"]
    assert current().accent in said["html"]


def test_without_an_issue_it_says_what_to_do(editor: Client) -> None:
    said = drawn(editor)
    assert said["html"] == ""
    assert "Make a first draft" in said["said"]


def test_who_may_not_change_the_masthead_sees_none(editor: Client) -> None:
    where = reverse("admin:publication_publication_trial")
    assert editor.get(where).status_code == 405
    client = Client()
    client.force_login(make_staff("reader", "publication.view_publication"))
    assert client.post(where, {}).status_code == 403
