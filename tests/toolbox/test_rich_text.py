from toolbox.html import clean_rich
from toolbox.plain import to_text


def test_it_keeps_words_that_look_like_markdown_as_they_are() -> None:
    html = "<p>2025. a *good* year</p><p>- dash and snake_case</p><p># hash, a\\b</p>"

    assert to_text(html) == "2025. a *good* year\n\n- dash and snake_case\n\n# hash, a\\b"


def test_it_keeps_an_address_whole_behind_its_words() -> None:
    url = "https://example.com/a-very-long-path/" + "with-hyphens-" * 8 + "?q=1&r=2"
    text = to_text(f'<p>Some words before, <a href="{url.replace("&", "&amp;")}">here</a>.</p>')

    assert f"<{url}>" in text.splitlines()[1]


def test_it_folds_lists_under_their_marks() -> None:
    text = to_text(f"<ul><li>{'word ' * 20}</li><li>two</li></ul><ol><li>first</li></ol>")

    lines = text.splitlines()
    assert [line[:4] for line in lines[:2]] == ["  - ", "    "]
    assert "  - two" in lines
    assert "  1. first" in lines
    assert max(map(len, lines)) <= 72


def test_it_makes_relative_links_absolute_and_drops_scripts() -> None:
    html = '<p><a href="/issues/3/">three</a> <a href="javascript:alert(1)">x</a></p>'

    clean = clean_rich(html, base="https://news.example/", rel="sponsored noopener")

    assert 'href="https://news.example/issues/3/"' in clean
    assert clean.count('rel="sponsored noopener"') == 2
    assert "javascript" not in clean


def test_it_gives_tags_the_style_a_mail_needs() -> None:
    assert clean_rich("<p>Hello</p>", styles={"p": "margin:0"}) == '<p style="margin:0">Hello</p>'


def test_a_list_keeps_its_shape() -> None:
    html = (
        "<p>Before</p><ul><li><p>one</p><p>and more</p></li><li>two<br>lines"
        "<ol><li>inner</li><li>next</li></ol></li><li></li></ul>after"
    )

    assert to_text(html).splitlines() == [
        "Before",
        "",
        "  - one",
        "",
        "    and more",
        "  - two",
        "    lines",
        "    1. inner",
        "    2. next",
        "",
        "after",
    ]


def test_an_address_that_is_its_own_words_is_said_once() -> None:
    assert to_text('<p><a href="https://e.org/a b">https://e.org/a%20b</a></p>') == (
        "https://e.org/a%20b"
    )
    assert to_text('<a href="https://e.org/">e.org</a>, <a>none</a>') == (
        "e.org <https://e.org/>, none"
    )


def test_white_space_is_read_as_html_reads_it() -> None:
    html = "<p> a\n\t b\xa0&nbsp;c </p>\n\n<p></p><p><br>d<br><br><br>e &lt;f&gt;</p>"

    assert to_text(html) == "a b\xa0\xa0c\n\nd\n\ne <f>"
