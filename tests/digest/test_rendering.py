"""One issue, four outputs: the same content in each, and text stays text."""

import html
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from digest.drawing import Press
from digest.models import (
    BLOCKS,
    Block,
    Issue,
    JobBlock,
    LinkBlock,
    ProjectBlock,
    SponsorBlock,
    TextBlock,
)
from digest.outputs import FEED, MAIL, OUTPUTS, TEXT, WEB, Output
from digest.placeholders import TOKEN
from digest.rendering import RenderError, Rendering, render
from digest.tree import CHANNELS, read
from publication.masthead import current
from publication.models import SectionKind
from tests.digest.issues import add, add_section, add_titled, make_issue
from toolbox import mjml

pytestmark = pytest.mark.django_db

# What must come out of every output as these very words.
HOSTILE = "<script>alert(1)</script> {{ x }} {% y %} <mj-text> %recipient% &amp; ]]> --> “q”"
OF = {"email_html": "email", "email_text": "email", "web_body": "web", "feed_body": "feeds"}


class _Words(HTMLParser):
    """What a reader sees of HTML, and where its links lead."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.skipping = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"style", "title", "script"}:
            self.skipping = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.skipping:
            self.skipping = ""

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.seen.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())

    @property
    def links(self) -> list[str]:
        return [str(attrs.get("href")) for tag, attrs in self.tags if tag == "a"]


def outputs(rendering: Rendering) -> dict[str, str]:
    return {name: getattr(rendering, name) for name in OF}


def visible(name: str, output: str) -> str:
    return " ".join(output.split()) if name == "email_text" else _Words(output).text


def fill(model: type[Block], words: str) -> dict[str, Any]:
    """Every plain field of a block with the same words, as far as they fit."""
    plain = [
        field
        for field in model._meta.get_fields()
        if type(field) is models.CharField and field.name not in {"url", "region", "label"}
    ]
    return {field.name: words[: field.max_length] for field in plain}


@pytest.mark.parametrize("model", BLOCKS)
def test_each_output_holds_exactly_the_blocks_switched_on_for_it(model: type[Block]) -> None:
    issue = make_issue()
    for channel in CHANNELS:
        switches = {switch: name == channel for name, switch in CHANNELS.items()}
        add_titled(
            model, issue, f"Only-{channel}-title", blurb=f"<p>{channel}-blurb</p>", **switches
        )

    for name, output in outputs(render(issue)).items():
        here = {channel for channel in CHANNELS if f"Only-{channel}-title" in output}
        said = {channel for channel in CHANNELS if f"{channel}-blurb" in output}
        assert here == said == {OF[name]}


@pytest.mark.parametrize("model", BLOCKS)
def test_the_text_says_what_the_html_says(model: type[Block]) -> None:
    issue = make_issue()
    rich = "<p>One <b>bold</b> word.</p><ul><li>In 6.1: a list</li><li>of two</li></ul>"
    block = {"url": "https://example.com/x", "blurb": rich, **fill(model, "Some words")}
    # What stands for a picture is a word in the text and an attribute in HTML.
    add(model, issue, **{name: words for name, words in block.items() if name != "alt"})
    press = Press(issue, read(issue), current())
    (item,) = press.tree.items

    said = {output: _content(press.draw_block(item, output), output) for output in OUTPUTS}

    assert said[TEXT] == said[MAIL] == said[WEB] == said[FEED]


def _content(drawn: str, output: Output) -> Counter[str]:
    """The words of one block, without addresses and marks."""
    words = drawn if output is TEXT else " ".join(_Words(drawn).seen)
    return Counter(re.findall(r"\w[\w.]*", re.sub(r"https?://\S+", "", words)))


@pytest.mark.parametrize("model", BLOCKS)
def test_what_looks_like_code_is_text_in_every_field_and_output(model: type[Block]) -> None:
    issue = make_issue(title=HOSTILE, preheader=HOSTILE)
    section = add_section(issue, HOSTILE, next(iter(model.kinds)), intro=html.escape(HOSTILE))
    add(model, section, blurb=f"<p>{html.escape(HOSTILE)}</p>", **fill(model, HOSTILE))

    for name, output in outputs(render(issue)).items():
        assert visible(name, output).count(HOSTILE) >= 3
        if name != "email_text":
            assert "script" not in [tag for tag, _ in _Words(output).tags]
            assert "<mj-" not in output


def test_the_masthead_is_escaped_in_the_mail() -> None:
    publication = current()
    publication.name, publication.postal_address = "A <b>", f"1 <i> Street {HOSTILE}"
    publication.save()
    add(LinkBlock, make_issue(), title="x")

    rendering = render(Issue.objects.get())

    assert "A &lt;b&gt;" in rendering.email_html
    assert HOSTILE in visible("email_html", rendering.email_html)
    assert "A <b>" in rendering.email_text


@pytest.mark.parametrize(
    "blurb", ["<p>open <b>bold", "a <br> b <img src=x>", "\x0b \x1f\ufffe", "<a href=x"]
)
def test_broken_rich_text_does_not_break_the_mail(blurb: str) -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="Broken", blurb=blurb)
    add(LinkBlock, issue, title="Whole")

    assert "Whole" in visible("email_html", render(issue).email_html)


def test_bidi_overrides_do_not_reach_a_reader() -> None:
    issue = make_issue(title="Safe \u202etxt.exe")
    add(LinkBlock, issue, title="Also \u202esafe")

    for output in [*outputs(render(issue)).values(), render(issue).subject]:
        assert "\u202e" not in output


def test_an_unsafe_address_is_no_link_anywhere() -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="Bad", url="javascript:alert(1)")
    add(LinkBlock, issue, title="Rich", blurb='<p><a href="javascript:alert(1)">x</a></p>')

    for output in outputs(render(issue)).values():
        assert "javascript:" not in output


def test_links_survive_every_output_unchanged() -> None:
    url = "https://example.com/a-b_c/?q=1&amp;r=%20&x={{y}}#frag"
    inner = "https://example.com/in?side=1&of=2"
    issue = make_issue()
    add(LinkBlock, issue, title="x", url=url, blurb=f'<p><a href="{html.escape(inner)}">w</a></p>')
    rendering = render(issue)

    for name in ("email_html", "web_body", "feed_body"):
        assert {url, inner} <= set(_Words(getattr(rendering, name)).links)
    assert url in rendering.email_text.split()
    assert f"<{inner}>." in rendering.email_text or f"<{inner}>" in rendering.email_text


def test_relative_links_lead_to_our_site_from_everywhere() -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="x", blurb='<p><a href="/issues/3/">three</a></p>')

    for output in outputs(render(issue)).values():
        assert "http://127.0.0.1:8000/issues/3/" in output


def test_lists_reach_the_feed_whole() -> None:
    issue = make_issue()
    add(TextBlock, issue, blurb="<p>In Django 6.0:</p><ul><li>one</li><li>two</li></ul>")

    assert "<ul><li>one</li><li>two</li></ul>" in render(issue).feed_body


def test_a_sponsor_is_labelled_in_every_output_and_its_links_say_so() -> None:
    issue = make_issue()
    add(SponsorBlock, issue, title="Buy", url="https://s.example/", label="Anzeige",
        blurb='<p><a href="https://s.example/more">more</a></p>')  # fmt: skip
    add(SponsorBlock, issue, title="This", url="https://s.example/2", label=" ")

    for name, output in outputs(render(issue)).items():
        assert "Anzeige" in visible(name, output)
        assert "Sponsored" in visible(name, output)
        if name != "email_text":
            links = [attrs for tag, attrs in _Words(output).tags if tag == "a"]
            paid = [attrs for attrs in links if str(attrs["href"]).startswith("https://s.example")]
            assert [attrs["rel"] for attrs in paid] == ["sponsored noopener"] * 3


def test_a_sponsors_section_named_like_its_label_says_it_once_in_the_mail() -> None:
    issue = make_issue()
    section = add_section(issue, "Sponsored", SectionKind.SPONSOR)
    add(SponsorBlock, section, title="Buy")

    assert visible("email_html", render(issue).email_html).count("Sponsored") == 1


def test_only_the_mail_holds_the_subscribers_place() -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="x")
    rendering = render(issue)

    personal = {link for link in _Words(rendering.email_html).links if TOKEN in link}
    expected = {f"http://127.0.0.1:8000/{way}/{TOKEN}/" for way in ("unsubscribe", "preferences")}
    assert personal == expected
    assert rendering.email_html.count(TOKEN) == rendering.email_text.count(TOKEN) == 2
    assert all(word in rendering.email_text.split() for word in expected)
    assert TOKEN not in rendering.web_body + rendering.feed_body + repr(rendering.items)


@pytest.mark.parametrize(
    "values",
    [
        {"title": f"about {TOKEN}"},
        {"url": f"https://example.com/{TOKEN}"},
        {"blurb": f"<p>{TOKEN[:9]}<b>{TOKEN[9:]}</b></p>"},
    ],
)
def test_content_that_holds_the_placeholder_is_refused_with_its_block(
    values: dict[str, str],
) -> None:
    issue = make_issue()
    block = add(LinkBlock, issue, **{"title": "x", **values})

    with pytest.raises(RenderError, match=TOKEN) as refused:
        render(issue)
    assert refused.value.block == block


def test_a_section_that_holds_the_placeholder_is_refused() -> None:
    issue = make_issue()
    add(LinkBlock, add_section(issue, "News", intro=f"<p>{TOKEN}</p>"), title="x")

    with pytest.raises(RenderError, match="News"):
        render(issue)


@pytest.mark.parametrize(
    "words", ["a\r\nBcc: x@example.com", "a\nb", "a\u2028b", "a\u0085b", f"a {TOKEN}"]
)
@pytest.mark.parametrize("field", ["title", "subject", "preheader"])
def test_a_header_that_could_be_forged_is_refused_with_its_field(field: str, words: str) -> None:
    values: dict[str, Any] = {field: words}
    issue = make_issue(**values)
    add(LinkBlock, issue, title="x")

    with pytest.raises(RenderError, match=field):
        render(issue)


def test_a_failing_block_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="Fine")
    culprit = add(JobBlock, issue, role="Editor")
    monkeypatch.setattr(JobBlock, "details", property(lambda self: 1 / 0))

    with pytest.raises(RenderError, match="“Editor” cannot be drawn") as refused:
        render(issue)
    assert refused.value.block == culprit


def test_a_block_that_breaks_the_mail_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="Fine")
    culprit = add(LinkBlock, issue, title="Culprit")
    convert = mjml.to_html

    def fail(source: str) -> str:
        return convert(source.replace("Culprit", "</h3>"))

    monkeypatch.setattr(mjml, "to_html", fail)
    with pytest.raises(RenderError, match="“Culprit” breaks the mail") as refused:
        render(issue)
    assert refused.value.block == culprit


def test_a_mail_that_no_block_breaks_is_refused_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="Fine")
    convert = mjml.to_html
    monkeypatch.setattr(mjml, "to_html", lambda source: convert(source.replace("</mj-head>", "")))

    with pytest.raises(RenderError, match="The mail cannot be made") as refused:
        render(issue)
    assert refused.value.block is None


def test_the_subject_falls_back_to_the_title_and_the_number() -> None:
    assert render(make_issue(1, subject="S", title="T")).subject == "S"
    assert render(make_issue(2, title="T")).subject == "T"
    assert render(make_issue(3, title="")).subject == f"{current().name} #3"


def test_a_project_says_its_tagline_once_in_every_output() -> None:
    issue = make_issue()
    add(ProjectBlock, issue, repo="a/b", tagline="Trees, quickly.")
    rendering = render(issue)

    for name, output in outputs(rendering).items():
        assert visible(name, output).count("Trees, quickly.") == 1
    assert rendering.items[0]["text"] == "Trees, quickly."


def make_long_issue(links: int = 45, sections: int = 9) -> Issue:
    """As long as a real one: titles, addresses and blurbs of a usual length."""
    issue = make_issue(preheader="What is in it, in a sentence of a usual length for a preheader.")
    shelves = [add_section(issue, f"Section {n}") for n in range(sections)]
    for n in range(links):
        add(
            LinkBlock,
            shelves[n % sections],
            title=f"A title of a usual length for a post about Django {n}",
            url=f"https://www.example.com/blog/2026/nov/{n}/a-slug-of-usual-length/",
            blurb=f"<p>{'A blurb of two sentences, such as editors write. ' * 3}</p>",
            source_label="Example Weblog",
            author="Ada Example",
        )
    return issue


def test_45_links_stay_under_60_kilobytes() -> None:
    assert len(render(make_long_issue()).email_html.encode()) < 60 * 1024


def test_it_renders_in_a_constant_number_of_queries() -> None:
    issue = make_long_issue(links=3, sections=3)
    render(issue)
    with CaptureQueriesContext(connection) as few:
        render(issue)
    for model in BLOCKS * 3:
        add_titled(model, issue, "More")
    with CaptureQueriesContext(connection) as many:
        render(issue)

    # Jobs cost one more, however many: which of them ran before.
    assert len(many) == len(few) + 1 == len(BLOCKS) + 3


def test_the_text_is_72_columns_wide_but_for_addresses() -> None:
    words = "Words that go on and on until the line must end somewhere, "
    issue = make_issue(title=words[:58] * 3, preheader=words * 3)
    section = add_section(issue, "News", intro=f"<p>{words * 3}</p>")
    add(
        LinkBlock,
        section,
        title=words * 3,
        author=words * 3,
        blurb=f"<ul><li>{words * 3}</li></ul>",
    )
    add(ProjectBlock, issue, repo="a/b", tagline=words * 4)
    text = render(issue).email_text

    assert [line for line in text.splitlines() if len(line) > 72 and "://" not in line] == []
    assert not re.search(r"[ \t]+$|\n{4,}|&(amp|lt|#x27);|\*\*|\]\(", text, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_mail_is_made_for_mail_programs(language: str) -> None:
    publication = current()
    publication.language = language
    publication.save()
    mail = render(make_long_issue(links=4, sections=2)).email_html
    page = _Words(mail)

    assert dict(page.tags)["html"]["lang"] == language
    assert mail.count("<!--[if") == mail.count("<![endif]")
    assert "prefers-color-scheme: dark" in mail
    layout = [attrs for tag, attrs in page.tags if tag == "table"]
    assert {attrs.get("role") for attrs in layout} == {"presentation"}
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert not re.search(r"\{\{|\{%|mj-(?!column|outlook)", mail)


def test_nothing_is_loaded_from_anywhere() -> None:
    rendering = render(make_long_issue(links=4, sections=2))

    for name in ("email_html", "web_body", "feed_body"):
        tags = {tag for tag, _ in _Words(getattr(rendering, name)).tags}
        assert not tags & {"img", "script", "link", "iframe", "object", "form"}
        assert not re.search(r"url\(|@import|src=", getattr(rendering, name))


def test_the_page_has_no_inline_style() -> None:
    rendering = render(make_long_issue(links=4, sections=2))

    assert "style=" not in rendering.web_body + rendering.feed_body


def test_every_item_has_its_anchor_on_the_page() -> None:
    issue = make_issue()
    blocks = [add_titled(model, issue, "Words") for model in BLOCKS]
    ids = [attrs["id"] for _, attrs in _Words(render(issue).web_body).tags if "id" in attrs]

    assert {str(block.uid) for block in blocks} <= set(ids)
    assert len(ids) == len(set(ids))


def test_mails_use_only_tags_the_engine_knows(settings: LazySettings) -> None:
    """The engine lets a misspelt tag pass in silence, and the layout breaks."""
    known = {"head", "body", "title", "preview", "raw", "attributes", "all", "class", "style"}
    known |= {"section", "column", "text", "divider", "button"}
    mails = (settings.BASE_DIR / "templates" / "emails").rglob("*.mjml")

    used = {tag for mail in mails for tag in re.findall(r"</?mj-([a-z]+)", mail.read_text())}
    assert used <= known
