"""Which spellings are one story, and which entries are one entry."""

import re

import pytest

from curation import identity
from curation.identity import (
    address_identity,
    canonical_url,
    entry_identity,
    untracked,
    web_address,
)

POST = "https://example.com/post"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://example.com/post",
        "http://example.com/post",
        "https://www.example.com/post/",
        "HTTP://WWW.EXAMPLE.COM:80/post",
        "https://example.com:443/post#comments",
        "https://example.com/a/../post",
        "https://example.com/%70ost",
        "https://example.com/post?utm_source=rss&utm_medium=feed",
        "https://example.com/post?fbclid=abc&gclid=d&ref=newsletter",
        "https://example.com/post?source=rss----abc---4",
        "https://example.com/post?",
    ],
)
def test_it_folds_the_spellings_of_an_address(spelling: str) -> None:
    assert canonical_url(spelling) == POST
    assert address_identity(spelling) == address_identity(POST)


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/Post",
        "https://example.com/post?id=1",
        "https://example.com/post?page=2",
        "https://example.com/post.html",
        "https://example.com:8000/post",
        "https://blog.example.com/post",
        "https://example.com/post#!/part/2",
        "https://example.com/post?source=chapter-2",
        "https://example.com/post?reference=1",
    ],
)
def test_it_keeps_different_stories_apart(other: str) -> None:
    assert address_identity(other) != address_identity(POST)


def test_it_does_not_mind_the_order_of_parameters() -> None:
    assert canonical_url(f"{POST}?b=2&a=1") == canonical_url(f"{POST}?a=1&utm_id=9&b=2")


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("/x?a=1&b=2", "https://base.example/x?a=1&b=2"),
        (" https://a.example/b c|d ", "https://a.example/b%20c%7Cd"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://a.example/%C3%BC", "https://a.example/%C3%BC"),
        ("//a.example/x", "https://a.example/x"),
        ("https://a.example/\u202ex\x00y", "https://a.example/xy"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@b.example", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        (" ", ""),
        ("http://[::1", ""),
        ("https://a.example:99999/", ""),
    ],
)
def test_it_makes_web_addresses_whole_and_drops_the_others(href: str, whole: str) -> None:
    assert web_address(href, "https://base.example/feed.xml") == whole


def test_it_knows_an_entry_by_its_guid_first() -> None:
    said = entry_identity("tag:1", POST, "Title", "Monday")

    assert said == entry_identity("tag:1", "https://moved.example/", "New title", "Tuesday")
    assert said != entry_identity("tag:2", POST, "Title", "Monday")


def test_it_folds_the_scheme_and_www_of_a_guid() -> None:
    assert entry_identity("http://www.example.com/1", "", "", "") == entry_identity(
        "https://example.com/1", "", "", ""
    )
    assert entry_identity(f"{POST}#1", "", "", "") != entry_identity(f"{POST}#2", "", "", "")


def test_it_knows_an_entry_without_guid_by_its_address() -> None:
    assert entry_identity("", POST, "Title", "") == entry_identity("", f"{POST}/", "Other", "")
    assert entry_identity("", f"{POST}#a", "", "") != entry_identity("", f"{POST}#b", "", "")


def test_it_knows_an_entry_without_both_by_title_and_date() -> None:
    said = entry_identity("", "", "Title", "Monday")

    assert said == entry_identity("", "", "Title", "Monday")
    assert said != entry_identity("", "", "Title", "Tuesday")
    assert said != entry_identity("", "", "Title", "Monday", 1)


def test_it_takes_any_text() -> None:
    assert entry_identity("x" * 1_000_000 + "\ud800", "", "", "")


def test_what_is_shown_loses_its_trackers_and_nothing_else() -> None:
    assert untracked("https://a.example/p/?b=2&utm_source=rss&a=1#x") == (
        "https://a.example/p/?b=2&a=1#x"
    )
    assert untracked("http://www.a.example/p?utm_medium=feed") == "http://www.a.example/p"
    assert untracked("https://a.example/?q=a%20b&&c") == "https://a.example/?q=a%20b&&c"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/", "http://sub.example.com/a/b.html?x=1&y=%20", "https://a-b.example/~u/",
        "https://example.com/a?", "https://example.com", "https://EXAMPLE.com/", "https://-a.example/",
        "https://a..b/", "https://user@example.com/", "https://example.com:80/x", "http:///x",
        f"https://{'a' * 64}.example/", "https://example.com/a b", "https://example.com/a;b",
    ],
)  # fmt: skip
def test_it_takes_a_plain_address_as_it_stands(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short way and the long one lead to the same address."""
    short = web_address(address, "https://blog.example/feed")
    monkeypatch.setattr(identity, "PLAIN", re.compile("(?!)"))
    assert short == web_address(address, "https://blog.example/feed")
