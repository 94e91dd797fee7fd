"""Memory across issues: what ran, or is with us already, and is very like this. It warns and
never forbids: the survey runs again from another domain, and a proposal comes back accepted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from curation.identity import address_identity, web_address
from curation.likeness import Story, alike_each, alike_stories
from curation.models import Link, PastItem
from curation.recalling import (
    ASKS_AGAIN,
    PastWords,
    Places,
    Reminder,
    WaitingWords,
    Words,
    waits,
)

# So many reminders help to decide; more are a list to read.
TOLD = 3


@dataclass(frozen=True)
class Past:
    """One published item, as the digest tells it; in plain text."""

    block_uid: UUID
    section: str
    title: str
    url: str = ""
    blurb: str = ""


def remember(issue_number: int, items: Iterable[Past], at: datetime) -> None:
    """Keep what ran in an issue. Telling it again corrects the words; the first date stays."""
    PastItem.objects.bulk_create(
        [_kept(issue_number, item, at) for item in items],
        update_conflicts=True,
        unique_fields=["block_uid"],
        update_fields=["issue_number", "section", "title", "blurb", "url", "address"],
    )


def of_links(links: Sequence[Link]) -> dict[int, list[Reminder]]:
    """What to be reminded of, for each of `links`; in as many queries for fifty as for one."""
    asked = [Words(link.title, link.url, link.blurb, link.pk) for link in links]
    near = alike_each(links)
    told = _recall(asked, [near[link.pk] for link in links])
    return dict(zip((link.pk for link in links), told, strict=True))


def of_words(asked: Sequence[Words], now: datetime) -> list[list[Reminder]]:
    """The same for what may be no link: one list for each of `asked`, in order."""
    stories = [Story(words.title, words.url, words.blurb, now, words.link) for words in asked]
    return _recall(asked, alike_stories(stories))


def _recall(
    asked: Sequence[Words], near: Sequence[Sequence[tuple[Link, str]]]
) -> list[list[Reminder]]:
    if not asked:
        return []
    places, past, waiting = Places(asked), PastWords(asked), WaitingWords(asked)
    return [
        _chosen([*places.of(words), *past.near(words), *_of_links(links), *waiting.near(words)])
        for words, links in zip(asked, near, strict=True)
    ]


def _chosen(reminders: list[Reminder]) -> list[Reminder]:
    """The strongest reason for each thing, and of what runs every week the last time only."""
    seen: set[object] = set()
    kept = []
    for reminder in reminders:
        marks = {reminder.key, reminder.title.casefold() or reminder.key}
        if marks.isdisjoint(seen):
            kept.append(reminder)
        seen |= marks
    return kept[:TOLD]


def _of_links(near: Iterable[tuple[Link, str]]) -> list[Reminder]:
    """Of the links that may be the same story, those that wait or are chosen. What was turned
    down is no reason to be warned."""
    return [waits(link, why) for link, why in near if link.state in ASKS_AGAIN]


def _kept(issue_number: int, item: Past, at: datetime) -> PastItem:
    address = web_address(item.url)
    return PastItem(
        block_uid=item.block_uid,
        issue_number=issue_number,
        section=item.section[:100],
        title=item.title[:500],
        blurb=item.blurb,
        url=item.url,
        address=address_identity(address) if address else None,
        published_at=at,
    )
