"""HTML from strangers and from the editor: cleaned by nh3, cut down to its words."""

import html as html_module
import re
from collections.abc import Mapping
from functools import lru_cache

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

_WORDS = nh3.Cleaner(tags=set())
# Tags that part words; the others may stand inside one.
_BREAK = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|[uod]l|li|d[td]|t[rdh]|table|pre|blockquote|fig\w+|section)\b", re.I
)
_TAG = re.compile(r"</?(?P<name>[a-z][a-z0-9:-]*)", re.I)
_WHOLE = (b'href="https://', b'href="http://', b'src="https://', b'src="http://')
_LONE_TAGS = {"br", "wbr", "img", "hr", "p"}


def clean_rich(
    html: str,
    *,
    rel: str = "noopener noreferrer",
    base: str = "",
    styles: Mapping[str, str] | None = None,
) -> str:
    """Rich text cut down to what every output carries: well formed, links safe.

    `base` makes relative links absolute; `styles` gives tags an inline style, for mail.
    """
    if not html:
        return ""
    return printable(_rich_cleaner(rel, base, tuple((styles or {}).items())).clean(html))


@lru_cache(maxsize=32)
def _rich_cleaner(rel: str, base: str, styles: tuple[tuple[str, str], ...]) -> nh3.Cleaner:
    """Kept, since making one takes longer than cleaning a blurb."""
    return nh3.Cleaner(
        tags=RICH_TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "pass_through",
        link_rel=rel or None,
        set_tag_attribute_values={tag: {"style": style} for tag, style in styles},
    )


def clean_entry(html: str, base: str = "") -> str:
    """The HTML of a feed's entry, without anything that runs or lays out.

    `base` is a whole address; relative links and images are made absolute with it.
    """
    cleaner = _ENTRY if _all_whole(html) else _entry_cleaner(base)
    return printable(cleaner.clean(html))


def _entry_cleaner(base: str = "") -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=ENTRY_TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt", "title"}},
        url_schemes=SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "pass_through",
        link_rel="noopener noreferrer nofollow",
    )


# Making one takes as long as cleaning with it, and most entries need no base.
_ENTRY = _entry_cleaner()


def _all_whole(html: str) -> bool:
    """Whether every address in `html` is certainly a whole one."""
    # As bytes, since lowering letters beyond ASCII takes longer than all the rest.
    lower = html.encode().lower()
    mentioned = lower.count(b"href") + lower.count(b"src") - lower.count(b"srcset")
    return mentioned == sum(map(lower.count, _WHOLE))


def to_line(html: str, length: int | None = None) -> str:
    """The words of `html` on one line: for excerpts."""
    if "<" not in html and "&" not in html:
        return one_line(html, length)
    words = _WORDS.clean(_BREAK.sub(r" \g<0>", html))
    return one_line(html_module.unescape(words), length)


def to_title(html: str, length: int | None = None) -> str:
    """A title as a feed has it, in plain words: markup gone, but "<template>" kept as written.

    Many feeds escape once too often, so what is left of character references is read again.
    """
    if "<" not in html and "&" not in html:
        return one_line(html, length)
    lower = html.lower()

    def markup_or_word(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        paired = f"</{name}" in lower and f"<{name}" in lower
        return tag[0] if paired or name in _LONE_TAGS else f"&lt;{tag[0][1:]}"

    line = to_line(_TAG.sub(markup_or_word, html))
    return one_line(html_module.unescape(line), length)
