"""Item by item: titles, addresses, blurbs, and what scrapers leave in them."""

import re
from collections.abc import Iterator, Sequence

from digest.models import ImageBlock, JobBlock, ProjectBlock, TextBlock
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject, source
from digest.reading import Paragraph, plain_words
from digest.tree import Item
from publication.models import SectionKind

# A blurb with a beginning, in characters: what is shorter may end as it likes.
BEGUN = 40
# Titles longer than this, in characters, are what feeds shorten.
LONG_TITLE = 60
# So many of an issue's stories have a blurb where each is meant to have one.
MOST = 0.8
DANGLING = re.compile(
    r"(?:[,–—(]|\b(?:the|an?|of|and|or|to|with|for|in|on|at|by|from|that|which|is|are|your))$", re.I
)
# An ellipsis somebody meant.
MEANT = re.compile(r"(?:etc\.?|and more|so on|wait|hmm+|what if|to be continued)\W*$", re.I)
LEFT_BY_SCRAPERS = re.compile(
    r"contribute to \S+ development by creating an account"
    r"|the post .{3,200} (?:appeared|first appeared) (?:first )?on"
    r"|\b(?:continue|keep) reading\b\W*$|\bread (?:more|the full (?:story|article|post))\b\W*$"
    r"|^\s*(?:by )?[^.]{0,40}\b\d+ min read\b|\benable javascript\b|\baccept (?:all )?cookies\b"
    r"|\bshare (?:this|on) (?:article|post|facebook|twitter)\b"
    r"|\bskip to (?:main )?content\b|\bsubscribe to our newsletter\b|\bcomments? \(\d+\)",
    re.IGNORECASE,
)
PAPER = re.compile(r"\[\d{4}\.\d{4,5}(?:v\d+)?\]\s")
REPO_END = re.compile(r"\s[-–—|]\s[\w.-]+/[\w.-]+\s*$")


def title_missing(subject: Subject) -> Iterator[Hit]:
    """Only a text may do without a heading."""
    for item in subject.items:
        if not item.block.heading.strip() and not item.block.stands_alone:
            yield Hit(f"“{item.name}” has no title.", item)


def text_empty(subject: Subject) -> Iterator[Hit]:
    """A text with neither heading nor body is a gap on the page."""
    for item in subject.items:
        if isinstance(item.block, TextBlock) and item.name == item.block.slug:
            yield Hit("A text is empty.", item)


def picture_missing(subject: Subject) -> Iterator[Hit]:
    """A picture block without its picture is a gap on the page."""
    for item in subject.items:
        if isinstance(item.block, ImageBlock) and not item.block.image:
            yield Hit(f"“{item.name}” has no picture.", item)


def picture_unsaid(subject: Subject) -> Iterator[Hit]:
    """Many readers see no pictures."""
    for item in subject.items:
        if isinstance(item.block, ImageBlock) and not item.block.alt.strip():
            yield Hit("A picture is not said in words, for those who do not see it.", item)


def address_missing(subject: Subject) -> Iterator[Hit]:
    """A link newsletter without a link: it may be meant. What came from elsewhere has none."""
    for item in subject.items:
        bare = not item.block.url.strip() and not item.block.stands_alone
        if bare and not subject.is_out:
            yield Hit(f"“{item.name}” has no address.", item)


def address_unsafe(subject: Subject) -> Iterator[Hit]:
    """Only addresses that a reader may be sent to."""
    for item in subject.items:
        if item.block.url.strip() and not item.url:
            message = f"“{item.name}” has an address that readers cannot be sent to"
            yield Hit(f"{message}: {item.block.url[:80]}", item)


def blurb_missing(subject: Subject) -> Iterator[Hit]:
    """A bare title where all the others say something. A section of bare titles is meant."""
    stories = subject.stories
    if sum(map(_says, stories)) < MOST * len(stories):
        return
    for section, items in subject.sections:
        own = [item for item in items if item in stories]
        if section.kind != SectionKind.MEDIA and (any(map(_says, own)) or len(own) == 1):
            for item in own:
                if not _says(item):
                    yield Hit(f"“{item.name}” says nothing about itself: write a blurb.", item)


def blurb_cut_off(subject: Subject) -> Iterator[Hit]:
    """A summary that a feed or a page ended in the middle."""
    for item in subject.items:
        for paragraph in _ends(subject.paragraphs(item)):
            words = paragraph.text.rstrip(' "”’')
            end = words.rstrip(")")
            dots = end.endswith(("...", "…")) and not MEANT.search(end.rstrip(".…"))
            if len(words) >= BEGUN and (dots or DANGLING.search(words)):
                yield Hit(f"“{item.name}” breaks off: “…{words[-40:]}”", item)


def title_cut_off(subject: Subject) -> Iterator[Hit]:
    """A title that a feed shortened. Short ones may end in dots as they like."""
    for item in subject.stories:
        title = item.title.rstrip()
        if len(title) >= LONG_TITLE and title.endswith(("...", "…")):
            yield Hit(f"The title of “{item.name}” breaks off.", item)


def left_by_scraper(subject: Subject) -> Iterator[Hit]:
    """Words of the page around the story."""
    for item in subject.items:
        if isinstance(item.block, (JobBlock, TextBlock)):
            continue
        for words in [paragraph.text for paragraph in subject.paragraphs(item)]:
            left = LEFT_BY_SCRAPERS.search(words) or REPO_END.search(words)
            if left:
                yield Hit(f"“{item.name}” still says “{left[0].strip()[:80]}”.", item)
        if PAPER.match(item.title):
            yield Hit(f"The title of “{item.name}” begins with the number of a paper.", item)


def site_in_title(subject: Subject) -> Iterator[Hit]:
    """“Loopwerk: …” on loopwerk.io, “… | Site”: what the page's own title adds."""
    for item in subject.stories:
        if subject.home(item).kind == SectionKind.MEDIA:
            continue
        sites = {_squeezed(label) for label in source(item).split(".")[:-1] if len(label) > 3}
        head, colon, rest = item.title.partition(": ")
        tail = re.split(r"\s[-–—|·]\s", item.title)[-1]
        names = [head if colon and rest else "", tail if tail != item.title else ""]
        if any(_squeezed(name) in sites for name in names if name):
            yield Hit(f"The title of “{item.name}” still names its site, {source(item)}.", item)


def blurb_repeats_title(subject: Subject) -> Iterator[Hit]:
    """The title again, where the reader looks for what it is about."""
    for item in subject.stories:
        words = plain_words(f"{item.block.lead} {item.words}")
        title = plain_words(item.title)
        if isinstance(item.block, ProjectBlock):
            title = plain_words(item.title.partition(": ")[2] or item.title)
        if len(title) > 3 and _is_repeat(title, words):
            yield Hit(f"“{item.name}” only says its title again.", item)


def _says(item: Item) -> bool:
    return bool(item.block.lead.strip() or item.words.strip())


def _ends(read: list[Paragraph]) -> list[Paragraph]:
    """Where a blurb may have been cut: its last paragraph, unless a list ends it."""
    return [] if not read or read[-1].is_entry else read[-1:]


def _squeezed(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


def _is_repeat(title: Sequence[str], words: Sequence[str]) -> bool:
    """The same words, and hardly any more behind them."""
    return words[: len(title)] == title and len(words) - len(title) < 4
