"""HTML from strangers and from the editor: cleaned by nh3, turned into text by html2text."""

import html as html_module

import html2text
import nh3

from toolbox.text import one_line, printable

# What a blurb may hold; the same list as digest.models.issue.RICH_TEXT offers.
RICH_TAGS = {"p", "br", "strong", "b", "em", "i", "a", "ul", "ol", "li", "code"}
# What an entry of a feed may hold, besides. No style, class, id, form, svg, script.
ENTRY_TAGS = RICH_TAGS | {
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "img", "figure", "figcaption",
    "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "del", "ins", "sub", "sup",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}


def clean_rich(html: str) -> str:
    """Rich text cut down to what every output carries: well formed, links safe."""
    return printable(
        nh3.clean(
            html,
            tags=RICH_TAGS,
            attributes={"a": {"href"}},
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
        )
    )


def clean_entry(html: str) -> str:
    """The HTML of a feed's entry, without anything that runs, loads or lays out."""
    return printable(
        nh3.clean(
            html,
            tags=ENTRY_TAGS,
            attributes={"a": {"href", "title"}, "img": {"src", "alt", "title"}},
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


def to_line(html: str, length: int | None = None) -> str:
    """The words of `html` on one line: for titles and excerpts."""
    words = nh3.clean(html.replace("<", " <"), tags=set())
    return one_line(html_module.unescape(words), length)


def to_text(html: str, width: int = 72) -> str:
    """`html` as plain text of `width` columns; addresses are kept whole, behind their words."""
    converter = html2text.HTML2Text(bodywidth=width)
    converter.protect_links = False
    converter.wrap_links = False
    converter.inline_links = True
    converter.ignore_emphasis = True
    converter.ul_item_mark = "-"
    return converter.handle(html).strip()
