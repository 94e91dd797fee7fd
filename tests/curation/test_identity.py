"""Which spellings are one story, and which entries are one entry."""

import random
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


SAME = {
    "youtube": [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abc&t=42",
        "https://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ&list=PL1",
        "https://youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    ],
    "reddit": [
        "https://www.reddit.com/r/django/comments/1abc2d/how_we_test/",
        "https://old.reddit.com/r/django/comments/1abc2d",
        "https://redd.it/1abc2d",
        "https://amp.reddit.com/r/Django/comments/1abc2d/how_we_test/?ref=share",
    ],
    "medium": [
        "https://medium.com/@ann/how-we-test-0123456789ab?sk=deadbeef&source=friends_link",
        "https://ann.medium.com/how-we-test-0123456789ab",
        "https://medium.com/p/0123456789ab",
        "https://scribe.rip/@ann/how-we-test-0123456789ab",
    ],
    "x": [
        "https://twitter.com/django/status/1234567890?s=20",
        "https://mobile.twitter.com/django/status/1234567890",
        "https://x.com/django/status/1234567890/photo/1",
        "https://nitter.net/django/status/1234567890",
    ],
    "arxiv": [
        "https://arxiv.org/abs/2401.12345",
        "http://arxiv.org/pdf/2401.12345v2",
        "https://arxiv.org/pdf/2401.12345.pdf",
        "https://export.arxiv.org/abs/2401.12345v1",
    ],
    "github": [
        "https://github.com/Django/django",
        "https://github.com/django/django.git",
        "https://github.com/django/django/?tab=readme-ov-file#readme",
        "https://github.com/django/django/tree/main",
    ],
    "pypi": ["https://pypi.org/project/Django/", "https://pypi.python.org/pypi/Django"],
    "substack": ["https://ann.substack.com/p/tests", "https://open.substack.com/pub/ann/p/tests?r=1"],
    "wikipedia": ["https://en.wikipedia.org/wiki/Django", "https://en.m.wikipedia.org/wiki/Django"],
    "stackoverflow": [
        "https://stackoverflow.com/questions/123/how-to-test",
        "https://stackoverflow.com/q/123",
    ],
    "guardian": ["https://www.theguardian.com/a/b", "https://amp.theguardian.com/a/b"],
    "index": ["https://example.com/docs/", "https://example.com/docs/index.html"],
    "amp": [
        "https://example.com/2026/how-we-test/",
        "https://example.com/2026/how-we-test/amp/",
        "https://example.com/2026/how-we-test?amp=1",
        "https://www.google.com/amp/s/www.example.com/2026/how-we-test/amp/",
        "https://example-com.cdn.ampproject.org/c/s/example.com/2026/how-we-test",
    ],
    "redirector": [
        POST,
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2Fpost&ved=x",
        "https://out.reddit.com/?url=https%3A%2F%2Fwww.example.com%2Fpost%3Futm_source%3Dreddit",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fpost&h=x",
    ],
}  # fmt: skip


@pytest.mark.parametrize("site", SAME)
def test_it_knows_the_mirrors_of_a_story(site: str) -> None:
    assert {canonical_url(url): url for url in SAME[site]}.keys() == {canonical_url(SAME[site][0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcR"),
        ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/playlist?list=PL2"),
        ("https://www.youtube.com/@django", "https://www.youtube.com/@python"),
        # A comment is not the post it stands under.
        ("https://reddit.com/r/a/comments/1abc/t", "https://reddit.com/r/a/comments/1abc/t/k9x"),
        ("https://reddit.com/r/a", "https://reddit.com/r/b"),
        ("https://medium.com/@ann", "https://medium.com/@ben"),
        ("https://medium.com/p/0123456789ab", "https://medium.com/p/0123456789ac"),
        ("https://x.com/a/status/1", "https://x.com/a/status/2"),
        ("https://x.com/a", "https://x.com/b"),
        ("https://arxiv.org/abs/2401.12345", "https://arxiv.org/abs/2401.12346"),
        ("https://arxiv.org/list/cs.AI/recent", "https://arxiv.org/list/cs.DB/recent"),
        ("https://github.com/a/b", "https://github.com/a/b/issues/1"),
        ("https://github.com/a/b", "https://github.com/a/b/tree/main/docs"),
        ("https://github.com/a/b/blob/main/A.md", "https://github.com/a/b/blob/main/a.md"),
        ("https://gitlab.com/a/b/raw/x?ref=1.0", "https://gitlab.com/a/b/raw/x?ref=2.0"),
        ("https://pypi.org/project/django/", "https://pypi.org/project/django/5.2/"),
        ("https://stackoverflow.com/q/123", "https://stackoverflow.com/a/123"),
        ("https://en.wikipedia.org/wiki/A", "https://de.m.wikipedia.org/wiki/A"),
        ("https://m.example.com/a", "https://example.com/a"),
        ("https://example.com/guitars/amp", "https://example.com/guitars"),
        ("https://example.com/post?amp=2", POST),
        ("https://example.com/index.html", "https://example.com/contents.html"),
        ("https://google.com/url?q=notes", "https://google.com/url?q=other"),
        ("https://example.com/url?q=https://a.example", "https://a.example"),
    ],
)
def test_it_never_folds_two_stories_into_one(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_an_address_that_sends_on_for_ever_comes_to_an_end() -> None:
    url = POST
    for _ in range(9):
        url = f"https://href.li/?{url}"
    assert canonical_url(url).startswith("https://href.li?https")


def test_a_branch_on_a_forge_stays_in_the_link() -> None:
    url = "https://gitlab.com/a/b/raw/x?ref=1.0&utm_source=x"
    assert untracked(url) == "https://gitlab.com/a/b/raw/x?ref=1.0"


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


HOSTS = (  # noqa: SIM905
    "example.com www.example.com www.www.a.org www.com a-b.example.co.uk m.youtube.com github.com"
    " 127.0.0.1 1.2 x.com pypi.org old.reddit.com cdn.ampproject.org sub.local"
).split()
PARTS = (  # noqa: SIM905
    "a B index.html index.php / // . .. ~ - _ 9 amp watch shorts/abcdefghijk %20 ?a=1 é @x + #!s"
).split()


@pytest.mark.parametrize("seed", range(20))
def test_the_short_way_to_a_canonical_url_leads_where_the_long_one_does(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    urls = [
        f"{dice.choice(('http', 'https'))}://{dice.choice(HOSTS)}/"
        + "".join(dice.choices(PARTS, k=dice.randint(0, 6)))
        for _ in range(200)
    ]
    assert sum(bool(identity._FOLDED.fullmatch(url)) for url in urls) > 40
    short = [canonical_url(url) for url in urls]
    monkeypatch.setattr(identity, "_FOLDED", re.compile("(?!)"))
    assert short == [canonical_url.__wrapped__(url) for url in urls]
