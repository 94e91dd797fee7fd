"""What ran, whatever the issue: in one section, from one source. Newest issue first."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Max, Q

from digest.models import Issue, PublishedItem
from digest.models.published import PublishedItemQuerySet
from publication.models import SectionKind

PAGE = 60


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
    return Page(runs, f"{page[-1].number},{page[-1].position}" if more else "")


def shelves() -> list[Shelf]:
    """Every section that ran, under the name it had last, in the order of the alphabet; what is
    paid for is not browsed."""
    shown = PublishedItem.objects.on_pages().exclude(section_slug="").order_by()
    shown = shown.exclude(kind=SectionKind.SPONSOR)
    newest = shown.values("section_slug").annotate(newest=Max("pk")).values("newest")
    rows = PublishedItem.objects.filter(pk__in=newest).order_by("section_title")
    return [Shelf(*row) for row in rows.values_list("section_slug", "section_title")]


def _after(items: PublishedItemQuerySet, key: str) -> PublishedItemQuerySet:
    """A key that cannot be read means the beginning."""
    number, _, position = key.partition(",")
    if not (number.isdecimal() and position.isdecimal()) or len(key) > 20:
        return items
    # The plain bound lets the database start in the middle of its index.
    later = Q(number__lt=int(number)) | Q(position__gt=int(position))
    return items.filter(later, number__lte=int(number))
