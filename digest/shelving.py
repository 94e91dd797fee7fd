"""The shelves in their order, and what goes along when one takes another address."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from digest.errors import IssueError
from digest.models import FormerSlug, PublishedItem
from publication.access import record, require
from publication.models import Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STEP = 10  # between two positions, so that one can be put in between by hand


class AddressTakenError(IssueError):
    """The slug was another section's once, and leads on to it; the message says to which."""


def last_position() -> int:
    """Behind all shelves."""
    return (Section.objects.aggregate(last=Max("position"))["last"] or 0) + STEP


def current_slug(slug: str) -> str:
    """The slug at which what ran under `slug` stands now."""
    moved = FormerSlug.objects.filter(slug=slug).values_list("now", flat=True).first()
    return moved or slug


def former_slugs() -> dict[str, str]:
    """Every slug that was left, and the one that it leads to."""
    return dict(FormerSlug.objects.values_list("slug", "now"))


def check_free(slug: str, former: str = "") -> None:
    """Raise AddressTakenError where `slug` leads to a section other than the one at `former`."""
    now = FormerSlug.objects.filter(slug=slug).values_list("now", flat=True).first()
    if now and now != former:
        raise AddressTakenError(f"“{slug}” is a former address of “{now}”, and leads there.")


@transaction.atomic
def moved(section: Section, former: str, *, by: "User | None") -> int:
    """Bring all that ran along to the section's new address; the former one leads on to it.

    `section` has its new slug already. Answers with the number of items. Raises
    AddressTakenError.
    """
    require(by, "publication.change_section")
    check_free(section.slug, former)
    FormerSlug.objects.filter(slug=section.slug).delete()
    FormerSlug.objects.filter(now=former).update(now=section.slug)
    FormerSlug.objects.create(slug=former, now=section.slug)
    brought = PublishedItem.objects.filter(section_slug=former).update(section_slug=section.slug)
    record(by, "moved", f"section {section}", former=former, now=section.slug, items=brought)
    return brought


@transaction.atomic
def shift(section: Section, step: int, *, by: "User | None") -> bool:
    """Put a shelf `step` places further down (negative: up), past the end never.

    Whether anything moved. All positions are counted anew.
    """
    require(by, "publication.change_section")
    shelves = list(Section.objects.select_for_update().order_by("position", "pk"))
    at = next(place for place, shelf in enumerate(shelves) if shelf.pk == section.pk)
    to = min(max(at + step, 0), len(shelves) - 1)
    shelves.insert(to, shelves.pop(at))
    for place, shelf in enumerate(shelves, start=1):
        shelf.position = place * STEP
    Section.objects.bulk_update(shelves, ["position"])
    if to != at:
        record(by, "shifted", f"section {section}", place=to + 1)
    return to != at
