"""The finished outputs are read back before anybody approves them: nothing broken, nothing lost.

Blurbs are cleaned and templates are tested, so a fault here is one that nobody foresaw: a template
somebody changed, an engine that was updated, a character nobody thought of.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from selectolax.lexbor import LexborHTMLParser

from digest.drawing import Press, RenderError
from digest.outputs import FEED, MAIL, OUTPUTS, TEXT, WEB, Output
from digest.rendering import Rendering
from digest.tree import Item
from toolbox.html import clean_rich, to_line
from toolbox.urls import absolute

# HTML, 13.1.2: elements that have no end tag.
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
# A browser adds these where they are missing.
IMPLIED = {"html", "head", "body", "tbody"}
# A comment, or a tag with its attributes.
TAG = re.compile(
    r"""<!--.*?-->|<(?P<end>/?)(?P<name>[a-z][\w-]*)(?:[^"'>]|"[^"]*"|'[^']*')*+>""", re.I | re.S
)
CONDITION = re.compile(r"<!--\[if\b[^\]]*\]>(?P<open>(?:<!-->|<!-- -->)?)|<!(?:--<!)?\[endif\]-->")
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\{#[^{}]*#\}")
WORD = re.compile(r"\w+")
NAMES = {MAIL: "mail", TEXT: "plain text", WEB: "web page", FEED: "feed"}


class Fault(NamedTuple):
    """What is wrong with an output, in a sentence, and the item at fault where there is one."""

    text: str
    item: Item | None = None


class Told(NamedTuple):
    """What an item says in every output."""

    addresses: list[str]
    words: Counter[str]


def faults(press: Press, rendering: Rendering) -> Iterator[Fault]:
    """All that is wrong with `rendering`, which was made by `press`."""
    parts = {
        MAIL: rendering.email_html,
        TEXT: rendering.email_text,
        WEB: rendering.web_body,
        FEED: rendering.feed_body,
    }
    if not conditions_close(rendering.email_html):
        yield Fault("A conditional comment for Outlook is not closed in the mail.")
    # What each item says is the same in every output: read once.
    told = {it.block.uid: Told(_addresses(it), _words(_told(it))) for it in press.tree.items}
    meant = _tags(_said(press))
    for output in OUTPUTS:
        yield from _broken(press, output, parts[output], meant)
        yield from _lost_links(press, output, parts[output], told)
        yield from _lost_words(press, output, parts[output], told)


def conditions_close(html: str) -> bool:
    """Whether each conditional comment of `html` is closed before the next one opens."""
    opens = [not found[0].endswith("[endif]-->") for found in CONDITION.finditer(html)]
    return opens == [True, False] * (len(opens) // 2)


def unclosed(html: str) -> str:
    """The first element that is closed wrongly or never; empty when all are as they should."""
    opened: list[str] = []
    for tag in TAG.finditer(html):
        name = (tag["name"] or "").lower()
        if not name or name in VOID or tag[0].endswith("/>"):
            continue
        if not tag["end"]:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return name
    return opened[-1] if opened else ""


def misread(html: str) -> str:
    """The first element that a browser reads more or less often than it was written: where one
    stands that may not, the HTML parser closes, moves or drops others. Empty when all is well."""
    tags = (tag for tag in TAG.finditer(html) if tag["name"] and not tag["end"])
    written = Counter(tag["name"].lower() for tag in tags)
    root = LexborHTMLParser(html).root
    read = Counter(node.tag for node in root.traverse()) if root else Counter[str | None]()
    names = {name for name in (*written, *read) if name and name[0].isalpha()} - IMPLIED
    return next((name for name in sorted(names) if read[name] != written[name]), "")


def _broken(press: Press, output: Output, whole: str, meant: set[str]) -> Iterator[Fault]:
    """Elements that do not close, and template tags that nobody filled in."""
    name = NAMES[output]
    if not output.plain and (tag := unclosed(whole)):
        guilty = [it for it in _items(press, output) if unclosed(_drawn(press, it, output))]
        yield from _blamed(f"leaves a <{tag}> open in the {name}.", guilty)
    elif not output.plain and (tag := misread(whole)):
        guilty = [it for it in _items(press, output) if misread(_drawn(press, it, output))]
        yield from _blamed(f"has a <{tag}> in the {name} where none may stand.", guilty)
    if strange := _tags(whole) - meant:
        guilty = [it for it in _items(press, output) if strange & _tags(_drawn(press, it, output))]
        yield from _blamed(f"leaves {min(strange)} in the {name}: its template is wrong.", guilty)


def _lost_links(
    press: Press, output: Output, whole: str, told: dict[UUID, Told]
) -> Iterator[Fault]:
    """Addresses that are not in an output as they were written, byte for byte."""
    there = set() if output.plain else set(_hrefs(whole))
    for item in _items(press, output):
        for url in told[item.block.uid].addresses:
            if url not in (whole if output.plain else there):
                yield Fault(f"“{item.name}” loses its address in the {NAMES[output]}: {url}", item)


def _lost_words(
    press: Press, output: Output, whole: str, told: dict[UUID, Told]
) -> Iterator[Fault]:
    """Words of an item that an output does not say: the text says all that the mail says."""
    items = _items(press, output)
    expected = Counter[str]()
    for item in items:
        expected.update(told[item.block.uid].words)
    if not (lost := expected - _words(_plain(whole, output))):
        return
    guilty = [it for it in items if told[it.block.uid].words - _words_drawn(press, it, output)]
    yield from _blamed(f"loses the word “{min(lost)}” in the {NAMES[output]}.", guilty)


def _blamed(what: str, guilty: list[Item]) -> Iterator[Fault]:
    yield from (Fault(f"“{item.name}” {what}", item) for item in guilty)
    if not guilty:
        yield Fault(f"The frame of the issue {what}")


def _items(press: Press, output: Output) -> list[Item]:
    return press.tree.channel(output.channel).items


def _drawn(press: Press, item: Item, output: Output) -> str:
    try:
        return press.draw_block(item, output)
    except RenderError:  # It is told by itself: digest.preflight.
        return ""


def _addresses(item: Item) -> list[str]:
    written = _hrefs(clean_rich(item.block.blurb, base=absolute("/")))
    return [url for url in (item.url, *written) if url]


def _told(item: Item) -> str:
    """What an item says in every output, in plain words."""
    details = " ".join(detail.text for detail in item.details)
    return f"{item.title} {item.block.lead} {item.words} {details}"


def _said(press: Press) -> str:
    """All words of the issue: what of them looks like a template tag was meant."""
    sections = " ".join(f"{it.title} {to_line(it.intro)}" for it in press.tree.sections)
    items = " ".join(f"{item.url} {item.label} {_told(item)}" for item in press.tree.items)
    alts = " ".join(getattr(item.block, "alt", "") for item in press.tree.items)
    issue, masthead = press.issue, press.publication
    frame = f"{issue.heading} {issue.preheader} {masthead.name} {masthead.postal_address}"
    return f"{sections} {items} {alts} {frame}"


def _plain(drawn: str, output: Output) -> str:
    return drawn if output.plain else to_line(drawn)


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def _words_drawn(press: Press, item: Item, output: Output) -> Counter[str]:
    return _words(_plain(_drawn(press, item, output), output))


def _tags(text: str) -> set[str]:
    return {" ".join(found.split()) for found in TEMPLATE.findall(text)}


def _hrefs(html: str) -> list[str]:
    """Where the links of `html` lead."""
    if "<a" not in html:
        return []
    return [link.attributes["href"] or "" for link in LexborHTMLParser(html).css("a[href]")]
