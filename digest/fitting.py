"""How a link fits an issue: its section there, the block it becomes, the words it brings."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import escape

from curation.models import Link
from digest import jobs
from digest.errors import IssueError
from digest.models import BLOCKS, Block, IssueSection
from publication.models import SectionKind
from toolbox.html import clean_rich
from toolbox.text import one_line

# The block a link becomes, by the kind of its section. Text sections hold our own words and
# sponsor sections what is paid for: neither takes a link. The first type made for a kind wins.
TAKES: dict[str, type[Block]] = {
    kind: block
    for block in reversed(BLOCKS)
    for kind in block.kinds - {SectionKind.TEXT, SectionKind.SPONSOR}
    if len(block.kinds) == 1
}
# The words of a link, as the queue has them: a block remembers what they were when it took them.
WORDS = ("title", "url", "blurb", "source_label", "author", "via")
# Among articles it is worth a word that something is watched or heard.
BADGES = {Link.Kind.VIDEO, Link.Kind.PODCAST}
FORGES = {"github.com", "gitlab.com", "codeberg.org"}


class PlacementError(IssueError):
    """The link cannot stand there: it is not on the shortlist, or the section takes no links."""


def home(link: Link, sections: Iterable[IssueSection]) -> IssueSection | None:
    """The section a link belongs in: its own where that takes links, else the first of links."""
    takers = [section for section in sections if section.kind in TAKES]
    own = [
        section for section in takers if link.section_id and section.section_id == link.section_id
    ]
    plain = [section for section in takers if section.kind == SectionKind.LINKS]
    return next(iter(own + plain), None)


def values(link: Link) -> dict[str, Any]:
    """All a block may take from a link, by field. Each type takes the fields that it has."""
    job = jobs.split(link.title)
    return {
        "title": link.title,
        "url": link.url,
        "blurb": clean_rich(f"<p>{escape(link.blurb)}</p>") if link.blurb else "",
        "source_label": link.source_label,
        "author": link.author,
        "via": link.via,
        "badge": link.get_kind_display() if link.kind in BADGES else "",
        "follow_up_of": link.follow_up_of,
        "role": job.role,
        "company": job.company,
        "place": job.place,
        "repo": one_line(_repo(link.url), 200),
        "show": link.source_label,
        "people": link.author,
    }


def block_for(link: Link, section: IssueSection) -> Block:
    """The unsaved block that `link` becomes in `section`. Raises PlacementError."""
    model = TAKES.get(section.kind)
    if model is None:
        raise PlacementError(f"{section} takes no links from the shortlist.")
    own = {"url", "blurb", *model.headline, *(field.name for field in model.own_fields())}
    copied = {name: value for name, value in values(link).items() if name in own}
    where = {"parent_id": section.issue_id, "region": section.key}
    return model(**where, link=link, taken=words(link), **copied)


def words(link: Link) -> dict[str, str]:
    """What a block takes from its link, as the queue has it now."""
    return {name: getattr(link, name) for name in WORDS}


def changed_since(block: Block) -> dict[str, str]:
    """The link's words that are no longer what the block took, as they are now."""
    if block.link is None or not block.taken:
        return {}
    now = words(block.link).items()
    return {name: value for name, value in now if block.taken.get(name) != value}


def _repo(url: str) -> str:
    """The words owner/repo out of an address on a forge, or nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    names = [name for name in parts.path.split("/") if name]
    if (parts.hostname or "").removeprefix("www.") not in FORGES or len(names) < 2:
        return ""
    return "/".join(names[:2]).removesuffix(".git")
