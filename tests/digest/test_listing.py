"""What ran, whatever the issue: sections, sources, their feed, and what machines are told."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digest import listing
from digest.models import LinkBlock, PublishedItem, SponsorBlock
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import make_section

pytestmark = pytest.mark.django_db
PAGES = ["/sections/articles/", "/sources/example.com/", "/issues/", "/sitemap.xml", "/robots.txt"]


def make_run(number: int, *titles: str, name: str = "Articles", **values: Any) -> None:
    """A published issue with links in the section of that slug, called `name` in this issue."""
    issue = make_issue(number)
    shelf = make_section("Articles", slug="articles")
    section = add_section(issue, name, section=shelf)
    for title in titles:
        given = {"url": f"https://www.example.com/{number}", "blurb": f"<p>On <b>{title}</b>.</p>"}
        add(LinkBlock, section, title=title, **given | values)
    publish(issue)


def get(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES[:2])
def test_everything_that_ran_stands_newest_issue_first(client: Client, path: str) -> None:
    for number in (9, 11, 10):
        make_run(number, f"First of {number}", f"Second of {number}")

    page = get(client, path)

    titles = re.findall(r'<h3 dir="auto"><a href="[^"]+">([^<]+)', page)
    assert titles == [f"{word} of {n}" for n in (11, 10, 9) for word in ("First", "Second")]
    uid = PublishedItem.objects.get(title="Second of 9").uid
    assert f'href="/issues/9/#{uid}"' in page
    assert "On First of 11." in page


def test_a_section_goes_by_the_name_it_had_last(client: Client) -> None:
    make_run(1, "Old", name="Reading")
    make_run(2, "New", name="Articles & essays")

    assert '<h1 dir="auto">Articles &amp; essays</h1>' in get(client, "/sections/articles/")
    assert [shelf.title for shelf in listing.shelves()] == ["Articles & essays"]


@pytest.mark.parametrize("path", PAGES[:2])
def test_what_ran_elsewhere_only_is_on_no_list(client: Client, path: str) -> None:
    make_run(1, "Shown")
    make_run(2, "By mail only", in_web=False, in_feeds=False)

    assert "By mail only" not in get(client, path)
    assert "By mail only" not in get(client, "/feeds/sections/articles.atom")


def test_what_was_paid_for_says_so_on_every_list(client: Client) -> None:
    issue = make_issue(1)
    add(SponsorBlock, issue, title="Buy", url="https://s.example/", label="Partner")
    publish(issue)
    slug = PublishedItem.objects.get().section_slug

    for path in (f"/sections/{slug}/", "/sources/s.example/"):
        page = get(client, path)
        assert '<p class="label">Partner</p>' in page
        assert 'rel="sponsored noopener"' in page
    assert "Partner" in get(client, f"/feeds/sections/{slug}.atom")
    assert listing.shelves() == [], "nobody browses by sponsor"


@pytest.mark.parametrize("path", PAGES[:2])
def test_a_long_list_goes_on_from_where_it_stopped(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in (1, 2, 3):
        make_run(number, f"a{number}", f"b{number}")

    seen, query = [], "?"
    for _ in range(9):
        page = get(client, path + query)
        seen += re.findall(r">([ab]\d)</a></h3>", page)
        onward = re.search(r'href="(\?after=[^"]+)"', page)
        if onward is None:
            break
        query = onward[1]

    assert seen == ["a3", "b3", "a2", "b2", "a1", "b1"]


@pytest.mark.parametrize("key", ["x", "1", "1,x", "9" * 30 + ",1", "²,²", "9" * 16 + "-1-1", ""])
def test_a_key_that_is_none_means_the_beginning(client: Client, key: str) -> None:
    make_run(1, "Only")

    assert "Only" in client.get("/sections/articles/", {"after": key}).content.decode()


@pytest.mark.parametrize(
    "path", ["/sections/none/", "/sources/none.example/", "/feeds/sections/none.atom"]
)
def test_what_never_ran_has_no_page_whatever_copy_is_held(client: Client, path: str) -> None:
    make_run(1, "Only")
    held = {"If-None-Match": client.get("/issues/")["ETag"]}

    assert client.get(path).status_code == client.get(path, headers=held).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/feeds/sections/articles.atom"])
def test_it_is_not_sent_again_until_something_is_published(client: Client, path: str) -> None:
    make_run(1, "One")
    held = {"If-None-Match": client.get(path)["ETag"]}
    assert client.get(path, headers=held).status_code == 304

    make_run(2, "Two")
    assert client.get(path, headers=held).status_code == 200


@pytest.mark.parametrize("path", PAGES[:2])
def test_the_number_of_queries_does_not_grow(client: Client, path: str) -> None:
    counts = []
    for numbers in (range(1, 2), range(2, 12)):
        for number in numbers:
            make_run(number, "One", "Two")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, path)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 7


def test_the_list_of_issues_leads_to_the_sections(client: Client) -> None:
    make_run(1, "One")

    assert '<a href="/sections/articles/" dir="auto">Articles</a>' in get(client, "/issues/")


def test_a_section_can_be_followed_as_a_feed(client: Client) -> None:
    make_run(1, "Without an address", url="")
    make_run(2, "A <b> title", blurb="<ul><li>one</li><li>two &amp; three</li></ul>")
    response = client.get("/feeds/sections/articles.atom")
    feed = feedparser.parse(
        io.BytesIO(response.content),
        response_headers={"content-type": response["Content-Type"]},
        sanitize_html=False,
    )

    assert feed.bozo == 0
    new, old = feed.entries
    item = PublishedItem.objects.get(title="A <b> title")
    assert (new.id, new.link) == (item.uid.urn, "https://www.example.com/2")
    assert "<li>two &amp; three</li>" in new.content[0].value
    assert old.link.startswith("http://127.0.0.1:8000/issues/1/#")
    assert feed.feed.title.endswith(": Articles")
    assert '/feeds/sections/articles.atom"' in get(client, "/sections/articles/")


def test_search_engines_are_told_of_every_public_page_and_of_no_private_one(
    client: Client,
) -> None:
    make_run(1, "One")
    make_issue(2)
    places = ElementTree.fromstring(client.get("/sitemap.xml").content)
    paths = [str(place.text).removeprefix("http://127.0.0.1:8000") for place in places.iter()]

    assert [path for path in paths if path.startswith("/")] == [
        "/", "/issues/", "/sections/articles/", "/issues/1/",
    ]  # fmt: skip
    robots = get(client, "/robots.txt")
    assert "Disallow: /unsubscribe/" in robots
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots
