"""Rich text as a person would type it in a plain mail: no marks, no escapes, links whole."""

import re
from html import unescape

from toolbox.text import fold

_TAG = re.compile(r"""<(/?[a-z]+)((?:[^"'>]|"[^"]*"|'[^']*')*+)>""")
_HREF = re.compile(r'\bhref="([^"]*)"')


def to_text(html: str) -> str:
    """What `toolbox.html.clean_rich` made as plain text; addresses stand behind their words."""
    before, *told = _TAG.split(html)
    typist = _Typist(before)
    for tag, attributes, words in zip(told[::3], told[1::3], told[2::3], strict=True):
        if deed := _DEEDS.get(tag):
            deed(typist, attributes)
        typist.words.append(unescape(words))
    typist.end_line()
    return "\n".join(typist.lines)


class _List:
    """A list that is being written: what stands before each mark, and the number of the next."""

    def __init__(self, before: str, number: int) -> None:
        self.before, self.number = before, number
        self.begun = False

    def mark(self) -> str:
        """What stands before the next item."""
        self.begun = True
        if not self.number:
            return f"{self.before}- "
        self.number += 1
        return f"{self.before}{self.number - 1}. "


class _Typist:
    """Writes what it is told, line by line; the tags that matter are its deeds."""

    def __init__(self, words: str) -> None:
        self.lines: list[str] = []
        self.words = [unescape(words)]  # of the line that is being written
        self._lists: list[_List] = []
        self._links: list[tuple[str, int]] = []
        self._mark = self._indent = ""
        self._gap = False

    def end_line(self, _: str = "") -> None:
        """Write down what was said, if anything was."""
        text = _spaced("".join(self.words))
        self.words.clear()
        if text:
            self.lines += [""] if self._gap and self.lines else []
            self.lines.append(fold(text, first=self._mark or self._indent, rest=self._indent))
            self._mark, self._gap = "", False

    def end_paragraph(self, _: str = "") -> None:
        """A blank line comes next, unless it is the first of a list's item."""
        self.end_line()
        self._gap = self._gap or not self._mark

    def br(self, _: str) -> None:
        """Two of them are a blank line."""
        if "".join(self.words).strip():
            self.end_line()
        else:
            self.end_paragraph()

    def ul(self, _: str) -> None:
        """A list within a list begins below the words of the item it stands in."""
        self._begin_list(number=0)

    def ol(self, _: str) -> None:
        """The same, with numbers."""
        self._begin_list(number=1)

    def end_list(self, _: str) -> None:
        """What follows stands where the list stood."""
        self.end_line()
        ended = self._lists.pop() if self._lists else _List("", 0)
        self._indent = ended.before if self._lists else ""
        self._gap = not self._lists

    def li(self, _: str) -> None:
        """The items of a list stand close together."""
        self.end_line()
        inner = self._lists[-1] if self._lists else _List("", 0)
        self._gap = self._gap and not inner.begun
        self._mark = inner.mark()
        self._indent = " " * len(self._mark)

    def end_li(self, _: str) -> None:
        """An item without words leaves no mark."""
        self.end_line()
        self._mark = ""

    def a(self, attributes: str) -> None:
        """Its address waits for the end of its words."""
        href = _HREF.search(attributes)
        address = unescape(href[1]).replace(" ", "%20") if href else ""
        self._links.append((address, len(self.words)))

    def end_a(self, _: str) -> None:
        """An address that is its own words is said once."""
        address, began = self._links.pop() if self._links else ("", 0)
        if address and "".join(self.words[began:]).strip() != address:
            self.words.append(f" <{address}>")

    def _begin_list(self, number: int) -> None:
        self.end_line()
        self._gap = not self._lists
        self._lists.append(_List(self._indent or "  ", number))


def _spaced(text: str) -> str:
    """As HTML reads white space. A space that does not break is a character."""
    for white in "\t\n\r\f":
        text = text.replace(white, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")


_DEEDS = {
    "p": _Typist.end_paragraph,
    "/p": _Typist.end_paragraph,
    "br": _Typist.br,
    "ul": _Typist.ul,
    "/ul": _Typist.end_list,
    "ol": _Typist.ol,
    "/ol": _Typist.end_list,
    "li": _Typist.li,
    "/li": _Typist.end_li,
    "a": _Typist.a,
    "/a": _Typist.end_a,
}
