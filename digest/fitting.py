"""How a link fits an issue: its section there, the block it becomes, the words it brings."""

from collections.abc import Iterable
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


def values(link: Link) -> dict[str, str]:
    """All a block may take from a link, by field. Each type takes the fields that it has."""
    job = jobs.split(link.title)
    return {
        "title": link.title,
        "url": link.url,
        "blurb": clean_rich(f"<p>{escape(link.blurb)}</p>") if link.blurb else "",
        "source_label": link.source_label,
        "author": link.author,
        "via": link.via,
        "role": job.role,
        "company": job.company,
        "place": job.place,
        "repo": one_line(_repo(link.url), 200),
        "show": link.source_label,
        "people": link.author,
    }


def block_for(link: Link, section: IssueSection, *, ordering: int) -> Block:
    """The unsaved block that `link` becomes in `section`. Raises PlacementError."""
    model = TAKES.get(section.kind)
    if model is None:
        raise PlacementError(f"{section} takes no links from the shortlist.")
    own = {field.name for field in model._meta.fields} - {"title"} | set(model.headline)
    copied = {name: value for name, value in values(link).items() if name in own}
    where = {"parent_id": section.issue_id, "region": section.key, "ordering": ordering}
    return model(**where, link=link, link_version=version_placed(link), **copied)


def version_placed(link: Link) -> int:
    """The version the link will have once it is placed: `curation.uses` counts that as a deed."""
    return link.version + 1


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
