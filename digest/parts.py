"""Where each section stands in a finished mail, so that delivery can leave some of them out.

The templates mark where a section begins; the marks are read and taken out again here. What is
approved is the whole mail; a mail with fewer sections is cut out of exactly that.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from digest.placeholders import TOKEN
from digest.tree import SectionNode
from publication.models import SectionKind

# No block can hold it: digest.drawing refuses the token in one.
MARK = f"{TOKEN}part"
COMMENT = f"<!--{MARK}-->"
Part = dict[str, Any]


def without_marks(marked: str, mark: str) -> tuple[str, list[int]]:
    """The text, and where the marks stood in it."""
    pieces = marked.split(mark)
    places = [sum(map(len, pieces[: count + 1])) for count in range(len(pieces) - 1)]
    return "".join(pieces), places


def parts(sections: Sequence[SectionNode], html: list[int], text: list[int]) -> list[Part]:
    """Each section that may be left out, with its span in the HTML and in the text.

    Sponsors' sections go to everybody. Templates of one's own, without marks, have no parts:
    then everybody gets the whole issue.
    """
    if len(html) != len(sections) + 1 or len(text) != len(sections) + 1:
        return []
    spans = zip(sections, pairwise(html), pairwise(text), strict=True)
    return [
        {"section": section.slug, "html": list(in_html), "text": list(in_text)}
        for section, in_html, in_text in spans
        if section.kind != SectionKind.SPONSOR
    ]


def cut(whole: str, spans: Iterable[list[int]]) -> str:
    """`whole` without these spans."""
    for start, end in sorted(spans, reverse=True):
        whole = whole[:start] + whole[end:]
    return whole
