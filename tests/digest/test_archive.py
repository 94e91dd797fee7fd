"""The public pages: what was published, as approved, for anybody, without a cookie or a script."""

import datetime as dt
import re
import time
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digest import editions
from digest.approval import approve
from digest.models import Issue, LinkBlock, RenderedIssue
from digest.placeholders import TOKEN
from digest.publishing import publish
from publication.masthead import current
from tests.digest.issues import add, make_issue, make_published
from tests.makers import NOW

pytestmark = pytest.mark.django_db
PAGES = ["/", "/issues/", "/issues/7/", "/about/"]


def get(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_an_issue_is_shown_as_it_was_approved(client: Client) -> None:
    issue = make_published(7, "As approved", preheader="In a sentence.")
    LinkBlock.objects.update(title="Edited in the database")

    page = get(client, "/issues/7/")

    rendered = issue.rendered.get()
    assert rendered.web_body in page
    assert "As approved" in page
    assert "Edited in the database" not in page
    assert '<meta name="description" content="In a sentence.">' in page
    assert '<link rel="canonical" href="http://127.0.0.1:8000/issues/7/">' in page
    assert '<meta property="og:title" content="Title of 7">' in page


def test_the_latest_revision_is_shown(client: Client) -> None:
    issue = make_published(7)
    first = issue.rendered.get()
    values = {"issue": issue, "revision": 2, "subject": "", "web_body": "Corrected"}
    RenderedIssue.objects.create(**values, fingerprint=first.fingerprint)

    assert "Corrected" in get(client, "/issues/7/")


@pytest.mark.parametrize("ready", [False, True])
def test_what_is_not_published_is_not_found(client: Client, ready: bool) -> None:
    issue = make_issue(7)
    add(LinkBlock, issue, title="Secret")
    if ready:
        approve(issue, by=None)

    assert client.get("/issues/7/").status_code == 404
    for page in ("/", "/issues/", "/feeds/issues.rss"):
        assert "Title of 7" not in get(client, page)


@pytest.mark.parametrize("path", ["/issues/8/", f"/issues/{10**30}/", "/nowhere/"])
def test_what_is_not_there_says_so_in_our_words(client: Client, path: str) -> None:
    make_published(7)

    response = client.get(path)

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_what_is_not_there_is_not_called_unmodified(client: Client) -> None:
    make_published(7)
    make_issue(8)
    page = client.get("/issues/")
    held = [{"If-None-Match": page["ETag"]}, {"If-Modified-Since": page["Last-Modified"]}]

    for headers in held:
        assert client.get("/issues/7/", headers=headers).status_code == 304
        for path in ("/issues/999/", "/issues/8/"):
            assert client.get(path, headers=headers).status_code == 404


def test_what_ran_by_mail_only_is_on_no_page(client: Client) -> None:
    issue = make_issue(7)
    add(LinkBlock, issue, title="For readers of the mail", in_web=False, in_feeds=False)
    add(LinkBlock, issue, title="For all")
    approve(issue, by=None)
    publish(issue, by=None, now=NOW)

    for path in PAGES:
        assert "For readers of the mail" not in get(client, path)


def test_the_home_page_shows_the_latest_issue_at_a_glance(client: Client) -> None:
    make_published(6, "An old story")
    issue = make_published(7, "First story", "Second story")

    page = get(client, "/")

    uids = [str(item.uid) for item in issue.items.all()]
    assert all(f'href="/issues/7/#{uid}"' in page for uid in uids)
    assert page.index("Title of 7") < page.index("Second story") < page.index("Title of 6")
    assert "An old story" not in page
    assert 'action="/subscribe/"' in page


@pytest.mark.parametrize("path", ["/", "/issues/", "/about/"])
def test_a_new_install_has_pages_too(client: Client, path: str) -> None:
    assert "<h1>" in get(client, path)


def test_the_list_goes_by_year_newest_first(client: Client) -> None:
    for number, year in ((1, 2024), (2, 2026), (3, 2026)):
        make_published(number, date=dt.date(year, 5, 1))

    page = get(client, "/issues/")

    assert re.findall(r'<h2 id="year-\d+">(\d+)', page) == ["2026", "2024"]
    assert re.findall(r"Title of (\d)", page) == ["3", "2", "1"]


def test_an_issue_leads_to_its_neighbours(client: Client) -> None:
    for number in (3, 5, 9):
        make_published(number)
    make_issue(7)

    middle, last = get(client, "/issues/5/"), get(client, "/issues/9/")

    assert '<a rel="prev" href="/issues/3/">' in middle
    assert '<a rel="next" href="/issues/9/">' in middle
    assert '<a rel="prev" href="/issues/5/">' in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("path", [*PAGES[:3], "/feeds/issues.rss", "/feeds/issues.atom"])
def test_a_page_that_did_not_change_is_not_sent_again(client: Client, path: str) -> None:
    make_published(7)
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert "Cookie" not in first.get("Vary", "")
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_304_reads_neither_the_artefact_nor_the_items(client: Client) -> None:
    make_published(7)
    tag = client.get("/issues/7/")["ETag"]

    with CaptureQueriesContext(connection) as queries:
        client.get("/issues/7/", headers={"If-None-Match": tag})

    assert not any("web_body" in query["sql"] for query in queries)
    assert len(queries) <= 4


def test_a_page_that_nobody_saw_yet_takes_few_questions(client: Client) -> None:
    for number in (6, 7, 8):
        make_published(number)
    client.get("/issues/7/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/issues/7/")

    assert len(queries) <= 9
    assert not any("email_html" in query["sql"] for query in queries)


def test_an_old_copy_is_renewed_by_its_date_too(client: Client) -> None:
    make_published(7)
    stamp = client.get("/issues/7/")["Last-Modified"]

    assert client.get("/issues/7/", headers={"If-Modified-Since": stamp}).status_code == 304


@pytest.mark.parametrize("change", ["published", "corrected", "renamed", "redesigned"])
def test_a_change_reaches_the_next_reader(
    client: Client, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = make_published(7)
    tag = client.get("/issues/7/")["ETag"]
    if change == "published":
        make_published(8)
    elif change == "corrected":
        RenderedIssue.objects.create(issue=issue, revision=2, web_body="Corrected", subject="")
    elif change == "renamed":
        publication = current()
        publication.name = "Another name"
        publication.save()
    else:
        monkeypatch.setattr(editions, "_drawn_at", lambda: [time.time() + 60])

    assert client.get("/issues/7/", headers={"If-None-Match": tag}).status_code == 200


def test_an_issue_that_was_approved_earlier_and_published_later_is_seen(client: Client) -> None:
    early = make_issue(6)
    add(LinkBlock, early, title="Early")
    approve(early, by=None)
    make_published(7)
    tag = client.get("/issues/")["ETag"]

    publish(early, by=None, now=NOW)

    assert client.get("/issues/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_nothing_from_others_and_hold_nobodys_token(client: Client, path: str) -> None:
    make_published(7)
    response = client.get(path)
    page = response.content.decode()

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert TOKEN not in page
    runs = r'<script(?! type="application/ld\+json")'
    assert not re.search(rf"{runs}|<style| style=|<img|onclick|csrfmiddlewaretoken", page)
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)"[^>]*href="([^"]+)"', page)
    assert len(loaded) == 3
    assert all(address.startswith("/") for address in loaded)
    assert not client.cookies


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_one_heading_on_top_and_name_their_language(client: Client, path: str) -> None:
    publication = current()
    publication.language = "pt-BR"
    publication.save()
    make_published(7)
    page = get(client, path)

    assert '<html lang="pt-BR">' in page
    assert page.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_page_takes_no_post(client: Client) -> None:
    make_published(7)

    assert client.post("/issues/7/").status_code == 405


def test_a_broken_site_says_so_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Issue.objects, "published", lambda: 1 / 0)
    client.raise_request_exception = False

    response = client.get("/issues/")

    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
