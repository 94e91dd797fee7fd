"""What the desk offers beside an issue: the shortlist, each link ready to become a block."""

from typing import Any

from curation.models import Link
from digest.fitting import TAKES, home, values
from digest.models import Issue, IssueSection


def shortlist(issue: Issue, sections: list[IssueSection]) -> list[dict[str, Any]]:
    """The links that wait for an issue, newest first, with the section each belongs in."""
    return [_offer(link, home(link, sections)) for link in Link.objects.unplaced()]


def takers(sections: list[IssueSection]) -> dict[str, str]:
    """The type of block a link becomes, by the key of each section that takes links."""
    return {
        section.key: TAKES[section.kind]._meta.label_lower
        for section in sections
        if section.kind in TAKES
    }


def _offer(link: Link, section: IssueSection | None) -> dict[str, Any]:
    return {
        "id": link.pk,
        "title": link.title,
        "source": link.source_label,
        "section": section.title if section else "",
        "region": section.key if section else "",
        "fields": values(link),
    }
