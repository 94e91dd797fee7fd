"""Rich text taken apart for the checks: paragraphs, sentences, links, words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)\]]*\s+(?=[\"“‘(\[]*[A-Z0-9À-Þ])")
# Behind these a full stop ends no sentence.
SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|no|st|dr|mr|ms|mrs|approx|[ap]\.m)|\b[A-Z])\.$", re.I)
BLOCKS = {"p", "li", "ul", "ol"}


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or an entry of a list, on one line."""

    text: str
    is_entry: bool = False


@dataclass(frozen=True)
class Anchor:
    """A link, and the words one presses."""

    href: str
    words: str


def paragraphs(html: str) -> list[Paragraph]:
    """The paragraphs and list entries of rich text that say anything, in order."""
    return _read(html).paragraphs


def anchors(html: str) -> list[Anchor]:
    """The links of rich text, in order."""
    return _read(html).anchors


def sentences(text: str) -> list[str]:
    """`text` cut behind what ends a sentence."""
    found: list[str] = []
    for piece in SENTENCE.split(text):
        if found and SHORT.search(found[-1]):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


@lru_cache(maxsize=4096)
def plain_words(text: str) -> tuple[str, ...]:
    """The words of `text`, folded, for comparing: of each text with many others."""
    return tuple(re.findall(r"[^\W_]+(?:[.'’+#-][^\W_]+)*[+#]*", text.casefold()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[Paragraph] = []
        self.anchors: list[Anchor] = []
        self._text: list[str] = []
        self._href: str | None = None
        self._words: list[str] = []
        self._is_entry = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.finish()
        if tag == "li":
            self._is_entry = True
        elif tag == "a":
            self._href, self._words = dict(attrs).get("href") or "", []
        elif tag == "br":
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.anchors.append(Anchor(self._href, _line(self._words)))
            self._href = None
        elif tag in BLOCKS:
            self.finish()
            self._is_entry = self._is_entry and tag not in {"li", "ul", "ol"}

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._href is not None:
            self._words.append(data)

    def finish(self) -> None:
        if text := _line(self._text):
            self.paragraphs.append(Paragraph(text, self._is_entry))
        self._text = []


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()
    return reader


def _line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())
