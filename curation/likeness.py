"""Links that may be one story: proposed with the reason in words, never decided.

What is compared with is bounded, not stored: on each shelf the newest links of the same weeks,
and the latest of the shortlist, read by the queue's own indexes. A column with a folded title
would find equal titles only, and everybody who writes a title would have to remember it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from curation.identity import address_identity
from curation.merging import taken_apart
from curation.models import Link, LinkAddress, LinkHint
from curation.titles import KIN, comparable, likeness, nearness, stem, title

# Of each shelf so many links are compared with, of those published within so long of each other.
COMPARED = 1000
WITHIN = timedelta(days=30)
# Of those, so many are looked at closely, and so many proposed.
CLOSE = 12
PROPOSED = 5
# Blurbs this long, in characters, are not written twice by chance; nearness in percent.
BLURB_LENGTH = 80
SAME_BLURB = 95
# A title that so many others bear is the name of a column, not of a story.
COLUMN = 3


@dataclass(frozen=True)
class Story:
    """What there is to compare of a link, or of what may become one."""

    title: str
    url: str
    blurb: str
    published_at: datetime
    pk: int | None = None


def alike(link: Link) -> list[tuple[Link, str]]:
    """Standing links that may tell the story of `link`, the nearest first, each with the reason.

    What a person took apart is not proposed again.
    """
    return alike_each([link])[link.pk]


def alike_each(links: Sequence[Link]) -> dict[int, list[tuple[Link, str]]]:
    """`alike` for each of `links`, in as many queries for fifty as for one."""
    hints = _hinted(links)
    near = _near([_story(link) for link in links])
    found = [hints[link.pk] + each for link, each in zip(links, near, strict=True)]
    apart = taken_apart([*links, *(near for each in found for near, _ in each)])
    return {
        link.pk: [(near, why) for near, why in each if frozenset((link.pk, near.pk)) not in apart]
        for link, each in zip(links, found, strict=True)
    }


def alike_to(*, title: str, url: str, now: datetime, blurb: str = "") -> list[tuple[Link, str]]:
    """`alike` for what is no link yet. The link that has this very address is not among them."""
    found = _near([Story(title, url, blurb, now)])[0]
    own = set(
        LinkAddress.objects.filter(identity=address_identity(url)).values_list("link", flat=True)
    )
    return [(link, why) for link, why in found if link.pk not in own]


def alike_stories(stories: Sequence[Story]) -> list[list[tuple[Link, str]]]:
    """`alike` for each of what may be no links yet. Whoever asks knows which is which."""
    return _near(stories)


def _hinted(links: Sequence[Link]) -> dict[int, list[tuple[Link, str]]]:
    """What the pages of links said, from either side."""
    found: dict[int, dict[int, tuple[Link, str]]] = {link.pk: {} for link in links}
    of_these = Q(link__in=found) | Q(other__in=found)
    both = Q(link__merged_into=None, other__merged_into=None)
    for hint in LinkHint.objects.filter(of_these, both).select_related("link", "other"):
        for one, other in ((hint.link, hint.other), (hint.other, hint.link)):
            if one.pk in found:
                found[one.pk][other.pk] = (other, hint.reason)
    return {pk: list(each.values()) for pk, each in found.items()}


def _near(stories: Sequence[Story]) -> list[list[tuple[Link, str]]]:
    """For each story the links that are alike: first a quick look at many titles, then a close
    one at few."""
    titles = _titles(stories)
    close = [_close(story, titles) for story in stories]
    links = Link.objects.standing().select_related("section")
    rows = links.in_bulk({pk for pks in close for pk in pks})
    return [
        _proposed(story, [rows[pk] for pk in pks if pk in rows])
        for story, pks in zip(stories, close, strict=True)
    ]


def _titles(stories: Sequence[Story]) -> dict[int, str]:
    """The titles to compare with, by link, without what sites put behind them."""
    if not stories:
        return {}
    dates = [story.published_at for story in stories]
    between = (min(dates) - WITHIN, max(dates) + WITHIN)
    parts: list[QuerySet[Link]] = [
        Link.objects.standing().filter(state=state, published_at__range=between)
        for state in Link.State
    ]
    parts = [part.order_by("-published_at", "-pk") for part in parts]
    parts.append(Link.objects.shortlisted().order_by("-state_since", "-pk"))
    return {
        pk: stem(title)
        for part in parts
        for pk, title in part.values_list("pk", "title")[:COMPARED]
    }


def _close(story: Story, titles: dict[int, str]) -> list[int]:
    """The links whose titles are at least kin, the nearest first."""
    near = process.extract(
        stem(story.title), titles, scorer=fuzz.ratio, score_cutoff=KIN, limit=CLOSE
    )
    return [pk for _, _, pk in near if pk != story.pk]


def _proposed(story: Story, links: Iterable[Link]) -> list[tuple[Link, str]]:
    found = [(link, why) for link in links if (why := _reason(story, _story(link)))]
    columns = sum(stem(link.title) == stem(story.title) for link, _ in found)
    return [] if columns >= COLUMN else found[:PROPOSED]


def _reason(one: Story, other: Story) -> str:
    if why := likeness(one.title, other.title):
        return why
    a, b = title(one.title), title(other.title)
    same = fuzz.ratio(one.blurb, other.blurb) >= SAME_BLURB
    long = min(len(one.blurb), len(other.blurb)) >= BLURB_LENGTH
    if same and long and comparable(a, b) and nearness(a, b) >= KIN:
        return f"Same blurb, titles akin ({nearness(a, b)} %)"
    return ""


def _story(link: Link) -> Story:
    return Story(link.title, link.url, link.blurb, link.published_at, link.pk)
