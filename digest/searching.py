"""Searching what ran: every word of the question, newest issue first, the words marked."""

import re
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from digest import listing
from digest.models import PublishedItem
from digest.models.published import PublishedItemQuerySet
from toolbox.fulltext import Index, folded, words

INDEX = Index("digest_publisheditem", ("title", "text", "domain"))
QUESTION = 200  # characters
# Of a text so many characters are shown, from a little before the first word that was found.
EXCERPT, BEFORE = 240, 60
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Search:
    """What a reader asks: words, and where and when to look."""

    text: str
    section: str = ""
    year: int | None = None

    def items(self) -> PublishedItemQuerySet:
        """The items that answer, newest issue first."""
        shown = PublishedItem.objects.on_pages()
        if self.section:
            shown = shown.filter(section_slug=self.section)
        if self.year:
            shown = shown.filter(issue__date__year=self.year)
        return INDEX.matching(shown, self.text)

    def page(self, key: str) -> listing.Page:
        """One page of them, with their words marked."""
        page = listing.page_of(self.items(), key)
        wanted = words(self.text)
        for run in page.runs:
            for item in run.items:
                item.marked_title = marked(item.title, wanted)
                item.excerpt = marked(excerpt(item.text, wanted), wanted)
        return page


def marked(text: str, wanted: list[str]) -> SafeString:
    """`text` as HTML, with <mark> around the words that begin like one that is `wanted`."""
    parts, end = [], 0
    for word in _WORD.finditer(text):
        if _answers(word[0], wanted):
            parts += [escape(text[end : word.start()]), f"<mark>{escape(word[0])}</mark>"]
            end = word.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def excerpt(text: str, wanted: list[str]) -> str:
    """The part of `text` where the first wanted word stands, whole words, with … where cut."""
    found = (word.start() for word in _WORD.finditer(text) if _answers(word[0], wanted))
    start = max(next(found, 0) - BEFORE, 0)
    start = text.find(" ", start) + 1 if start else 0
    part = text[start : start + EXCERPT]
    if start + EXCERPT < len(text):
        part = part.rpartition(" ")[0] + "…"
    return f"…{part}" if start else part


def _answers(word: str, wanted: list[str]) -> bool:
    return folded(word).startswith(tuple(wanted))
