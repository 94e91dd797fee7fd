"""One issue as values: its sections and items, from one read of the blocks.

Every output is drawn from this, so each of them holds exactly the blocks switched on for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import chain
from textwrap import shorten
from urllib.parse import urljoin, urlsplit

from django.utils.text import slugify

from digest.jobs import Runs, earlier_runs, runs_of, unmarked
from digest.models import BLOCKS, Block, Issue, IssueSection, JobBlock, SponsorBlock
from digest.models.details import Detail
from toolbox.html import SCHEMES, to_line
from toolbox.prepared import Select, Slot
from toolbox.urls import absolute

# The switches of a block, by the channel they stand for.
CHANNELS = {"email": "in_email", "web": "in_web", "feeds": "in_feeds"}


@dataclass(frozen=True)
class Item:
    """One block as the reader meets it. What is worked out is kept: every output asks for it."""

    block: Block
    is_new: bool = False
    # Of a job: the numbers of the earlier published issues that had it.
    ran_in: tuple[int, ...] = ()

    @cached_property
    def url(self) -> str:
        """Where the title leads; empty when there is no address or it is not one to send to."""
        return safe_url(self.block.url)

    @cached_property
    def title(self) -> str:
        """The words of the title. A link is never without: its host stands in. A job's 🆕 is
        computed, so one that was typed is not shown beside it."""
        words = self.block.heading.strip()
        words = unmarked(words) if isinstance(self.block, JobBlock) else words
        return words or (self.url and (self.block.domain or self.url))

    @cached_property
    def name(self) -> str:
        """What it is called in lists: its title, or how its text begins."""
        return self.title or shorten(self.words or self.block.gist, 80, placeholder="…")

    @cached_property
    def words(self) -> str:
        """What its blurb says, on one line."""
        return to_line(self.block.blurb)

    @property
    def sponsored(self) -> bool:
        """Somebody paid for it: its links say so to machines, its label to people."""
        return isinstance(self.block, SponsorBlock)

    @cached_property
    def label(self) -> str:
        """What a sponsored item says above its title. Never nothing."""
        label: str = getattr(self.block, "label", "").strip()
        return label if any(map(str.isalpha, label)) else "Sponsored"

    @property
    def badge(self) -> str:
        """One word beside the title, when it says something."""
        return "New" if self.is_new else getattr(self.block, "badge", "")

    @cached_property
    def details(self) -> list[Detail]:
        """What stands small below it."""
        return self.block.details

    @cached_property
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

    @cached_property
    def items(self) -> list[Item]:
        """Every item, in order."""
        return [item for section in self.sections for item in section.items]

    def channel(self, name: str) -> "Tree":
        """The same issue with exactly the blocks switched on for "email", "web" or "feeds"."""
        return replace(self, sections=tuple(_switched_on(self.sections, name)))


def read(issue: Issue) -> Tree:
    """Read the issue: one query for each block type, one for its sections, one for its jobs."""
    stored = (_stored(model).run(issue=issue.pk) for model in BLOCKS)
    return plant(issue, _sections().run(issue=issue.pk), chain.from_iterable(stored))


def plant(issue: Issue, sections: Sequence[IssueSection], blocks: Iterable[Block]) -> Tree:
    """The tree of these sections, in this order, and these blocks, whether saved or not.

    What stands in no section of them is in no output.
    """
    by_region: dict[str, list[Block]] = defaultdict(list)
    for block in sorted(blocks, key=lambda block: block.ordering):
        by_region[block.region].append(block)
    regions = [by_region[section.key] for section in sections]
    runs = _runs(issue, chain.from_iterable(regions))
    nodes = [_node(section, found, runs) for section, found in zip(sections, regions, strict=True)]
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


# These are asked for every issue that is drawn, so each is put in words once.
_ISSUE = Slot("issue", Issue._meta.pk)


@cache
def _sections() -> Select[IssueSection]:
    return Select(IssueSection.objects.filter(issue_id=_ISSUE).select_related("section"))


@cache
def _stored(model: type[Block]) -> Select[Block]:
    return Select(model.objects.filter(parent_id=_ISSUE).order_by("ordering", "pk"))


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


def _runs(issue: Issue, blocks: Iterable[Block]) -> Runs:
    """The earlier issues that had each of this issue's jobs."""
    return earlier_runs(issue, [block for block in blocks if isinstance(block, JobBlock)])


def _item(block: Block, runs: Runs) -> Item:
    if not isinstance(block, JobBlock):
        return Item(block)
    ran_in = runs_of(block, runs)
    return Item(block, is_new=not ran_in, ran_in=tuple(ran_in))
