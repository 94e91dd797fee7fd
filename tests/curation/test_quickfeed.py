"""The fast reader says what feedparser says, or nothing: field by field, whatever the feed."""

import copy
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from feedparser.datetimes import _parse_date
from lxml import etree

from curation import parsing, quickfeed
from curation.decoding import decode
from curation.parsed import MAX_ENTRIES, NotAFeedError, ParsedFeed
from curation.quickdates import moment_of

HERE = "https://feeds.example/the/feed.xml"
OURS = Path(__file__).parents[1] / "data" / "feeds"
REAL = Path(__file__).parents[2].parent / "shared" / "feeds" / "real"

# One item of each kind that the quick reader has an opinion about.
PIECES = """
<title>Plain</title> <title type="html">&lt;b&gt;Bold&lt;/b&gt;</title> <title/>
<dc:title>Dublin</dc:title> <media:title>Media</media:title>
<link>https://a.example/?a=1&amp;b=2</link> <link href="/rel" rel="alternate"/> <link/>
<link href="https://a.example/x.mp3" rel="enclosure" type="audio/mpeg"/>
<guid>relative</guid> <guid isPermaLink="false">g-1</guid> <id>tag:a.example,2026:1</id>
<pubDate>Mon, 16 Nov 2026 10:00:00 +0100</pubDate> <dc:date>2026-11-16</dc:date>
<updated>2026-11-16T10:00:00Z</updated> <published>some day</published> <date>2026</date>
<author>Ines</author> <author>i@a.example (Ines)</author> <dc:creator>Jo</dc:creator>
<author><name>Ann</name><email>ann@a.example</email></author> <itunes:author>It</itunes:author>
<author><uri>https://a.example</uri></author> <author>Two <name>Ann</name></author>
<description>&lt;p&gt;Text&lt;/p&gt;</description> <description>caf&#195;&#169; &#146;</description>
<content:encoded><![CDATA[<p>Much more text than that.</p>]]></content:encoded>
<summary>1 &lt; 2</summary> <summary type="html">&lt;i&gt;x&lt;/i&gt;</summary>
<itunes:summary>Long &lt;b&gt;words&lt;/b&gt;</itunes:summary> <content type="html">c</content>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>
<content xml:base="https://b.example/" xml:lang="de_AT">Inhalt</content>
<category>one</category> <category domain="d">one</category> <category term="t" label="l"/>
<category scheme="s"/> <dc:subject>two</dc:subject> <media:keywords>a, b,a</media:keywords>
<itunes:keywords>k, l</itunes:keywords> <media:category>m</media:category>
<enclosure url="https://a.example/a.mp3" type="audio/MPEG"/> <enclosure/>
<source url="https://s.example/">Some source</source>
<source><title>Planet</title><link href="https://p.example/"/><id>p</id></source>
<media:group><media:title>G</media:title><media:description>D</media:description></media:group>
<media:content url="u"><media:thumbnail url="t"/></media:content> <image>i.png</image>
<slash:comments>4</slash:comments> <unheard:of>x</unheard:of> <unheard>x</unheard>
<wrapped><title>Inside</title></wrapped> <comments>https://a.example/#c</comments>
"""
SPACES = """xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:unheard="urn:unheard"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/" """
ATOM_SPACE = 'xmlns="http://www.w3.org/2005/Atom" '


def document(*pieces: str, atom: bool = False) -> bytes:
    inside = "".join(pieces)
    if atom:
        return f"<feed {ATOM_SPACE}{SPACES}><entry>{inside}</entry></feed>".encode()
    return f"<rss version='2.0' {SPACES}><channel><item>{inside}</item></channel></rss>".encode()


def quick(body: bytes) -> quickfeed.Said | None:
    return quickfeed.read(decode(body, "")[0], HERE)


def parsed(body: bytes) -> ParsedFeed | str:
    try:
        return parsing.parse(body, "application/xml", HERE)
    except NotAFeedError as refusal:
        return str(refusal)


def by_feedparser(body: bytes) -> ParsedFeed | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quickfeed, "read", lambda *args: None)
        return parsed(body)


def pieces() -> list[str]:
    tree = etree.fromstring(f"<all {SPACES}>{PIECES}</all>".encode())
    return [etree.tostring(piece, encoding="unicode", with_tail=False) for piece in tree]


