"""One issue as values: its sections and items, from one read of the blocks.

Every output is drawn from this, so each of them holds exactly the blocks switched on for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten
from urllib.parse import urljoin, urlsplit

from content_editor.contents import Contents, contents_for_item
from content_editor.models import Region
from django.utils.text import slugify

from digest.jobs import Runs, earlier_runs, runs_of
from digest.models import BLOCKS, Block, Issue, IssueSection, JobBlock, SponsorBlock
from digest.models.details import Detail
from toolbox.html import SCHEMES, to_line
from toolbox.urls import absolute

# The switches of a block, by the channel they stand for.
CHANNELS = {"email": "in_email", "web": "in_web", "feeds": "in_feeds"}


@dataclass(frozen=True)
class Item:
    """One block as the reader meets it."""

    block: Block
    is_new: bool = False
    # Of a job: the numbers of the earlier published issues that had it.
    ran_in: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        """Where the title leads; empty when there is no address or it is not one to send to."""
        return safe_url(self.block.url)

    @property
    def title(self) -> str:
        """The words of the title. A link is never without: its host stands in."""
        return self.block.heading.strip() or (self.url and (self.block.domain or self.url))

    @property
    def name(self) -> str:
        """What it is called in lists: its title, or how its text begins."""
        return (
            self.title or shorten(to_line(self.block.blurb), 80, placeholder="…") or self.block.slug
        )

    @property
    def sponsored(self) -> bool:
        """Somebody paid for it: its links say so to machines, its label to people."""
        return isinstance(self.block, SponsorBlock)

    @property
    def label(self) -> str:
        """What a sponsored item says above its title. Never nothing."""
        label: str = getattr(self.block, "label", "").strip()
        return label if any(map(str.isalpha, label)) else "Sponsored"

    @property
    def badge(self) -> str:
        """One word beside the title, when it says something."""
        return "New" if self.is_new else getattr(self.block, "badge", "")

    @property
    def details(self) -> list[Detail]:
        """What stands small below it."""
        return self.block.details

    @property
    def channels(self) -> list[str]:
        """The outputs it is switched on for."""
        return [name for name, switch in CHANNELS.items() if getattr(self.block, switch)]


@dataclass(frozen=True)
class SectionNode:
    """A section that holds something."""

    key: str
    title: str
    kind: str
    slug: str
    anchor: str
    intro: str
    items: tuple[Item, ...]

    @property
    def says_its_title(self) -> bool:
        """A sponsor's section named like the label in it ("Sponsored 2") would only repeat it."""
        labels = {item.label.casefold() for item in self.items if item.sponsored}
        return len(labels) != 1 or not self.title.casefold().startswith(labels.pop())


@dataclass(frozen=True)
class Tree:
    """One issue: what it says, in order. Hidden and empty sections are not in it."""

    number: int
    title: str
    date: date
    sections: tuple[SectionNode, ...]

    @property
    def items(self) -> list[Item]:
        """Every item, in order."""
        return [item for section in self.sections for item in section.items]

    def channel(self, name: str) -> "Tree":
        """The same issue with exactly the blocks switched on for "email", "web" or "feeds"."""
        return replace(self, sections=tuple(_switched_on(self.sections, name)))


def read(issue: Issue) -> Tree:
    """Read the issue: one query for each block type, one for its sections, one for its jobs."""
    sections = list(issue.sections.select_related("section"))
    # Not issue.regions, which is cached: a section may be newer than it.
    regions = [Region(key=section.key, title=section.title) for section in sections]
    contents = contents_for_item(issue, BLOCKS, regions=regions)
    runs = _runs(issue, contents)
    nodes = [_node(section, contents[section.key], runs) for section in sections]
    kept = [
        node
        for node, section in zip(nodes, sections, strict=True)
        if not section.hidden and (node.items or node.intro)
    ]
    return Tree(issue.number, issue.title, issue.date, tuple(_anchored(kept)))


def safe_url(url: str) -> str:
    """`url` where a reader may be sent, our own paths made absolute; anything else is empty."""
    url = url.strip()
    if url.startswith("/"):
        return urljoin(absolute("/"), url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in SCHEMES and (parts.netloc or parts.scheme == "mailto") else ""


def _node(section: IssueSection, blocks: list[Block], runs: Runs) -> SectionNode:
    slug = section.section.slug if section.section else slugify(section.title)
    items = tuple(_item(block, runs) for block in blocks)
    return SectionNode(
        key=section.key,
        title=section.title,
        kind=section.kind,
        slug=slug[:50],
        anchor=slugify(section.title) or section.key,
        intro=section.intro if to_line(section.intro) else "",
        items=items,
    )


def _anchored(nodes: list[SectionNode]) -> Iterator[SectionNode]:
    """Two sections of one name do not share an anchor."""
    taken: set[str] = set()
    for node in nodes:
        anchor = node.anchor if node.anchor not in taken else f"{node.anchor}-{node.key}"
        taken.add(anchor)
        yield replace(node, anchor=anchor)


def _switched_on(sections: tuple[SectionNode, ...], name: str) -> Iterator[SectionNode]:
    for section in sections:
        items = tuple(item for item in section.items if name in item.channels)
        # An intro whose items are all elsewhere introduces nothing.
        if items or not section.items:
            yield replace(section, items=items)


def _runs(issue: Issue, contents: Contents) -> Runs:
    """The earlier issues that had each of this issue's jobs."""
    return earlier_runs(issue, [block for block in contents if isinstance(block, JobBlock)])


def _item(block: Block, runs: Runs) -> Item:
    if not isinstance(block, JobBlock):
        return Item(block)
    ran_in = runs_of(block, runs)
    return Item(block, is_new=not ran_in, ran_in=tuple(ran_in))
