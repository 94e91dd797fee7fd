"""Reads a whole issue, or the notes of an episode, out of the HTML of a feed's entry.

Headings without a link name sections. An item is a heading with a link, an entry of a list with
one, or a paragraph that begins with one; what follows belongs to it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest

from curation.identity import web_address
from curation.told import FOOTER, HOST, ToldIssue, ToldItem, ToldSection, kind_of, lost
from publication.models import SectionKind
from toolbox.text import one_line

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BOLD = 7  # the level of a paragraph that is all bold, or that announces the list below it
BLOCKS = {"p", "div", "li", "dt", "dd", "td", "blockquote", "pre", "ul", "ol", "table", "hr"}
HEADING_LENGTH = 80


@dataclass
class _Block:
    """A heading, a paragraph or an entry of a list."""

    tag: str
    words: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # words and address
    level: int = 0
    heads_list: bool = False

    @property
    def text(self) -> str:
        return one_line("".join(self.words))

    @property
    def leading(self) -> tuple[str, str] | None:
        """The link it begins with."""
        first = next(((words, url) for words, url in self.links if words), None)
        opening = re.sub(r"^[^\w\"“(\[@<]+", "", self.text)
        return first if first and opening.startswith(first[0]) else None


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.blocks: list[_Block] = []
        self.open: _Block | None = None
        self.bold, self.href, self.link = 0, "", [""]
        self.in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HEADINGS or tag in BLOCKS:
            self._begin(tag)
        elif tag == "br":
            self._words(" ")
        elif tag in {"b", "strong"}:
            self.bold += 1
        elif tag == "a":
            self.in_link, self.link = True, []
            self.href = web_address(dict(attrs).get("href") or "", self.base)

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS or tag in BLOCKS - {"p", "div"} or (tag in {"p", "div"} and self._loose):
            self.open = None
        elif tag in {"b", "strong"}:
            self.bold = max(self.bold - 1, 0)
        elif tag == "a" and self.in_link:
            self.in_link = False
            if self.href and self.open is not None:
                self.open.links.append((one_line("".join(self.link)), self.href))

    def handle_data(self, data: str) -> None:
        if data.strip() or self.open is not None:
            self._words(data)

    @property
    def _loose(self) -> bool:
        return self.open is None or self.open.tag != "li"

    def _begin(self, tag: str) -> None:
        # A paragraph in an entry of a list goes on with it.
        if tag in {"p", "div"} and not self._loose:
            self._words(" ")
            return
        self.open = _Block(tag, level=HEADINGS.get(tag, 0))
        self.blocks.append(self.open)

    def _words(self, data: str) -> None:
        if self.open is None:
            self._begin("p")
        block = self.open
        if block is None:
            return
        block.words.append(data)
        if self.bold:
            block.bold.append(data)
        if self.in_link:
            self.link.append(data)


@dataclass
class _Section:
    title: str
    level: int = 0
    items: list[ToldItem] = field(default_factory=list)
    intro: list[str] = field(default_factory=list)


def read(html: str, *, title: str = "", base: str = "") -> ToldIssue:
    """What `html` holds. Relative addresses are made whole with `base`."""
    blocks = _blocks(html, base)
    level = _section_level(blocks)
    sections = [_Section("")]
    for block in blocks:
        _take(sections, block, level)
    hollow = [section for section in sections if not section.items and not section.intro]
    empty = [section.title for section in hollow if section.level >= level > 0]
    kept = [section for section in sections if section.items or section.intro]
    return ToldIssue(title, sections=tuple(map(_told, kept)), flags=lost(empty))


def _blocks(html: str, base: str) -> list[_Block]:
    reader = _Reader(base)
    reader.feed(html)
    reader.close()
    found = [block for block in reader.blocks if block.text and not FOOTER.search(block.text)]
    for block, after in zip_longest(found, found[1:]):
        block.heads_list = after is not None and after.tag == "li"
        all_bold = one_line("".join(block.bold)) == block.text
        announces = block.text.endswith(":") and block.heads_list
        short = len(block.text) <= HEADING_LENGTH and block.tag == "p"
        if short and not block.links and (all_bold or announces):
            block.level = BOLD
    return found


def _section_level(blocks: Iterable[_Block]) -> int:
    """The level most headings without a link have; the higher of two that have as many."""
    levels = Counter(block.level for block in blocks if block.level and not block.links)
    return min(levels, key=lambda level: (-levels[level], level), default=0)


def _take(sections: list[_Section], block: _Block, section_level: int) -> None:
    now = sections[-1]
    names = block.level <= section_level or block.heads_list
    if block.level and not block.links and names:
        sections.append(_Section(block.text.rstrip(": "), block.level))
    elif block.level:
        words, url = block.links[0] if block.links else (block.text, "")
        now.items.append(ToldItem(words or block.text, url))
    elif now.items and HOST.fullmatch(block.text):
        now.items[-1] = _with(now.items[-1], block)
    elif leading := block.leading:
        now.items.append(_linked(block, *leading))
    elif block.tag == "li" and block.links:
        now.items.append(_linked(block, *block.links[0]))
    elif block.tag == "li" and kind_of(now.title) == SectionKind.JOBS:
        now.items.append(ToldItem(block.text))
    elif now.items:
        now.items[-1] = _with(now.items[-1], block)
    else:
        now.intro.append(block.text)


def _linked(block: _Block, words: str, url: str) -> ToldItem:
    """The item a link makes, with what stands around it as its summary."""
    before, _, behind = block.text.partition(words)
    said = one_line(f"{before} {behind}").strip(" –—-:·|,.()")
    title = words
    if len(words.split()) == 1 and words.casefold() in {"here", "link", "read", "more"}:
        title, said = block.text, ""
    return ToldItem(title, url, (said,) if len(said.split()) > 1 else ())


def _with(item: ToldItem, block: _Block) -> ToldItem:
    if HOST.fullmatch(block.text):
        source = block.text.lower().removeprefix("www.")
        return ToldItem(item.title, item.url, item.paragraphs, source)
    url = item.url or next((url for _, url in block.links), "")
    return ToldItem(item.title, url, (*item.paragraphs, block.text), item.source)


def _told(section: _Section) -> ToldSection:
    kind = kind_of(section.title)
    if not section.items:
        text = ToldItem("", "", tuple(section.intro))
        paid = kind == SectionKind.SPONSOR
        kind = SectionKind.SPONSOR if paid else SectionKind.TEXT
        return ToldSection(section.title, kind, (text,))
    return ToldSection(
        section.title, kind or SectionKind.LINKS, tuple(section.items), tuple(section.intro)
    )


def links(told: ToldIssue) -> Iterator[tuple[ToldSection, ToldItem]]:
    """The items that lead somewhere, each address once; what is paid for is left out."""
    seen: set[str] = set()
    for section, item in told.items:
        if item.url and item.url not in seen and section.kind != SectionKind.SPONSOR:
            seen.add(item.url)
            yield section, item
