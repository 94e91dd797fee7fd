"""What was said before: twice in the issue, in an earlier one, or word for word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

from curation.identity import canonical_url
from digest.models import LinkBlock, PublishedItem
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject, source
from digest.reading import plain_words
from digest.tree import Item
from toolbox.addresses import host

# Blurbs this long, in characters, are not written twice by chance.
BLURB_LENGTH = 60
# Titles this near, of the same numbers, are one; of so many words at least.
NEAR, WORDS = 0.93, 3
# A title with one of these names a column, which is told anew each time.
COLUMN = re.compile(
    r"\b(?:reports?|weekly|monthly|updates?|roundup|digest|notes?|weeknotes|newsletter"
    r"|(?<!\d )minutes|recap|episode|member of the month|this week|meetup|office hours|news"
    r"|links)\b",
    re.IGNORECASE,
)
SMALL = {
    "a", "an", "and", "the", "of", "in", "on", "for", "to", "with", "is", "are", "how", "why",
    "your", "our", "from", "at", "by",
}  # fmt: skip


# Each story is held against hundreds that ran.
_address = lru_cache(maxsize=4096)(canonical_url)
_site = lru_cache(maxsize=4096)(host)


class Rerun(NamedTuple):
    """A story that ran, and by what it is known again."""

    item: Item
    past: PublishedItem
    by_blurb: bool


def twice_in_issue(subject: Subject) -> Iterator[Hit]:
    """The same address or title in two places of one issue."""
    for first, second in subject.once(_twins):
        where = subject.home(first).title
        yield Hit(f"“{second.name}” stands in this issue already, in {where}.", second)


def ran_before(subject: Subject) -> Iterator[Hit]:
    """A story that an earlier issue had, and that does not say so."""
    for rerun in subject.once(_reruns):
        if not rerun.by_blurb:
            yield Hit(
                f"“{rerun.item.name}” {_ran(rerun.past)}. Say so, or leave it out.", rerun.item
            )


def blurb_ran_before(subject: Subject) -> Iterator[Hit]:
    """Words that readers have read: an old text left standing in a new item."""
    for rerun in subject.once(_reruns):
        if rerun.by_blurb:
            what = f"says word for word what “{rerun.past.title}” said"
            yield Hit(f"“{rerun.item.name}” {what}; it {_ran(rerun.past)}.", rerun.item)


def blurb_twice_in_issue(subject: Subject) -> Iterator[Hit]:
    """A blurb pasted into the wrong item."""
    told = {second.block.uid for _, second in subject.once(_twins)}
    said = {item.block.uid: item.words for item in subject.stories}
    for first, second in combinations(subject.stories, 2):
        new = second.block.uid not in told
        if new and _same_blurb(said[first.block.uid], said[second.block.uid]):
            told.add(second.block.uid)
            yield Hit(f"“{second.name}” says word for word what “{first.name}” says.", second)


def follows_nothing(subject: Subject) -> Iterator[Hit]:
    """A follow-up of an issue that is not before this one."""
    for item in subject.items:
        follows = item.block.follow_up_of if isinstance(item.block, LinkBlock) else None
        if follows and follows >= subject.issue.number:
            yield Hit(f"“{item.name}” follows up on #{follows}, which is not out yet.", item)


def _twins(subject: Subject) -> Iterator[tuple[Item, Item]]:
    """Each story that stands in the issue already, beside the first of its kind."""
    stories = subject.stories
    for at, second in enumerate(stories):
        first = next((it for it in stories[:at] if _are_twins(subject, it, second)), None)
        if first:
            yield first, second


def _are_twins(subject: Subject, first: Item, second: Item) -> bool:
    if first.url and _address(first.url) == _address(second.url):
        return True
    return _named_alike(subject, first, second)


def _reruns(subject: Subject) -> Iterator[Rerun]:
    """Each story at most once: by address or title, else by its blurb."""
    # What is paid for or runs for weeks comes again by its nature.
    told = [past for past in subject.past if past.kind not in {"sponsor", "jobs", "events"}]
    for item in subject.stories:
        if isinstance(item.block, LinkBlock) and item.block.follow_up_of:
            continue
        if known := _same(subject, item, told):
            yield Rerun(item, known, by_blurb=False)
            continue
        blurb = item.words
        known = next((past for past in told if _same_blurb(blurb, past.text)), None)
        if known:
            yield Rerun(item, known, by_blurb=True)


def _same(subject: Subject, item: Item, told: Sequence[PublishedItem]) -> PublishedItem | None:
    """The first of `told` that is the same story."""
    url, title, is_column = item.url, item.title, _is_column(subject, item)
    for past in told:
        if url and past.url:
            if _address(url) == _address(past.url):
                return past
            if _site(url) == _site(past.url):
                # Two pages of one site under one title: a column.
                continue
        if not is_column and alike(title, past.title):
            return past
    return None


def _named_alike(subject: Subject, first: Item, second: Item) -> bool:
    if first.url and second.url and source(first) == source(second):
        return False
    return not _is_column(subject, first) and alike(first.title, second.title)


def _is_column(subject: Subject, item: Item) -> bool:
    section = subject.home(item).title.casefold()
    title = item.title.casefold()
    return title.startswith(section) or _names_a_column(title)


def alike(one: str, other: str) -> bool:
    """Whether two titles are of one story: the same words, or one a little longer, and the same
    numbers. 5.2.8 and 5.2.9 are two stories."""
    first, second = plain_words(one), plain_words(other)
    if len(first) < WORDS or len(second) < WORDS or _numbers(first) != _numbers(second):
        return False
    if first == second:
        return True
    short, long = sorted((set(first) - SMALL, set(second) - SMALL), key=len)
    if len(short) > WORDS and short <= long and len(long) - len(short) < 2:
        return True
    a, b = " ".join(first), " ".join(second)
    # Never the smaller of the two figures, and a hundred times as quick.
    if not fuzz.ratio(a, b, score_cutoff=100 * NEAR):
        return False
    return SequenceMatcher(None, a, b).ratio() >= NEAR


@lru_cache(maxsize=4096)
def _names_a_column(title: str) -> bool:
    return bool(COLUMN.search(title))


@lru_cache(maxsize=4096)
def _numbers(words: tuple[str, ...]) -> list[str]:
    return sorted(word for word in words if any(map(str.isdigit, word)))


def _same_blurb(one: str, other: str) -> bool:
    if min(len(one), len(other)) < BLURB_LENGTH:
        return False
    return plain_words(one) == plain_words(other)


def _ran(past: PublishedItem) -> str:
    day = past.issue.date
    return f"ran in #{past.number} of {day.day} {day:%B %Y}, in {past.section_title}"
