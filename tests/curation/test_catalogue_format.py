"""Bad input, B: documents that are broken, old, odd, or made to harm. Parsed as they would be."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from curation.identity import entry_identity
from curation.intake import RAW_LENGTH, take_in
from curation.models import Entry
from curation.parsed import MAX_ENTRIES, NotAFeedError, ParsedFeed
from curation.parsing import parse
from tests.makers import NOW, make_feed
from tests.web import Web

HERE = "https://feeds.example/feed"


def read(text: str | bytes, content_type: str = "application/xml") -> ParsedFeed:
    return parse(text.encode() if isinstance(text, str) else text, content_type, HERE)


def rss(items: str, prolog: str = "") -> str:
    return f"{prolog}<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>"


def item(n: int = 1, more: str = "") -> str:
    return f"<item><title>Item {n}</title><link>https://a.example/{n}</link>{more}</item>"


def titles(feed: ParsedFeed) -> list[str]:
    return [entry.title for entry in feed.entries]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "B1 billion laughs": (f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
    "B2 quadratic": (f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 5_000),
    "B3 a file": ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
    "B3 an address": ('<!DOCTYPE r [<!ENTITY x SYSTEM "WEB/x">]>', "&x;"),
    "B4 a parameter": ('<!DOCTYPE r [<!ENTITY % p SYSTEM "WEB/p.dtd"> %p;]>', "&x;"),
    "B4 a document type": ('<!DOCTYPE rss SYSTEM "WEB/rss.dtd">', ""),
}


@pytest.fixture
def listening(web: Web) -> Iterator[Web]:
    """A server that nobody may ask for anything."""
    yield web
    assert web.asked == []


@pytest.mark.parametrize(("prolog", "body"), BOMBS.values(), ids=BOMBS)
def test_an_entity_is_neither_unfolded_nor_fetched(listening: Web, prolog: str, body: str) -> None:
    began = time.process_time()
    text = rss(item(1, f"<description>{body}</description>"), prolog.replace("WEB", listening.base))
    try:
        entries = read(text).entries
    except NotAFeedError:
        entries = ()

    assert time.process_time() - began < 5, "seconds of work"
    for entry in entries:
        assert len(entry.html) < 300_000
        assert "root" not in entry.html


def test_b5_a_feed_with_all_its_archive_is_cut_and_says_so() -> None:
    feed = read(rss("".join(map(item, range(2_000)))))

    assert titles(feed) == [f"Item {n}" for n in range(MAX_ENTRIES)]
    assert feed.warning == "Of its 2000 entries only the first 500 were read."


@pytest.mark.parametrize("inside", ["channel", "description"])
def test_b6_nesting_breaks_no_recursion(inside: str) -> None:
    deep = "<a>" * 20_000 + "</a>" * 20_000
    items = (
        item(1, f"<description>{deep}</description>") if inside == "description" else item() + deep
    )

    assert "Item 1" in titles(read(rss(items)))


@pytest.mark.django_db
def test_b7_a_megabyte_is_cut_but_told_apart() -> None:
    big = "g" * 1_000_000
    feed = read(rss(item(1, f"<guid>{big}1</guid>") + item(2, f"<guid>{big}2</guid>")))
    long_title = replace(feed.entries[0], title="t" * 500, raw_title=big)
    take_in(make_feed(), replace(feed, entries=(long_title, *feed.entries[1:])), NOW)

    assert Entry.objects.count() == 2
    assert {len(entry.guid) for entry in Entry.objects.all()} == {RAW_LENGTH}
    assert entry_identity(big + "1", "", "", "") != entry_identity(big + "2", "", "", "")
    assert len(read(rss(f"<item><title>{big}</title></item>")).entries[0].title) <= 500


DAMAGED = {
    "B8 a prefix nobody declared": (item(1, "<x:y>z</x:y>") + item(2), ["Item 1", "Item 2"]),
    "B9 ampersands": (item(1, "<description>AT&T &nbsp;</description>"), ["Item 1"]),
    "B10 cut in an item": (item(1) + "<item><title>Half a ti", ["Item 1"]),
}


@pytest.mark.parametrize(("items", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_what_can_be_read_of_a_damaged_feed_is_kept(items: str, expected: list[str]) -> None:
    text = rss(items)
    feed = read(text.partition(" a ti")[0])

    assert titles(feed)[: len(expected)] == expected
    assert bool(feed.warning) == ("&" not in items), "what is mended is no damage"


AROUND = {
    "B11 blank lines first": "\n\n \t" + rss(item()),
    "B11 a mark first": "\ufeff" + rss(item()),
    "B11 blank lines and a prolog": "\n<?xml version='1.0'?>" + rss(item()),
    "B12 text after": rss(item()) + "\nServed in 0.2 s",
    "B12 a comment after": rss(item()) + "<!-- cached -->",
    "B13 two roots": rss(item()) + rss(item(2)),
}


@pytest.mark.parametrize("text", AROUND.values(), ids=AROUND)
def test_what_stands_around_a_feed_does_not_hide_it(text: str) -> None:
    assert titles(read(text))[0] == "Item 1"


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PLAIN = f"<channel><title>F</title>{item()}</channel>"
OLD_ITEM = "<title>Item 1</title><link>https://a.example/1</link>"
FORMATS = {
    "RSS 0.90": f"<r:RDF xmlns:r='{RDF}' xmlns='http://my.netscape.com/rdf/simple/0.9/'>"
    f"<channel><title>F</title></channel><item>{OLD_ITEM}</item></r:RDF>",
    "RSS 0.91": f"<rss version='0.91'>{PLAIN}</rss>",
    "RSS 0.92": f"<rss version='0.92'>{PLAIN}</rss>",
    "RSS 0.93": f"<rss version='0.93'>{PLAIN}</rss>",
    "RSS 0.94": f"<rss version='0.94'>{PLAIN}</rss>",
    "RSS 2.0": f"<rss version='2.0'>{PLAIN}</rss>",
    "RSS 1.0": f"<r:RDF xmlns:r='{RDF}' xmlns='http://purl.org/rss/1.0/'>"
    f"<channel><title>F</title></channel><item>{OLD_ITEM}</item></r:RDF>",
    "Atom 0.3": "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>F</title><entry>"
    "<title>Item 1</title><link rel='alternate' href='https://a.example/1'/></entry></feed>",
    "Atom 1.0": "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry>"
    "<title>Item 1</title><link href='https://a.example/1'/></entry></feed>",
    "CDF": "<Channel><Title>F</Title><Item Href='https://a.example/1'><Title>Item 1</Title></Item>"
    "</Channel>",
    "JSON Feed 1.0": '{"version": "https://jsonfeed.org/version/1", "items":'
    ' [{"id": "1", "title": "Item 1", "url": "https://a.example/1"}]}',
    "JSON Feed 1.1": '{"version": "https://jsonfeed.org/version/1.1", "items":'
    ' [{"id": "1", "title": "Item 1", "url": "https://a.example/1"}]}',
}


@pytest.mark.parametrize(("name", "text"), FORMATS.items(), ids=FORMATS)
@pytest.mark.parametrize("content_type", ["application/xml", "text/html", "text/plain", ""])
def test_b14_every_format_is_read_and_named_whatever_it_is_served_as(
    name: str, text: str, content_type: str
) -> None:
    feed = read(text, content_type)

    assert feed.format.removesuffix(" (Userland)") == name
    assert [(entry.title, entry.url) for entry in feed.entries] == [
        ("Item 1", "https://a.example/1")
    ]


def test_b15_items_outside_the_channel_are_read() -> None:
    text = f"<rss version='2.0'><channel><title>F</title></channel>{item(1)}{item(2)}</rss>"

    assert titles(read(text)) == ["Item 1", "Item 2"]


def test_b16_atom_without_ids_is_told_apart_by_address() -> None:
    [entry] = read(FORMATS["Atom 1.0"]).entries

    assert (entry.guid, entry.url) == ("", "https://a.example/1")


ODD_JSON = {
    "B18 no items": ('{"title": "F"}', "it has no list of items"),
    "B18 items that are no list": ('{"items": {"id": 1}}', "it has no list of items"),
    "B20 not a number": ('{"items": [{"id": NaN}]}', "not JSON that can be read"),
    "B20 ten thousand deep": ('{"items": ' + "[" * 10_000, "not JSON that can be read"),
    "B20 ten thousand deep and whole": (
        '{"items": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "not JSON that can be read",
    ),
    "B20 a list": ("[]", "neither XML nor JSON"),
}


@pytest.mark.parametrize(("text", "reason"), ODD_JSON.values(), ids=ODD_JSON)
def test_json_that_is_no_feed_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(NotAFeedError, match=re.escape(reason)):
        read(text)


def test_b19_odd_json_values_are_read_as_far_as_they_go() -> None:
    feed = read('{"items": [{"id": 7, "id": 8, "title": 9, "url": null, "tags": "x"}, 3, null]}')

    [entry] = feed.entries
    assert (entry.guid, entry.title, entry.url, entry.tags) == ("8", "9", "", ())


@pytest.mark.parametrize("count", [1, 50])
def test_it_invents_nothing_that_a_feed_does_not_say(count: int) -> None:
    """Beside the title, which is never empty, since a link without words cannot be clicked."""
    for text in (rss("<item/>" * count), '{"items": [' + ",".join(["{}"] * count) + "]}"):
        try:
            entries = read(text).entries
        except NotAFeedError:
            continue
        for entry in entries:
            assert entry.title == "feeds.example"
            assert replace(entry, title="") == replace(type(entry)(title=""), raw_title="")
