"""How a story is recognised in what ran and in what waits.

An address is looked up in all issues there ever were, by its index. Words are compared in memory
with a bounded number of the latest items: an index finds equal words only, and near ones are what
people miss. The bound holds a year of a weekly issue; older words are found by their address.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rapidfuzz import fuzz, process

from curation.identity import address_identity, web_address
from curation.likeness import BLURB_LENGTH, SAME_BLURB
from curation.models import Link, LinkAddress, LinkUse, PastItem
from curation.offering import known
from curation.titles import ALIKE, likeness, stem
from curation.wording import condition, day_of_year

# The latest past items, and of the shortlist and the queue the latest links, that are compared.
PAST = 1500
WAITING = 750
# Of those, so many are looked at closely.
CLOSE = 5
SAME_ADDRESS = "Same address"
SAME_WORDS = "Same blurb"
MARKS = 6
SHORTEST = 12  # characters; less is near to everything
# Somebody is to decide about these, or has chosen them.
ASKS_AGAIN = {Link.State.NEW, Link.State.SHORTLISTED, Link.State.SNOOZED}


@dataclass(frozen=True)
class Words:
    """What is asked about: a link, a block at the desk, a page somebody looks at. Plain text.

    `link` and `block` say what it is itself, so that nothing is a reminder of itself.
    """

    title: str
    url: str = ""
    blurb: str = ""
    link: int | None = None
    block: UUID | None = None


@dataclass(frozen=True)
class Reminder:
    """One warning: why, and where the other thing stands.

    `issue` is the number of the issue it stands in, `ran` the same once that is published and can
    be followed up. `link` is the other link, where there is one.
    """

    why: str
    where: str
    title: str = ""
    ran: int | None = None
    issue: int | None = None
    link: int | None = None
    block: UUID | None = None

    @property
    def key(self) -> object:
        """What makes two reminders one."""
        return self.block or self.link

    def __str__(self) -> str:
        if not self.title:
            return self.where[:1].upper() + self.where[1:]
        return f"{self.why}: “{self.title}” {self.where}"


class Places:
    """Where the addresses of all who are asked about ran, stand or wait."""

    def __init__(self, asked: Sequence[Words]) -> None:
        self._addresses = _addresses(asked)
        every = {address for own in self._addresses.values() for address in own}
        self._links = known(every)
        pks = set(self._links.values()) | {words.link for words in asked if words.link}
        self._rows = Link.objects.select_related("section").in_bulk(pks)
        self._uses = _grouped(LinkUse.objects.filter(link__in=pks).order_by("-pk"), "link_id")
        self._past = _grouped(PastItem.objects.filter(address__in=every), "address")

    def of(self, words: Words) -> Iterator[Reminder]:
        """The latest first; where a link only waits, last."""
        addresses = self._addresses[words]
        own = [words.link] if words.link in self._rows else []
        found = [self._links[one] for one in addresses if one in self._links]
        links = dict.fromkeys([*own, *found])
        uses = [_used(use) for pk in links for use in self._uses[pk]]
        past = [_ran(item, SAME_ADDRESS) for one in addresses for item in self._past[one]]
        told = sorted(uses + past, key=lambda one: one.issue or 0, reverse=True)
        yield from (reminder for reminder in told if reminder.block != words.block)
        for link in (self._rows[pk] for pk in links if pk != words.link):
            if link.state in ASKS_AGAIN:
                yield waits(link, SAME_ADDRESS)


class Blurbs:
    """Blurbs to compare with, found by their marks first: whatever is nearly the same shares one
    of its longest words at least, and comparing all with all would take half a second a page."""

    def __init__(self, blurbs: Mapping[int, str]) -> None:
        self._blurbs = {key: text for key, text in blurbs.items() if len(text) >= BLURB_LENGTH}
        self._by_mark = defaultdict[str, list[int]](list)
        for key, text in self._blurbs.items():
            for mark in _marks(text):
                self._by_mark[mark].append(key)

    def near(self, text: str) -> list[int]:
        """The keys of those that are nearly the same, the nearest first."""
        keys = {key for mark in _marks(text) for key in self._by_mark.get(mark, ())}
        among = {key: self._blurbs[key] for key in sorted(keys)}
        return _nearest(text, among, SAME_BLURB)


class PastWords:
    """The titles and blurbs of the latest items that ran.

    Only the words are read of what is compared, and the rest of what is near: making 1,500
    objects takes longer than all else.
    """

    def __init__(self, asked: Sequence[Words]) -> None:
        rows = list(PastItem.objects.values_list("pk", "title", "blurb")[:PAST])
        titles = {pk: stem(title) for pk, title, _ in rows}
        blurbs = Blurbs({pk: blurb for pk, _, blurb in rows})
        self._titled = {one: _nearest(stem(one.title), titles, ALIKE) for one in asked}
        self._worded = {one: blurbs.near(one.blurb) for one in asked}
        self._items = PastItem.objects.in_bulk(_every(self._titled) | _every(self._worded))

    def near(self, words: Words) -> Iterator[Reminder]:
        """Items with nearly the same title, then those with nearly the same blurb."""
        for item in _there(self._items, self._titled[words]):
            if item.block_uid != words.block and (why := likeness(words.title, item.title)):
                yield _ran(item, why)
        for item in _there(self._items, self._worded[words]):
            if item.block_uid != words.block:
                yield _ran(item, SAME_WORDS)


class WaitingWords:
    """The blurbs of the latest links of the shortlist and of what is new. Their titles are
    compared by `curation.likeness`."""

    def __init__(self, asked: Sequence[Words]) -> None:
        shelves = [
            Link.objects.unplaced().order_by("-state_since", "-pk"),
            # Not `waiting`: its OR with those whose snooze is over has no index.
            Link.objects.standing().shown().filter(state=Link.State.NEW),
        ]
        blurbs = Blurbs(
            {
                pk: text
                for shelf in shelves
                for pk, text in shelf.values_list("pk", "blurb")[:WAITING]
            }
        )
        self._near = {words: blurbs.near(words.blurb) for words in asked}
        self._links = Link.objects.select_related("section").in_bulk(_every(self._near))

    def near(self, words: Words) -> Iterator[Reminder]:
        """Links with nearly the same blurb."""
        for link in _there(self._links, self._near[words]):
            if link.pk != words.link:
                yield waits(link, SAME_WORDS)


def _addresses(asked: Sequence[Words]) -> dict[Words, list[UUID]]:
    """All addresses each is known by: its own, and those of its link."""
    links = {words.link for words in asked} - {None}
    rows = _grouped(LinkAddress.objects.filter(link__in=links), "link_id")
    found: dict[Words, list[UUID]] = {}
    for words in asked:
        address = web_address(words.url)
        own = [address_identity(address)] if address else []
        theirs = [row.identity for row in rows[words.link]]
        found[words] = list(dict.fromkeys(own + theirs))
    return found


def _every(near: Mapping[Words, Sequence[int]]) -> set[int]:
    return {pk for pks in near.values() for pk in pks}


def _there[Row: Model](rows: Mapping[int, Row], pks: Iterable[int]) -> Iterator[Row]:
    """Those that nobody deleted between the two looks."""
    return (rows[pk] for pk in pks if pk in rows)


def _grouped[Row: Model](rows: QuerySet[Row], by: str) -> dict[Any, list[Row]]:
    groups = defaultdict[Any, list[Row]](list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return groups


def _nearest(text: str, among: Mapping[int, str], cutoff: int) -> list[int]:
    """The keys of the texts that are at least so near, in percent, the nearest first."""
    if len(text) < SHORTEST:
        return []
    found = process.extract(text, among, scorer=fuzz.ratio, score_cutoff=cutoff, limit=CLOSE)
    return [key for _, _, key in found]


@lru_cache(maxsize=8192)
def _marks(text: str) -> tuple[str, ...]:
    """The longest words of a text. Kept: the next page compares with the same texts."""
    return tuple(sorted(set(text.split()), key=lambda word: (-len(word), word))[:MARKS])


def _ran(item: PastItem, why: str) -> Reminder:
    where = f"ran in #{item.issue_number}, {item.section}, {day_of_year(item.published_at)}"
    title = "" if why == SAME_ADDRESS else item.title
    return Reminder(why, where, title, item.issue_number, item.issue_number, None, item.block_uid)


def _used(use: LinkUse) -> Reminder:
    ran = use.issue_number if use.published_at else None
    where = f"stands in #{use.issue_number}, {use.section}"
    if use.published_at:
        where = f"ran in #{use.issue_number}, {use.section}, {day_of_year(use.published_at)}"
    return Reminder(SAME_ADDRESS, where, "", ran, use.issue_number, None, use.block_uid)


def waits(link: Link, why: str) -> Reminder:
    """A reminder of a link that is in no issue yet."""
    return Reminder(why, f"is {condition(link)}", link.title, link=link.pk)
