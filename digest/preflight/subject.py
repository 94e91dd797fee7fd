"""What a check looks at: the issue as it is read, and what is known beside it. Each once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from digest.models import Booking, Issue, PublishedItem, SponsorBlock, TextBlock, Visit
from digest.reading import Anchor, Paragraph, anchors, paragraphs, sentences
from digest.rendering import Rendering
from digest.tree import Item, SectionNode, Tree, safe_url
from digest.visiting import identity, is_visited
from publication.models import SectionKind
from toolbox.addresses import host

# As many as the editors of a weekly look back over.
REMEMBERED = 20


@dataclass(frozen=True)
class Passage:
    """Some words a reader sees, on one line; `name` says where they stand."""

    text: str
    name: str
    item: Item | None = None
    is_title: bool = False


@dataclass(frozen=True)
class Link:
    """An address readers are sent to; `words` are what they press, empty for a title's."""

    url: str
    name: str
    words: str = ""
    item: Item | None = None


@dataclass(frozen=True)
class Subject:
    """One issue under the pre-flight's eyes."""

    issue: Issue
    tree: Tree
    rendering: Rendering | None
    now: datetime

    def once[Found](self, look: "Callable[[Subject], Iterable[Found]]") -> list[Found]:
        """What a look over it finds that more than one check asks for."""
        if look not in self._looked:
            self._looked[look] = list(look(self))
        return self._looked[look]

    @cached_property
    def _looked(self) -> dict[Any, list[Any]]:
        return {}

    @property
    def day(self) -> date:
        """The day its readers get it: what is past is past on that day."""
        return self.issue.date

    @property
    def is_out(self) -> bool:
        """Published: nothing of the mail can be mended, nothing be filled in."""
        return self.issue.state == Issue.State.PUBLISHED

    @cached_property
    def items(self) -> list[Item]:
        """The items that reach any reader."""
        return [item for item in self.tree.items if item.channels]

    @cached_property
    def sections(self) -> list[tuple[SectionNode, list[Item]]]:
        """Each section with its items that reach any reader."""
        return [(node, [it for it in node.items if it.channels]) for node in self.tree.sections]

    @cached_property
    def _homes(self) -> dict[UUID, SectionNode]:
        return {item.block.uid: node for node, items in self.sections for item in items}

    def home(self, item: Item) -> SectionNode:
        """The section an item stands in."""
        return self._homes[item.block.uid]

    @cached_property
    def stories(self) -> list[Item]:
        """What is told because it is worth reading: neither our own words, nor a job, an event or
        what is paid for. Those come again by their nature."""
        kinds = {SectionKind.LINKS, SectionKind.PROJECTS, SectionKind.MEDIA}
        return [
            item
            for item in self.items
            if self.home(item).kind in kinds
            and not isinstance(item.block, (TextBlock, SponsorBlock))
        ]

    @cached_property
    def sponsored(self) -> list[Item]:
        """What is paid for."""
        return [item for item in self.items if isinstance(item.block, SponsorBlock)]

    @cached_property
    def _read(self) -> dict[UUID, list[Paragraph]]:
        return {item.block.uid: paragraphs(item.block.blurb) for item in self.items}

    def paragraphs(self, item: Item) -> list[Paragraph]:
        """What is said of an item, paragraph by paragraph."""
        return self._read[item.block.uid]

    @cached_property
    def passages(self) -> list[Passage]:
        """All the words of the issue, in the order in which they are read."""
        return list(self._passages())

    @cached_property
    def sentences(self) -> list[tuple[Passage, str]]:
        """The same words, sentence by sentence."""
        return [(it, sentence) for it in self.passages for sentence in sentences(it.text)]

    def _passages(self) -> Iterator[Passage]:
        issue = self.issue
        for name in ("title", "subject", "preheader"):
            if words := getattr(issue, name).strip():
                yield Passage(words, f"The {name}", is_title=True)
        for node, items in self.sections:
            yield Passage(node.title, "A section's title", is_title=True)
            for paragraph in paragraphs(node.intro):
                yield Passage(paragraph.text, f"The intro of {node.title}")
            for item in items:
                name = f"“{item.name}”"
                yield Passage(item.block.heading, name, item, is_title=True)
                yield Passage(item.block.lead, name, item)
                for paragraph in self.paragraphs(item):
                    yield Passage(paragraph.text, name, item)

    @cached_property
    def links(self) -> list[Link]:
        """Every address in the issue that a reader may be sent to."""
        return list(self._links())

    def _links(self) -> Iterator[Link]:
        for node, items in self.sections:
            for anchor in anchors(node.intro):
                yield _link(anchor, f"The intro of {node.title}")
            for item in items:
                if item.url:
                    yield Link(item.url, f"“{item.name}”", item=item)
                for anchor in anchors(item.block.blurb):
                    yield _link(anchor, f"“{item.name}”", item)

    @cached_property
    def visits(self) -> dict[str, Visit]:
        """What was seen at each of them, by address."""
        wanted = {identity(link.url): link.url for link in self.links if is_visited(link.url)}
        rows = Visit.objects.filter(identity__in=wanted)
        return {wanted[visit.identity]: visit for visit in rows}

    @cached_property
    def past(self) -> list[PublishedItem]:
        """What ran in the issues before it, the newest first."""
        before = Issue.objects.before(self.issue).filter(state=Issue.State.PUBLISHED)
        issues = list(before.values_list("pk", flat=True)[:REMEMBERED])
        ran = PublishedItem.objects.filter(issue__in=issues).select_related("issue")
        return list(ran.order_by("-issue__date", "-number", "position"))

    @cached_property
    def bookings(self) -> list[Booking]:
        """The slots held or sold for this day."""
        day = Booking.objects.filter(issue_date=self.issue.date).select_related("sponsor", "slot")
        return list(day.exclude(state=Booking.State.CANCELLED))


def source(item: Item) -> str:
    """The host an item comes from: of its address, or the one an imported item was told with."""
    return _source(item.url, getattr(item.block, "source_label", ""))


@lru_cache(maxsize=1024)
def _source(url: str, label: str) -> str:
    label = label.strip()
    told = label.lower() if "." in label and " " not in label else ""
    return host(url) or told.removeprefix("www.")


def _link(anchor: Anchor, name: str, item: Item | None = None) -> Link:
    return Link(safe_url(anchor.href), name, anchor.words, item)