def bodies(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        if path.suffix not in {".tsv", ".json", ".html"} and not body.startswith(b"{"):
            yield path.name, body


@pytest.mark.parametrize("name", ["rss20.xml", "atom.xml", "rdf.xml", "odd-items.xml"])
def test_it_reads_feeds_that_are_well_made(name: str) -> None:
    body = (OURS / name).read_bytes()
    said = quick(body)

    assert said
    assert said.entries
    assert parsed(body) == by_feedparser(body)


def test_it_agrees_with_feedparser_on_our_own_feeds() -> None:
    for name, body in bodies(OURS):
        assert parsed(body) == by_feedparser(body), name


@pytest.mark.skipif(not REAL.is_dir(), reason="no real feeds at ../shared/feeds/real")
def test_it_agrees_with_feedparser_on_every_real_feed(capsys: pytest.CaptureFixture[str]) -> None:
    count: Counter[str] = Counter()
    for name, body in bodies(REAL):
        if name.startswith("opml"):
            continue
        if quick(body):
            count["read"] += 1
            assert parsed(body) == by_feedparser(body), name
        else:
            count["handed over"] += 1
    with capsys.disabled():
        sys.stdout.write(f"[of the real feeds {count['read']} read, {count['handed over']} left]")
    assert count["read"] > 5 * count["handed over"]


@pytest.mark.parametrize("atom", [False, True], ids=["rss", "atom"])
def test_it_agrees_with_feedparser_whatever_stands_beside_what(atom: bool) -> None:
    """Every piece alone and pieces in every order: what is read is read the same."""
    dice, known, read = random.Random(7), pieces(), 0
    mixes = [[piece] for piece in known]
    mixes += [dice.choices(known, k=dice.randint(2, 5)) for _ in range(400)]
    for mix in mixes:
        body = document(*mix, atom=atom)
        if quick(body):
            read += 1
            assert parsed(body) == by_feedparser(body), mix
    assert read > len(mixes) / 3


def test_it_agrees_with_feedparser_on_feeds_that_are_turned_over() -> None:
    dice, read = random.Random(8), 0
    roots = [etree.fromstring(body) for name, body in bodies(OURS) if name in SOUND]
    for _ in range(150):
        root = copy.deepcopy(dice.choice(roots))
        for _ in range(3):
            inner = [one for one in root.iter() if one.getparent() is not None]
            one, other = dice.choice(inner), dice.choice(inner)
            if one not in other.iterancestors() and one is not other:
                other.addnext(one if dice.random() < 0.5 else copy.deepcopy(one))
        body = etree.tostring(root)
        if quick(body):
            read += 1
            assert parsed(body) == by_feedparser(body), body
    assert read > 30


SOUND = {"rss20.xml", "atom.xml", "rdf.xml", "odd-items.xml", "journey.xml"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<rss version='2.0'><channel><title>x", id="cut off"),
        pytest.param(b"<rss version='2.0'><channel><title>a & b</title></channel></rss>", id="&"),
        pytest.param(b"<rss><channel><title>&nbsp;</title></channel></rss>", id="HTML entity"),
        pytest.param(b"<!DOCTYPE rss><rss version='2.0'><channel/></rss>", id="document type"),
        pytest.param(b"<?xml version='1.1'?><rss><channel/></rss>", id="XML 1.1"),
        pytest.param(b"<opml><body/></opml>", id="OPML"),
        pytest.param(b"<rss><channel/><channel/></rss>", id="two channels"),
        pytest.param(b"<rss/>", id="no channel"),
        pytest.param(b"<feed xmlns='http://purl.org/atom/ns#' version='0.3'/>", id="Atom 0.3"),
        pytest.param(document("<dc:x xmlns:dc='urn:else'/>"), id="a prefix for another space"),
        pytest.param(document("<title>a<b>c</b></title>"), id="markup in text"),
        pytest.param(document("<title>it&#146;s</title>"), id="Windows characters"),
        pytest.param(document("<content type='image/png'>aGk=</content>"), id="base64"),
    ],
)
def test_it_hands_over_what_it_is_not_certain_of(body: bytes) -> None:
    assert quick(body) is None


def test_it_expands_nothing_and_opens_nothing() -> None:
    assert quick((OURS / "bomb.xml").read_bytes()) is None
    late = document("<title>x</title>").replace(b"<rss", b"<!-- <a --><!DOCTYPE a []><rss", 1)
    assert quick(late) is None


def test_it_does_not_follow_a_document_into_the_deep() -> None:
    assert quick(document("<x:a xmlns:x='urn:x'>" * 300 + "</x:a>" * 300)) is None


def test_it_is_quick_with_documents_made_to_be_slow() -> None:
    groups = "<media:group>" * 100 + "<media:title>x</media:title>" * 2000 + "</media:group>" * 100
    hostile = [
        document(*(f"<category>{n}</category>" for n in range(20_000))),
        document(groups),
        document("<title>" + "&#8217;" * 100_000 + "</title>"),
        document(*(f"<p{n}:a xmlns:p{n}='urn:{n}'/>" for n in range(10_000))),
        document("<link>" + "&amp;" * 100_000 + "</link>"),
    ]
    began = time.process_time()
    for body in hostile:
        quick(body)
    assert time.process_time() - began < 5


def test_it_counts_the_entries_that_are_too_many() -> None:
    items = "<item><title>x</title></item>" * (MAX_ENTRIES + 1)
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    said = quick(body)

    assert said
    assert len(said.entries) == MAX_ENTRIES + 1
    assert parsed(body) == by_feedparser(body)


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 16 Nov 2026 10:00:00 +0100", "6 Oct 2026 10:00:00 GMT", "16 Nov 2026 10:00:00 Z",
        "Xyz, 17 Feb 2026 15:21:57 GMT", "Mon, 16 Nov 2026 24:00:00 GMT",
        "31 Feb 2026 10:00:00 GMT", "Mon, 16 Nov 2026 10:00:60 -0000", "2026-11-16T10:00:00Z",
        "2026-11-16T10:00:00.25+05:30",
        "2026-11-16T24:00:00Z", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+14:00", "2026-11-16",
        "16.11.2026", "",
    ],
)  # fmt: skip
def test_it_reads_dates_as_feedparser_does(date: str) -> None:
    ours, theirs = moment_of(date), _parse_date(date)
    assert (ours and ours[:6]) == (theirs and theirs[:6])
