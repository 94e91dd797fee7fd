"""What a page says of itself is read, cleaned, and left empty rather than guessed."""

import json

import pytest

from curation.pagefacts import PageFacts, read_page

URL = "https://blog.example/post"


def page(head: str, lang: str = "en") -> PageFacts:
    return read_page(f'<!doctype html><html lang="{lang}"><head>{head}</head><body>x', URL)


def test_it_reads_what_a_page_says() -> None:
    facts = page(
        """<title>Testing views | A Blog</title>
        <meta property="og:title" content="Testing &amp; views">
        <meta property="og:site_name" content="A Blog"><meta property="og:type" content="article">
        <meta property="og:image" content="/card.png"><meta name="author" content="By Ines B.">
        <meta name="description" content="Count them. Keep them low. Sleep well. Repeat.">
        <link rel="canonical" href="/2026/testing-views/">""",
        lang="de-AT",
    )
    assert facts == PageFacts(
        title="Testing & views",
        raw_title="Testing & views",
        site_name="A Blog",
        description="Count them. Keep them low. Sleep well.",
        author="Ines B.",
        language="de-AT",
        image="https://blog.example/card.png",
        canonical="https://blog.example/2026/testing-views/",
        types=("article",),
    )


def test_it_reads_authors_and_types_from_json_ld() -> None:
    thing = {"@type": ["BlogPosting"], "author": [{"name": "Ines"}, {"name": "Ben"}]}
    graph = json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, thing]})
    facts = page(f'<script type="application/ld+json">{graph}</script>')
    assert (facts.author, facts.types) == ("Ines, Ben", ("WebSite", "BlogPosting"))


@pytest.mark.parametrize(
    "author", ["https://facebook.com/ann", "@ann", "", "   ", "x" * 5000, "<script>x</script>"]
)
def test_it_takes_no_address_for_an_author(author: str) -> None:
    assert page(f'<meta property="article:author" content="{author}">').author in {"", "x"}


def test_a_page_that_names_two_addresses_names_none() -> None:
    twice = '<link rel="canonical" href="/a"><link rel="canonical" href="/b">'
    assert page(twice).canonical == ""
    assert page('<link rel="canonical" href="/a"><link rel="canonical" href="/a">').canonical
    assert page('<link rel="canonical" href="javascript:alert(1)">').canonical == ""


@pytest.mark.parametrize(
    "html",
    [
        "",
        "\x00\ud800" + "<" * 1000,
        "<div>" * 60_000,
        "<title>" + "x" * 200_000,
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@graph": [1, null, {"@type": 7}]}</script>',
        '<script type="application/ld+json">{"author": {"name": {"name": 1}}}</script>',
        '<html lang="' + "x" * 9000 + '"><base href="http://[">',
        '<meta property="og:image" content="data:image/png;base64,xx"><meta content>',
    ],
)
def test_nothing_a_page_says_breaks_it(html: str) -> None:
    facts = read_page(html, URL)
    assert (facts.canonical, facts.image, facts.author, facts.language) == ("", "", "", "")
    assert len(facts.title) <= 500


def test_it_reads_what_stands_before_a_page_turns_hostile() -> None:
    facts = read_page('<meta name="author" content="Ines">' + "<div>" * 60_000, URL)
    assert facts.author == "Ines"


def test_it_says_nothing_where_the_page_says_nothing() -> None:
    assert read_page("<p>Words.", URL) == PageFacts()
