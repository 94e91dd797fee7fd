"""HTML from strangers. What comes out may be shown; the words survive."""

import pytest

from toolbox import html as html_module
from toolbox.html import clean_entry, to_line, to_title
from toolbox.text import printable


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jav&#x09;ascript:alert(1)">x</a>',
        '<a href=" JaVaScRiPt:alert(1)">x</a>',
        '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
        "<math><mtext><script>alert(1)</script></mtext></math>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<form action="javascript:alert(1)"><button>x</button></form>',
        '<base href="https://evil.example/">',
        '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
        '<iframe src="https://evil.example/"></iframe>',
        '<p style="position:fixed">x</p>',
        '<p class="a" id="b" data-c="d">x</p>',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
        '<a href="vbscript:x">x</a><a href="file:///etc/passwd">x</a>',
        "<!--[if mso]><b>x</b><![endif]-->",
        "<style>p { background: url(https://evil.example/) }</style>",
    ],
)
def test_it_keeps_nothing_that_runs_or_lays_out(hostile: str) -> None:
    clean = clean_entry(hostile, "https://example.com/").lower()

    for bad in ("alert", "script", "onerror", "style", "<form", "<base", "<meta", "<iframe", "<svg",
                "data", "file:", "evil", "class", "<!--"):  # fmt: skip
        assert bad not in clean


def test_it_keeps_what_reads() -> None:
    html = '<p>Read <a href="https://a.example/">this</a> &amp; <code>that</code>.</p>'

    assert clean_entry(html) == html.replace('/">', '/" rel="noopener noreferrer nofollow">')


def test_it_closes_what_was_left_open() -> None:
    assert clean_entry("<table><tr><td>x").endswith("</td></tr></tbody></table>")
    assert clean_entry('<p><a href="https://a.example/">x').endswith("</a></p>")


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("/unsubscribe/x/", "https://blog.example/unsubscribe/x/"),
        ("b.html?c=d", "https://blog.example/a/b.html?c=d"),
        ("//other.example/x", "https://other.example/x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_it_makes_links_whole(href: str, whole: str) -> None:
    assert f'href="{whole}"' in clean_entry(f'<a href="{href}">x</a>', "https://blog.example/a/z")


def test_it_strips_characters_no_output_can_hold() -> None:
    assert clean_entry("<p>a\x00b\x0bc\x9dd\u202ee</p>") == "<p>abcde</p>"


def test_it_parts_words_where_blocks_end() -> None:
    assert to_line("<p>One</p><p>two<br>thr<b>ee</b></p><ul><li>four</li></ul>") == (
        "One two three four"
    )


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Plain &amp; simple", "Plain & simple"),
        ("Don&amp;#8217;t", "Don’t"),
        ("Tom &amp;amp;amp; Jerry", "Tom &amp; Jerry"),
        ("<b>Bold</b> and <i>dan</i>gerous", "Bold and dangerous"),
        ("Two<br/>lines", "Two lines"),
        ("The <template> element", "The <template> element"),
        ("vector<int> &lt;T&gt;", "vector<int> <T>"),
        ("1 < 2", "1 < 2"),
        ("Cell &nbsp; division", "Cell division"),
        ("<b></b> \u202e", ""),
        ("<script>alert(1)</script>", ""),
        ("Django\n  6.1", "Django 6.1"),
    ],
)
def test_it_reads_titles_as_a_person_would(raw: str, title: str) -> None:
    assert to_title(raw) == title


def test_it_cuts_titles_with_an_ellipsis() -> None:
    assert to_title("word " * 300, 20) == "word word word word…"


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://a.example/">x</a> <img src="http://a.example/i.png" srcset="a 2x">',
        '<a href="HTTPS://a.example/">x</a><A HREF="/b">y</A>',
        "<a href='/quoted'>x</a><a href=bare>y</a><a href = \"/spaced\">z</a>",
        '<a href="httpslashed">x</a><img src="//a.example/i.png"><img SRC=i.png>',
        '<a href="&#104;ttps://a.example/">x</a><a href="https://a.example/" href="/b">y</a>',
        "The word href alone, and src too.",
    ],
)
def test_it_makes_links_whole_however_they_are_written(html: str) -> None:
    """Entries without relative links take a shorter way; it must not be taken too often."""
    base = "https://blog.example/a/"
    assert clean_entry(html, base) == printable(html_module._entry_cleaner(base).clean(html))
