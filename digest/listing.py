"""What ran, whatever the issue: in one section, from one source. Newest issue first."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db.models import Q
from django.db.models.expressions import RawSQL

from digest.models import Issue, PublishedItem
from digest.models.published import PublishedItemQuerySet

PAGE = 40  # items: as many as a full issue
# Of the last item of a page: when it ran, and where.
KEY = re.compile(r"(?P<at>[0-9]{1,16})-(?P<number>[0-9]{1,9})-(?P<position>[0-9]{1,9})")
# The latest item of each section. From slug to slug through the index: GROUP BY reads all of it.
LATEST = """
WITH RECURSIVE shelf(slug) AS (
  SELECT min(section_slug) FROM digest_publisheditem
  WHERE section_slug > '' AND in_web AND kind <> 'sponsor'
  UNION ALL
  SELECT (SELECT min(section_slug) FROM digest_publisheditem
          WHERE section_slug > shelf.slug AND in_web AND kind <> 'sponsor')
  FROM shelf WHERE slug IS NOT NULL
)
SELECT (SELECT id FROM digest_publisheditem
        WHERE section_slug = shelf.slug AND in_web AND kind <> 'sponsor'
        ORDER BY published_at DESC, number DESC, position LIMIT 1)
FROM shelf WHERE slug IS NOT NULL
"""
START, TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Run:
    """The items of one issue among those that are listed."""

    issue: Issue
    items: list[PublishedItem]


@dataclass(frozen=True)
class Page:
    """Some runs; `after` goes on from the last item, empty when there is no more."""

    runs: list[Run]
    after: str


@dataclass(frozen=True)
class Shelf:
    """A section that ran: its page is at `slug`, and it was last called `title`."""

    slug: str
    title: str


def page_of(items: PublishedItemQuerySet, key: str) -> Page:
    """The page of `items` that comes after `key`: two queries, however many there are."""
    found = list(_after(items, key).select_related("issue")[: PAGE + 1])
    page = found[:PAGE]
    runs = [Run(issue, list(group)) for issue, group in groupby(page, lambda item: item.issue)]
    more = len(found) > PAGE
    return Page(runs, _key(page[-1]) if more else "")


def shelves() -> list[Shelf]:
    """Every section that ran, under the name it had last, in the order of the alphabet; what is
    paid for is not browsed."""
    latest = PublishedItem.objects.filter(pk__in=RawSQL(LATEST, []))  # noqa: S611  (no parameter)
    rows = latest.order_by("section_title")
    return [Shelf(*row) for row in rows.values_list("section_slug", "section_title")]


def _key(item: PublishedItem) -> str:
    return f"{(item.published_at - START) // TICK}-{item.number}-{item.position}"


def _after(items: PublishedItemQuerySet, key: str) -> PublishedItemQuerySet:
    """A key that cannot be read means the beginning."""
    found = KEY.fullmatch(key)
    if found is None:
        return items
    at, number, position = (int(part) for part in found.groups())
    day = START + at * TICK
    behind = Q(number__lt=number) | Q(number=number, position__gt=position)
    # The plain bound lets the database start in the middle of its index.
    return items.filter(Q(published_at__lt=day) | behind, published_at__lte=day)
