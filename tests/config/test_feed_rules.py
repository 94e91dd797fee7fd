"""Every feed by the rules: RSS 2.0, RFC 4287, JSON Feed 1.1, OPML 2.0, sitemaps.org."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from django.test import Client

from digest.models import LinkBlock, PublishedItem
from publication.masthead import current
from tests.digest.issues import make_published
from tests.site import make_site

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DAYS, MONTHS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
RFC_822 = re.compile(rf"({DAYS}), \d\d ({MONTHS}) \d{{4}} \d\d:\d\d:\d\d ([+-]\d{{4}}|GMT)")
ATOMS = ["/feeds/issues.atom", "/feeds/sections/news.atom", "/feeds/planet.atom"]


def rss_faults(body: str) -> list[str]:
    (channel,) = ElementTree.fromstring(body).findall("channel")
    said = [f"no {name}" for name in ("title", "link", "description") if not _text(channel, name)]
    said += [f"no own address {body[:80]}"] * (_link(channel, "self") == "")
    said += [] if RFC_822.fullmatch(_text(channel, "lastBuildDate")) else ["lastBuildDate"]
    items = channel.findall("item")
    for item in items:
        said += [
            f"no {name}" for name in ("title", "link", "guid", CONTENT) if not _text(item, name)
        ]
        date = _text(item, "pubDate")
        said += [] if RFC_822.fullmatch(date) and parsedate_to_datetime(date) else [f"date {date}"]
        guid = item.find("guid")
        if guid is not None and guid.get("isPermaLink") != "false":
            said += _not_whole(guid.text or "")
        said += _not_whole(_text(item, "link"), *_addresses(_text(item, CONTENT)))
    return said + _repeated([_text(item, "guid") for item in items])


def atom_faults(body: str) -> list[str]:
    feed = ElementTree.fromstring(body)
    entries = feed.findall(f"{ATOM}entry")
    # The planet speaks the languages of its sources.
    speaks = feed.get(LANG) or _link(feed, "self").endswith("planet.atom")
    said = [] if feed.tag == f"{ATOM}feed" and speaks else ["no feed, or no language"]
    said += [] if feed.find(f"{ATOM}author/{ATOM}name") is not None else ["no author"]
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            said += [] if len(one.findall(ATOM + name)) == 1 else [f"not one {name}"]
        said += [] if urlsplit(_text(one, f"{ATOM}id")).scheme else ["id is no IRI"]
        for stamp in [*one.findall(f"{ATOM}updated"), *one.findall(f"{ATOM}published")]:
            said += [] if RFC_3339.fullmatch(stamp.text or "") else [f"date {stamp.text}"]
        said += _not_whole(_link(one, "alternate"))
        content = one.findtext(f"{ATOM}content") or ""
        said += _not_whole(*_addresses(content))
    said += _not_whole(_link(feed, "self"))
    kinds = {str(one.get("type")) for one in feed.iter(f"{ATOM}content")}
    said += [] if kinds <= {"html"} else [f"content {kinds}"]
    return said + _repeated([_text(one, f"{ATOM}id") for one in (feed, *entries)])


def json_faults(body: str) -> list[str]:
    feed = json.loads(body)
    known = {"version", "title", "description", "language", "home_page_url", "feed_url", "authors",
             "items"}  # fmt: skip
    item_keys = {"id", "url", "title", "summary", "content_html", "date_published", "image",
                 "date_modified"}  # fmt: skip
    said = [f"unknown {key}" for key in feed.keys() - known]
    said += [] if feed["version"] == "https://jsonfeed.org/version/1.1" else ["version"]
    said += [] if feed["title"] and isinstance(feed["items"], list) else ["title or items"]
    said += [] if all(set(one) <= {"name", "url", "avatar"} for one in feed["authors"]) else ["who"]
    said += _not_whole(feed["home_page_url"], feed["feed_url"])
    for item in feed["items"]:
        said += [f"unknown {key}" for key in item.keys() - item_keys]
        said += [] if isinstance(item["id"], str) and item["content_html"] else ["id or content"]
        for key in ("date_published", "date_modified"):
            said += [] if RFC_3339.fullmatch(item[key]) else [f"{key} {item[key]}"]
        said += _not_whole(item["url"], *_addresses(item["content_html"]))
    return said + _repeated([item["id"] for item in feed["items"]])


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _link(element: Element, rel: str) -> str:
    links = element.findall(f"{ATOM}link")
    return next((one.get("href", "") for one in links if one.get("rel", "alternate") == rel), "")


def _addresses(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]*)"', html)


def _not_whole(*addresses: str) -> list[str]:
    return [f"no whole address: {one!r}" for one in addresses if not re.match("https?://[^/]", one)]


def _repeated(ids: list[str]) -> list[str]:
    return [] if len(ids) == len(set(ids)) else ["an id twice"]


FORMATS: list[tuple[str, Callable[[str], list[str]]]] = [
    ("/feeds/issues.rss", rss_faults),
    ("/feeds/issues.json", json_faults),
    *((path, atom_faults) for path in ATOMS),
    ("/feeds/sections/news.rss", rss_faults),
    ("/feeds/sections/news.json", json_faults),
]


@pytest.mark.parametrize(("path", "faults"), FORMATS)
def test_a_feed_keeps_the_rules_of_its_format(
    client: Client, path: str, faults: Callable[[str], list[str]]
) -> None:
    make_site()
    body = client.get(path).text

    assert faults(body) == []
    assert body.count("A link with") + body.count("News of it") + body.count("Said today") > 0


@pytest.mark.parametrize(("path", "faults"), [*FORMATS[:3], FORMATS[4]])
def test_an_empty_feed_keeps_them_too(
    client: Client, path: str, faults: Callable[[str], list[str]]
) -> None:
    assert faults(client.get(path).text) == []


def test_a_breach_is_seen(client: Client) -> None:
    make_site()
    rss, atom, feed = (client.get(f"/feeds/issues.{kind}").text for kind in ("rss", "atom", "json"))

    assert rss_faults(rss.replace("<pubDate>Fri", "<pubDate>Freitag"))
    assert rss_faults(rss.replace("http://127.0.0.1:8000/issues/7/</guid>", "7</guid>"))
    assert atom_faults(atom.replace("2026-11-20T", "20.11.2026 "))
    assert atom_faults(atom.replace("http://127.0.0.1:8000/issues/7/", "/issues/7/"))
    assert json_faults(feed.replace("/issues/8/", "/issues/7/"))


@pytest.mark.parametrize("path", [path for path, _ in FORMATS])
def test_ids_outlive_a_new_name_and_new_words(client: Client, path: str) -> None:
    make_site()
    before = ids(client.get(path).text)
    masthead = current()
    masthead.name = "Another name"
    masthead.save()
    LinkBlock.objects.update(title="Other words")
    PublishedItem.objects.update(title="Other words", url="https://example.com/moved")

    assert ids(client.get(path).text) == before
    assert before


def ids(body: str) -> list[str]:
    return re.findall(r'<(?:id|guid[^>]*)>([^<]+)<|"id": "([^"]+)"', body)


def test_the_list_of_feeds_is_opml(client: Client) -> None:
    make_site()
    opml = ElementTree.fromstring(client.get("/planet.opml").content)
    outlines = [one for one in opml.iter("outline") if one.get("xmlUrl")]

    assert (opml.tag, opml.get("version")) == ("opml", "2.0")
    assert _text(opml, "head/title")
    assert len(outlines) == 2
    assert all(one.get("text") and one.get("type") == "rss" for one in outlines)


def test_the_site_map_names_every_issue_once_by_its_whole_address(client: Client) -> None:
    make_site()
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    urls = ElementTree.fromstring(client.get("/sitemap.xml").content).findall("s:url", names)
    places = [url.findtext("s:loc", "", names) for url in urls]
    stamps = [one.text or "" for url in urls for one in url.findall("s:lastmod", names)]

    assert [*_not_whole(*places), *_repeated(places)] == []
    assert sum("/issues/" in place for place in places) == 5
    assert all(datetime.fromisoformat(stamp) for stamp in stamps)


def test_titles_with_markup_do_not_break_the_xml(client: Client) -> None:
    make_published(7, title="]]> <b>&amp;</b> “q”", preheader="]]> & <i>")

    for path, faults in FORMATS[:3]:
        assert faults(client.get(path).text) == []
