"""What browsers are told about our pages, and what pages hold that they are told to refuse."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from curation.models import Entry
from digest.models import Issue
from tests.delivery.makers import make_rendered
from tests.makers import make_editor, make_entry, make_feed, make_link

pytestmark = pytest.mark.django_db
PUBLIC = [
    "/", "/issues/", "/search/", "/search/?q=lamps", "/planet/", "/about/", "/submit/",
    "/subscribe/", "/subscribe/check-your-inbox/", "/unsubscribe/nobodys/", "/nothing/",
]  # fmt: skip
EXECUTES = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json)", re.I)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)
STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style", re.I)


@pytest.fixture(autouse=True)
def published() -> Issue:
    make_entry(make_feed(), make_link())
    assert Entry.objects.exists()
    return make_rendered(mail_at=timezone.now()).issue


def policy(response: object) -> dict[str, list[str]]:
    parts = response["Content-Security-Policy"].split(";")  # type: ignore[index]
    return {words[0]: words[1:] for words in (part.split() for part in parts)}


@pytest.mark.parametrize("path", [*PUBLIC, "issue"])
def test_a_public_page_may_run_nothing_of_anybody_elses(
    client: Client, path: str, published: Issue
) -> None:
    response = client.get(published.get_absolute_url() if path == "issue" else path)
    said = policy(response)
    assert said["default-src"] == said["base-uri"] == said["frame-ancestors"] == ["'none'"]
    assert said["script-src"] == said["style-src"] == said["form-action"] == ["'self'"]
    page = response.content.decode()
    for forbidden in (EXECUTES, HANDLER, STYLE):
        assert not forbidden.search(page), path


@pytest.mark.parametrize("path", ["/admin/", "/admin/queue/", "/admin/setup/publication/"])
def test_the_admin_runs_only_scripts_of_our_own(client: Client, path: str) -> None:
    client.force_login(make_editor())
    said = policy(client.get(path))
    assert said["object-src"] == ["'none'"]
    assert said["frame-ancestors"] == said["form-action"] == ["'self'"]
    for source in said["script-src"]:
        assert source == "'self'" or source.startswith("'nonce-"), source


def test_the_editors_page_allows_inline_styles_and_no_inline_scripts(
    client: Client, published: Issue
) -> None:
    client.force_login(make_editor())
    said = policy(client.get(f"/admin/digest/issue/{published.pk}/change/"))
    assert "'unsafe-inline'" not in said["script-src"]
    assert "'unsafe-eval'" not in said["script-src"]


@pytest.mark.parametrize("path", [*PUBLIC, "/admin/login/"])
def test_every_page_names_its_type_and_keeps_its_address_to_itself(
    client: Client, path: str
) -> None:
    response = client.get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_log_in_leads_nowhere_else(client: Client, target: str) -> None:
    make_editor("ann")
    data = {"username": "ann", "password": "editor", "next": target}
    assert client.post("/admin/login/", data)["Location"] == "/admin/"


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client) -> None:
    make_editor("ann")
    client.post("/admin/login/", {"username": "ann", "password": "editor"})
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_a_public_page_sets_no_cookie(client: Client, published: Issue) -> None:
    for path in ("/", "/issues/", published.get_absolute_url(), "/planet/", "/search/?q=x"):
        assert not client.get(path).cookies, path
