"""The pre-flight at the desk: the page, the panel, and what can be pressed there."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from digest.models import Issue, LinkBlock, Override, Visit
from digest.preflight import inspect
from tests.digest.checking import sound
from tests.digest.issues import publish
from tests.makers import make_editor, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
WHY = "The author sends the words tonight"


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor())
    return client


@pytest.fixture
def issue() -> Issue:
    return sound(blurb="<p>TK, by Ann: until November 9, 2026.</p>")


def page(name: str, issue: Issue) -> str:
    return reverse(f"admin:digest_issue_{name}", args=[issue.pk])


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def key(issue: Issue) -> str:
    [blocker] = inspect(issue).blockers
    return blocker.key


@pytest.mark.parametrize("name", ["preflight", "preview"])
def test_each_finding_leads_to_its_block(desk: Client, issue: Issue, name: str) -> None:
    html = desk.get(page(name, issue)).content.decode()
    block = LinkBlock.objects.get(title="Odd")

    assert "“Odd” still says “TK”." in html
    assert "which is over." in html
    assert f'href="{page("change", issue)}#jump-linkblock-{block.pk}"' in html
    assert "1 to mend first" in html


def test_the_panel_comes_by_itself_for_the_page_of_the_issue(desk: Client, issue: Issue) -> None:
    html = desk.get(page("preflight", issue), {"panel": ""}).content.decode()
    assert "<body" not in html
    assert "“Odd” still says “TK”." in html

    form = desk.get(page("change", issue)).content.decode()
    assert f'data-panel="{page("preflight", issue)}?panel"' in form
    assert "“Odd” still says" not in form


def test_a_blocker_passes_with_a_reason_and_says_so_ever_after(desk: Client, issue: Issue) -> None:
    response = desk.post(page("let_pass", issue), {"key": key(issue), "reason": "no"})
    assert "why this may stay" in said(response)
    assert "Approve</button>" not in desk.get(page("preview", issue)).content.decode()

    desk.post(page("let_pass", issue), {"key": key(issue), "reason": WHY})
    html = desk.get(page("preview", issue)).content.decode()
    assert "Approve</button>" in html
    assert f"“{WHY}”" in html

    publish(issue)
    html = desk.get(page("preview", issue)).content.decode()
    assert f"“{WHY}”" in html
    assert "Take back" not in html


def test_it_is_taken_back_by_a_button(desk: Client, issue: Issue) -> None:
    desk.post(page("let_pass", issue), {"key": key(issue), "reason": WHY})
    desk.post(page("take_back", issue), {"key": Override.objects.get().key})
    assert "1 to mend first" in desk.get(page("preflight", issue)).content.decode()


def test_who_may_not_approve_sees_it_and_lets_nothing_pass(client: Client, issue: Issue) -> None:
    client.force_login(make_staff("writer", "digest.view_issue", "digest.change_issue"))
    html = client.get(page("preflight", issue)).content.decode()
    assert "“Odd” still says “TK”." in html
    assert "Let it pass" not in html

    response = client.post(page("let_pass", issue), {"key": key(issue), "reason": WHY})
    assert "it needs the permission" in said(response)
    assert not Override.objects.exists()


def test_the_button_has_the_links_looked_at(desk: Client, issue: Issue) -> None:
    assert "2 links are being looked at" in said(desk.post(page("look", issue)))
    assert Visit.objects.filter(due_at__isnull=False).count() == 2

    html = desk.get(page("preflight", issue)).content.decode()
    assert "Looking at 2 links…" in html
    assert "data-waiting" in html
    assert "looked at just now" in said(desk.post(page("look", issue)))


def test_only_who_sees_issues_sees_what_is_wrong_with_them(client: Client, issue: Issue) -> None:
    client.force_login(make_staff("stranger"))
    assert client.get(page("preflight", issue)).status_code == 403
    assert client.post(page("look", issue)).status_code == 403
