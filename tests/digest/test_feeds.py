"""Our feeds, read by somebody else's parser."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from django.core.management import call_command
from django.test import Client

from digest import tree
from digest.models import BLOCKS, Issue, LinkBlock, SponsorBlock, TextBlock
from digest.placeholders import TOKEN
from publication.masthead import current
from tests.digest.issues import add, make_issue, make_published, publish
from tests.makers import NOW
from tests.site import make_full_issue
from toolbox.html import to_line

pytestmark = pytest.mark.django_db
PAST = Path(__file__).parents[1] / "data" / "issues"
FEEDS = ["/feeds/issues.rss", "/feeds/issues.atom"]
TITLE = "</> htmx & the “fetch()ening” <b>"


def read(client: Client, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200
    kind = {"content-type": response["Content-Type"]}
    parsed = feedparser.parse(
        io.BytesIO(response.content), response_headers=kind, sanitize_html=False
    )
    assert parsed.bozo == 0
    return parsed


def make_rich() -> str:
    """An issue with a list, a sponsor and a title that looks like markup; answers its content."""
    issue = make_issue(7, title=TITLE, preheader="AT&T, in <a> sentence")
    add(
        TextBlock, issue, blurb="<p>In Django 6.0:</p><ul><li>one</li><li>two &amp; three</li></ul>"
    )
    add(SponsorBlock, issue, title="Buy", url="https://s.example/?a=1&b=2")
    add(LinkBlock, issue, title="Not here", in_feeds=False)
    publish(issue)
    return issue.rendered.get().feed_body


@pytest.mark.parametrize("path", FEEDS)
def test_it_is_read_with_the_same_content(client: Client, path: str) -> None:
    content = make_rich()

    (entry,) = read(client, path).entries

    assert entry.content[0].value.strip() == content.strip()
    assert "<li>two &amp; three</li>" in entry.content[0].value
    assert "Not here" not in entry.content[0].value
    assert 'rel="sponsored noopener"' in entry.content[0].value
    assert entry.link == entry.id == "http://127.0.0.1:8000/issues/7/"


def test_stripped_to_text_nothing_is_lost_and_nothing_added(client: Client) -> None:
    make_rich()
    (entry,) = read(client, FEEDS[0]).entries

    words = to_line(entry.content[0].value).split()
    assert " ".join(words) == (
        "Shelf of text In Django 6.0: one two & three Shelf of sponsor Sponsored Buy s.example"
    )


@pytest.mark.parametrize("path", [*FEEDS, "/feeds/issues.json"])
def test_every_kind_of_block_arrives_whole_and_in_order(client: Client, path: str) -> None:
    issue = make_full_issue()
    publish(issue)
    response = client.get(path)
    if path in FEEDS:
        content = read(client, path).entries[0].content[0].value
    else:
        content = response.json()["items"][0]["content_html"]
    items = issue.rendered.get().items
    lists = "<ul><li>one &amp; one</li><li>two</li></ul><ol><li>first</li></ol>"

    assert content.count(lists) == len(items) == len(BLOCKS) - 1
    places = [content.index(item["uid"]) for item in items]
    assert places == sorted(places)
    for part, item in zip(content.split("</article>"), items, strict=False):
        words = to_line(part)
        assert item["title"] in words
        assert item["text"] in words
        # Nothing else but what the item, its section and its host are called.
        rest = words.replace(item["title"], "").replace(item["text"], "")
        known = f"{item} {item['section']} {item['domain']} {item['label']} New ·"
        assert [word for word in rest.split() if word not in known] == []


def said(issue: Issue) -> Iterator[str]:
    """What the blocks of an issue say, in order, read off the rows."""
    for section in tree.read(issue).channel("feeds").sections:
        yield section.title if section.says_its_title else ""
        yield to_line(section.intro)
        for item in section.items:
            yield item.label if item.sponsored else ""
            yield f"{item.title} {item.badge} {item.block.lead} {to_line(item.block.blurb)}"
            yield " · ".join(detail.text for detail in item.details)


@pytest.mark.parametrize("path", [*FEEDS, "/feeds/issues.json"])
@pytest.mark.parametrize("file", sorted(PAST.glob("*.txt")), ids=lambda file: file.stem)
def test_a_whole_newsletter_arrives_word_by_word(client: Client, file: Path, path: str) -> None:
    call_command("import_issues", str(file), verbosity=0, stdout=io.StringIO())
    issue = Issue.objects.get()
    if path in FEEDS:
        content = read(client, path).entries[0].content[0].value
    else:
        content = client.get(path).json()["items"][0]["content_html"]

    assert to_line(content).split() == " ".join(said(issue)).split()


@pytest.mark.parametrize("path", FEEDS)
def test_titles_are_the_words_that_were_written(client: Client, path: str) -> None:
    make_rich()
    root = ElementTree.fromstring(client.get(path).content)

    titles = [element.text for element in root.iter() if element.tag.rpartition("}")[2] == "title"]
    assert titles == [current().name, TITLE]


@pytest.mark.parametrize("path", FEEDS)
def test_it_says_what_it_is_and_where(client: Client, path: str) -> None:
    publication = current()
    publication.language, publication.tagline = "pt-BR", "Words & links"
    publication.save()
    make_published(7)
    feed = read(client, path).feed

    assert feed.title == publication.name
    assert feed.subtitle == "Words & links"
    assert feed.link == "http://127.0.0.1:8000/"
    assert feed.language == "pt-BR"
    itself = [link.href for link in feed.links if link.rel == "self"]
    assert itself == [f"http://127.0.0.1:8000{path}"]


def test_atom_has_what_rfc_4287_asks_for(client: Client) -> None:
    make_rich()
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(client.get("/feeds/issues.atom").content)
    entry = root.find(f"{atom}entry")
    assert entry is not None

    for element in (root, entry):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{atom}{name}")) == 1
    assert root.find(f"{atom}author/{atom}name") is not None
    content = entry.find(f"{atom}content")
    assert content is not None
    assert content.get("type") == "html"


@pytest.mark.parametrize("path", [*FEEDS, "/feeds/issues.json"])
def test_the_ten_newest_come_newest_first_and_dated(client: Client, path: str) -> None:
    for number in range(1, 13):
        make_published(number)

    body = client.get(path).content.decode()

    numbers = list(dict.fromkeys(re.findall(r"/issues/(\d+)/", body)))
    assert numbers == [str(number) for number in range(12, 2, -1)]
    if path in FEEDS:
        assert read(client, path).entries[0].published_parsed[:5] == NOW.timetuple()[:5]


@pytest.mark.parametrize("path", [*FEEDS, "/feeds/issues.json"])
def test_an_empty_feed_is_a_feed_and_none_holds_a_token(client: Client, path: str) -> None:
    if path in FEEDS:
        assert read(client, path).entries == []
    make_published(7)

    assert TOKEN not in client.get(path).content.decode()


def test_json_feed_has_the_same_issues(client: Client) -> None:
    content = make_rich()
    response = client.get("/feeds/issues.json")
    feed = json.loads(response.content)

    assert response["Content-Type"] == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://127.0.0.1:8000/feeds/issues.json"
    (item,) = feed["items"]
    assert (item["id"], item["title"]) == ("http://127.0.0.1:8000/issues/7/", TITLE)
    assert (item["content_html"], item["summary"]) == (content, "AT&T, in <a> sentence")
    assert item["date_published"] == NOW.isoformat()


def test_pages_lead_to_the_feeds(client: Client) -> None:
    page = client.get("/").content.decode()

    for path in [*FEEDS, "/feeds/issues.json"]:
        assert re.search(rf'<link rel="alternate"[^>]*href="{path}"', page)


def test_a_control_character_in_a_title_does_not_break_the_feed(client: Client) -> None:
    make_published(7, title="Bell \x07 rings")

    assert read(client, FEEDS[0]).entries[0].title == "Bell rings"
