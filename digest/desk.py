"""What the desk offers beside an issue, each thing ready to become a block: the shortlist, and
what the issue before said.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import localize_input

from curation.models import Link
from digest.fitting import TAKES, home, values
from digest.guards import blocks_of, may_stand
from digest.models import BLOCKS, Block, Booking, ImageBlock, Issue, IssueSection

Offer = dict[str, Any]
# An issue has some fifty items, and the index answers as quickly as it is asked for few.
OFFERED = 500


def shortlist(issue: Issue, sections: list[IssueSection]) -> list[Offer]:
    """The links that wait for an issue, newest first, with the section each belongs in; of very
    many those that were chosen last."""
    chosen = Link.objects.unplaced().order_by("-state_since", "-pk")[:OFFERED]
    newest = sorted(chosen, key=lambda link: (link.published_at, link.pk), reverse=True)
    return [_offer(link, home(link, sections)) for link in newest]


def earlier(issue: Issue, sections: list[IssueSection]) -> list[Offer]:
    """The blocks of the issue before, in their order. A picture is not copied by hand."""
    before = Issue.objects.before(issue).first()
    if before is None:
        return []
    shelves = {section.key: section for section in before.sections.all()}
    order = list(shelves)
    blocks = [block for block in blocks_of(before) if block.region in shelves]
    blocks.sort(key=lambda block: (order.index(block.region), block.ordering))
    return [
        _copy(block, shelves[block.region], sections)
        for block in blocks
        if not isinstance(block, ImageBlock)
    ]


def takers(sections: list[IssueSection]) -> dict[str, str]:
    """The type of block a link becomes, by the key of each section that takes links."""
    return {
        section.key: TAKES[section.kind]._meta.label_lower
        for section in sections
        if section.kind in TAKES
    }


def named(offer_id: str, issue: Issue) -> Block | None:
    """The block of the issue before that an offer of `earlier` stands for."""
    slug, _, pk = offer_id.partition(":")
    model = next((model for model in BLOCKS if model.slug == slug), None)
    before = Issue.objects.before(issue).first()
    if model is None or before is None or not pk.isdecimal():
        return None
    found: Block | None = model.objects.filter(parent=before, pk=pk).first()
    return found


def home_of_copy(block: Block, section: IssueSection, sections: list[IssueSection]) -> str:
    """The section a copy belongs in: of the same shelf, or name, or kind."""
    open_ = [it for it in sections if may_stand(type(block), it.key)]
    shelf = [it for it in open_ if section.section_id and it.section_id == section.section_id]
    name = [it for it in open_ if it.title == section.title]
    kind = [it for it in open_ if it.kind == section.kind]
    return next((it.key for it in shelf + name + kind), "")


def _offer(link: Link, section: IssueSection | None) -> Offer:
    return {
        "id": str(link.pk),
        "title": link.title,
        "source": link.source_label,
        "section": section.title if section else "",
        "region": section.key if section else "",
        "fields": {**values(link), "link": link.pk},
    }


def _copy(block: Block, section: IssueSection, sections: list[IssueSection]) -> Offer:
    return {
        "id": f"{block.slug}:{block.pk}",
        "title": str(block),
        "source": section.title,
        "section": "",
        "region": home_of_copy(block, section, sections),
        "model": block._meta.label_lower,
        "fields": dict(_fields(block)),
    }


def _fields(block: Block) -> Iterator[tuple[str, Any]]:
    """What a form would hold. A booking is for one date, so it is not copied."""
    names = [*block.headline, "url", "blurb", *(field.name for field in block.own_fields())]
    for name in names:
        value = getattr(block, name)
        if not isinstance(value, Booking):
            yield name, "" if value is None else localize_input(value)
