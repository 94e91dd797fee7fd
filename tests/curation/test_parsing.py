"""Feeds of every format and every mess, as values. The files are in tests/data/feeds."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from curation.parsed import MAX_ENTRIES, NotAFeedError, ParsedEntry, ParsedFeed
from curation.parsing import parse

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
HERE = "https://feeds.example/the/feed.xml"


def read(name: str, content_type: str = "application/xml") -> ParsedFeed:
    return parse((FEEDS / name).read_bytes(), content_type, HERE)


def by_title(feed: ParsedFeed) -> dict[str, ParsedEntry]:
    return {entry.title: entry for entry in feed.entries}


def refusal(body: bytes) -> str:
    with pytest.raises(NotAFeedError) as refused:
        parse(body, "text/html", HERE)
    return str(refused.value)


def test_it_reads_rss() -> None:
    feed = read("rss20.xml")
    first, second = feed.entries

    assert (feed.format, feed.title, feed.language) == ("RSS 2.0", "The Quiet Query", "en-gb")
    assert feed.site_url == "https://quiet.example/"
    assert first.title == "Ten ways to count rows & three to be right"
    assert first.raw_title == "Ten ways to count rows &amp; three to be right"
    assert first.url == "https://quiet.example/counting/?utm_source=rss&utm_medium=feed"
    assert (first.guid, first.author) == ("quiet-10", "Ines Okafor")
    assert first.tags == ("databases", "django")
    assert first.published_at == datetime(2026, 11, 17, 7, 30, tzinfo=UTC)
    assert first.raw_date == "Tue, 17 Nov 2026 08:30:00 +0100"
    assert second.author == "Ines Okafor", "without the mail address"


def test_it_takes_the_blurb_from_the_first_sentences() -> None:
    first, second = read("rss20.xml").entries

    assert first.blurb == (
        "Counting is slow. Most of the time you do not need it. Here is when you do!"
    )
    assert second.blurb == "What the planner believes.", "without what blog software adds"


def test_it_cleans_html_and_makes_its_links_whole() -> None:
    html = read("rss20.xml").entries[0].html

    assert 'href="https://quiet.example/older/"' in html
    assert 'src="https://quiet.example/counting/chart.png"' in html
    assert "alert" not in html


def test_it_reads_atom() -> None:
    feed = read("atom.xml")
    first, second = feed.entries

    assert (feed.format, feed.title, feed.language) == ("Atom 1.0", "Werkbank", "de")
    assert first.title == "Formulare ohne Tränen"
    assert first.url == "https://werkbank.example/blog/formulare/"
    assert 'href="https://werkbank.example/blog/teil-2/"' in first.html
    assert (first.author, first.tags, first.language) == ("Jörg Weiß", ("Formulare",), "de")
    assert first.published_at == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    assert second.published_at == datetime(2026, 11, 10, 10, 0, tzinfo=UTC), "from updated"
    assert second.author == "Gast & Freunde"
    assert second.blurb == "Ruhe: 1 < 2 Wochen."


def test_it_reads_rdf() -> None:
    feed = read("rdf.xml")

    assert feed.format == "RSS 1.0"
    assert feed.entries[0].title == "django-ledger 3.1"
    assert feed.entries[0].url == "https://depot.example/p/1"
    assert feed.entries[0].published_at == datetime(2026, 11, 15, 7, 0, tzinfo=UTC)


def test_it_reads_json_feed() -> None:
    feed = read("feed.json", "application/feed+json")
    third, second, first = feed.entries

    assert (feed.format, feed.title, feed.language) == ("JSON Feed 1.1", "Small Hours", "en")
    assert (third.guid, third.url) == ("3", "https://feeds.example/third")
    assert (third.title, third.author) == ("Third & last", "Noor Haddad")
    assert third.tags == ("life", "7")
    assert third.published_at == datetime(2026, 11, 17, 3, 0, tzinfo=UTC)
    assert third.blurb == "Goodbye, all. It was fun."
    assert second.title == "No title here, only words < markup. And a second line."
    assert (second.url, second.author) == ("https://small.example/second", "Guest")
    assert second.published_at == datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
    assert second.media_type == "audio/mpeg"
    assert (first.url, first.blurb) == ("https://elsewhere.example/story", "Seen elsewhere.")


def test_it_reads_a_feed_by_its_content_not_by_its_type() -> None:
    for content_type in ("text/html", "text/plain; charset=utf-16", "application/octet-stream", ""):
        assert len(read("rss20.xml", content_type).entries) == 2
        assert len(read("feed.json", content_type).entries) == 3


def test_it_keeps_an_entry_without_a_link() -> None:
    entry = by_title(read("odd-items.xml"))["No link"]

    assert (entry.url, entry.guid) == ("", "o-1")


def test_it_never_leaves_a_title_empty() -> None:
    titles = {entry.url: entry.title for entry in read("odd-items.xml").entries}

    assert titles["https://odds.example/no-title"] == "First words stand in for a title."
    assert titles["https://odds.example/only-markup"] == "odds.example"
    assert all(titles.values())


@pytest.mark.parametrize("title", ["No date", "From before the web", "A date that is none"])
def test_it_believes_no_date_that_cannot_be(title: str) -> None:
    assert by_title(read("odd-items.xml"))[title].published_at is None


def test_it_keeps_the_date_as_written() -> None:
    entries = by_title(read("odd-items.xml"))

    assert entries["A date that is none"].raw_date == "some day soon"
    assert entries["From the future"].raw_date == "Fri, 31 Dec 2999 23:59:59 GMT"


@pytest.mark.parametrize("title", ["Runs when clicked", "Data link"])
def test_it_drops_a_link_that_runs_and_keeps_the_entry(title: str) -> None:
    assert by_title(read("odd-items.xml"))[title].url == ""


def test_it_makes_links_whole() -> None:
    entries = by_title(read("odd-items.xml"))

    assert entries["Relative link"].url == "https://feeds.example/relative/?a=1&b=2"
    assert entries["Spaces and umlauts"].url == (
        "https://xn--bcher-kva.example/ein%20pfad%7C%C3%BC"
    )
    assert entries["Episode 1"].url == "https://odds.example/1.mp3", "what is attached"


def test_it_keeps_what_stands_before_the_damage() -> None:
    feed = read("truncated.xml")

    assert [entry.title for entry in feed.entries][:2] == ["Whole", "Also whole"]
    assert feed.warning.startswith("The XML is damaged at line 5")


def test_it_reads_html_entities_and_bare_ampersands() -> None:
    one, two = read("bare-ampersand.xml").entries

    assert (one.title, two.title) == ("One – two", "AT&T and others")
    assert one.url == "https://nearly.example/1?a=1&b=2"
    assert two.blurb == "Fine … mostly."


def test_it_reads_past_blank_lines_and_text_around_the_feed() -> None:
    feed = read("blank-lines-first.xml")

    assert [entry.title for entry in feed.entries] == ["Fine"]


def test_it_takes_an_empty_feed_for_one() -> None:
    feed = read("no-items.xml")

    assert (feed.title, feed.entries, feed.warning) == ("Just opened", (), "")


def test_it_is_not_blown_up() -> None:
    began = time.monotonic()
    feed = read("bomb.xml")

    assert time.monotonic() - began < 3
    assert len(feed.entries[0].raw_title) < 1000
    hostname = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "?"
    assert hostname not in feed.entries[0].raw_title


def test_it_reads_no_file_and_no_address(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes((FEEDS / "rss20.xml").read_bytes())

    assert refusal(str(feed).encode()) == "This is neither XML nor JSON."
    assert refusal(b"http://127.0.0.1:9/feed.xml") == "This is neither XML nor JSON."


def test_it_says_what_is_no_feed() -> None:
    assert refusal(b"") == refusal(b" \n ") == "The answer is empty."
    assert refusal((FEEDS / "page.html").read_bytes()) == "This is a web page, not a feed."
    assert refusal((FEEDS / "challenge.html").read_bytes()) == (
        "The site answers with a challenge for browsers, not with the feed."
    )
    assert refusal((FEEDS / "list.opml").read_bytes()).startswith("This is an OPML list")
    assert refusal(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "This is not a feed."
    assert refusal(b"GIF89a") == "This is neither XML nor JSON."
    assert refusal(b'{"error": "not found"}') == (
        "This is JSON, but not a JSON Feed: it has no list of items."
    )
    assert refusal(b'{"items": [') == "This is not JSON that can be read."
    assert refusal(b'{"items": ' + b"[" * 100_000) == "This is not JSON that can be read."
    assert refusal(b'{"items": [{"id": NaN}]}') == "This is not JSON that can be read."


def test_it_says_when_a_feed_is_damaged_beyond_reading() -> None:
    body = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</ti'

    assert refusal(body) == "The XML is damaged at line 1; no entry could be read."


def test_it_reads_no_more_than_it_says() -> None:
    item = "<item><title>n</title><link>https://a.example/{}</link></item>"
    items = "".join(item.format(n) for n in range(MAX_ENTRIES + 1))
    feed = parse(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "", HERE)

    assert len(feed.entries) == MAX_ENTRIES
    assert feed.warning == "Of its 501 entries only the first 500 were read."


def test_it_strips_control_characters_from_every_field() -> None:
    dirt = "a&#8;b\x0bc\x00&#x202E;d"
    body = f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>{dirt}</title><item><title>{dirt}</title><guid>{dirt}</guid><link>https://a.example/{dirt}</link>
    <dc:creator>{dirt}</dc:creator><category>{dirt}</category><pubDate>{dirt}</pubDate>
    <description>{dirt} and more</description></item></channel></rss>"""
    feed = parse(body.encode(), "", HERE)
    entry = feed.entries[0]

    for text in (feed.title, entry.title, entry.raw_title, entry.guid, entry.url, entry.author,
                 *entry.tags, entry.raw_date, entry.html, entry.blurb):  # fmt: skip
        assert text
        assert not set(text) & set("\x08\x0b\x00\u202e"), text


def test_it_leaves_quoted_text_as_it_is() -> None:
    item = """<item><title><![CDATA[Q&A &amp; more]]></title><guid>1</guid>
    <link><![CDATA[https://a.example/?a=1&b=2]]></link></item>"""
    [entry] = parse(
        f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), "", HERE
    ).entries

    assert (entry.title, entry.url) == ("Q&A & more", "https://a.example/?a=1&b=2")


def test_it_cuts_what_is_made_to_be_slow() -> None:
    big = "&lt;zz " * 200_000
    item = f"<title>{big}</title><description>{big}</description><category>{big}</category>"
    began = time.process_time()
    body = f"<rss version='2.0'><channel><title>{big}</title><item>{item}</item></channel></rss>"
    feed = parse(body.encode(), "", HERE)

    assert time.process_time() - began < 10
    assert len(feed.title) <= 300
    assert len(feed.entries[0].title) <= 500
    assert len(feed.entries[0].tags[0]) <= 60
