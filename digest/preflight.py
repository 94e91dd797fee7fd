"""The look over an issue before it is approved: an open list of small checks.

A check is one function that gets the issue, what is in it, and its outputs, and yields what it
found. A blocker stops approval; a warning is for the editor to judge.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format

from digest import personal, tree
from digest.drawing import Press
from digest.models import ImageBlock, Issue, TextBlock
from digest.rendering import RenderError, Rendering, render
from digest.tree import Item, Tree
from publication import masthead

KILOBYTE = 1024
# Gmail cuts a mail off past 102 KB, and with it the way out.
LARGEST_MAIL = 102 * KILOBYTE
LARGE_MAIL = 90 * KILOBYTE


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCKER = "blocker"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing found, in a sentence; `uid` is the block it is about, where there is one."""

    level: Level
    text: str
    uid: UUID | None = None


@dataclass(frozen=True)
class Report:
    """What the pre-flight found, and the rendering it looked at (None: it cannot be rendered)."""

    findings: list[Finding]
    rendering: Rendering | None

    @property
    def blockers(self) -> list[Finding]:
        """What must be mended first."""
        return [finding for finding in self.findings if finding.level is Level.BLOCKER]

    @property
    def warnings(self) -> list[Finding]:
        """What may be meant."""
        return [finding for finding in self.findings if finding.level is Level.WARNING]


@dataclass(frozen=True)
class Subject:
    """What a check looks at."""

    issue: Issue
    tree: Tree
    rendering: Rendering | None

    @property
    def items(self) -> Iterator[Item]:
        """The items that reach any reader."""
        return (item for item in self.tree.items if item.channels)


Check = Callable[[Subject], Iterable[Finding]]


def inspect(issue: Issue, contents: Tree | None = None) -> Report:
    """Run every check over the issue, rendered once; of `contents` where they were read already."""
    contents = contents or tree.read(issue)
    findings: list[Finding] = []
    rendering = None
    try:
        rendering = render(issue, contents)
    except RenderError as error:
        uid = error.block.uid if error.block else None
        findings.append(Finding(Level.BLOCKER, str(error), uid))
    subject = Subject(issue, contents, rendering)
    for check in CHECKS:
        findings.extend(check(subject))
    return Report(findings, rendering)


def _blocker(text: str, item: Item | None = None) -> Finding:
    return Finding(Level.BLOCKER, text, item.block.uid if item else None)


def _warning(text: str, item: Item | None = None) -> Finding:
    return Finding(Level.WARNING, text, item.block.uid if item else None)


def has_items(subject: Subject) -> Iterator[Finding]:
    """An issue without an item is not an issue."""
    if not any(subject.items):
        yield _blocker("The issue has no item that any reader would see.")


def has_title(subject: Subject) -> Iterator[Finding]:
    """The title is the page's heading and, without a subject, the mail's."""
    if not subject.issue.title.strip():
        yield _warning("The issue has no title: its number will stand for it.")


def hour_has_not_passed(subject: Subject) -> Iterator[Finding]:
    """Approved past its hour, an issue is out before anybody can think again."""
    hour = subject.issue.publish_at
    if hour and hour <= timezone.now():
        said = date_format(timezone.localtime(hour), "j F Y, H:i")
        yield _warning(f"Its hour, {said}, has passed: it comes out as soon as it is approved.")


def items_have_titles(subject: Subject) -> Iterator[Finding]:
    """Only texts and pictures may do without a heading."""
    for item in subject.items:
        if not item.block.heading.strip() and not item.block.stands_alone:
            yield _blocker(f"“{item.name}” has no title.", item)


def items_say_something(subject: Subject) -> Iterator[Finding]:
    """A text with neither heading nor body is a gap on the page."""
    for item in subject.items:
        if isinstance(item.block, TextBlock) and item.name == item.block.slug:
            yield _blocker("A text is empty.", item)


def pictures_are_whole(subject: Subject) -> Iterator[Finding]:
    """A picture is there, and said in words: many readers see none."""
    for item in subject.items:
        if isinstance(item.block, ImageBlock):
            if not item.block.image:
                yield _blocker(f"“{item.name}” has no picture.", item)
            if not item.block.alt.strip():
                yield _blocker("A picture is not said in words, for those who do not see it.", item)


def items_have_addresses(subject: Subject) -> Iterator[Finding]:
    """A link newsletter without a link: it may be meant."""
    for item in subject.items:
        if not item.block.url.strip() and not item.block.stands_alone:
            yield _warning(f"“{item.name}” has no address.", item)


def addresses_are_safe(subject: Subject) -> Iterator[Finding]:
    """Only addresses that a reader may be sent to."""
    for item in subject.items:
        if item.block.url.strip() and not item.url:
            message = f"“{item.name}” has an address that readers cannot be sent to"
            yield _blocker(f"{message}: {item.block.url[:80]}", item)


def no_link_acts_for_a_subscriber(subject: Subject) -> Iterator[Finding]:
    """A link to somebody's token page, frozen for everybody. The finished outputs count."""
    if subject.rendering is None or not personal.held_by(subject.rendering):
        return
    press = Press(subject.issue, subject.tree, masthead.current())
    end = "links to a subscriber's own page."
    items = [_blocker(f"“{item.name}” {end}", item) for item in personal.guilty_items(press)]
    sections = personal.guilty_sections(press)
    intros = [_blocker(f"The section {section.title} {end}") for section in sections]
    yield from items + intros or [_blocker(f"The issue's title, subject or preheader {end}")]


def masthead_is_filled_in(subject: Subject) -> Iterator[Finding]:
    """The postal address stands below every mail; a new install only has a stand-in."""
    if masthead.current().postal_address == masthead.NEW["postal_address"]:
        yield _warning("Every mail would end in a stand-in: set the postal address in Publication.")


def mail_is_not_cut_off(subject: Subject) -> Iterator[Finding]:
    """Gmail shows the first 102 KB of a mail."""
    if subject.rendering is None:
        return
    size = len(subject.rendering.email_html.encode())
    words = f"The mail has {size / KILOBYTE:.0f} KB; Gmail cuts it off after 102."
    if size > LARGEST_MAIL:
        yield _blocker(words)
    elif size > LARGE_MAIL:
        yield _warning(words)


CHECKS: list[Check] = [
    has_items,
    has_title,
    hour_has_not_passed,
    items_have_titles,
    items_say_something,
    pictures_are_whole,
    items_have_addresses,
    addresses_are_safe,
    no_link_acts_for_a_subscriber,
    masthead_is_filled_in,
    mail_is_not_cut_off,
]
