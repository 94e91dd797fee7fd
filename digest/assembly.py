"""Making an issue: the next draft with its sections, and links set into it as blocks."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from curation import uses
from curation.models import Link, LinkUse
from digest import approval, carrying, history, jobs
from digest.errors import IssueError
from digest.fitting import PlacementError, block_for, home
from digest.guards import STEP, blocks_of, may_stand, open_for_change
from digest.models import BLOCKS, Block, Issue, IssueSection, JobBlock, SponsorBlock
from publication.access import record, require
from publication.masthead import current
from publication.models import Publication, Section, SectionKind
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User


Placed = tuple[Link, IssueSection, Block]


class DraftExistsError(IssueError):
    """There is a draft already; `issue` is it. No second one was made."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(f"#{issue.number}, dated {issue.date}, is still a draft.")
        self.issue = issue


class AlreadyPlacedError(PlacementError):
    """The link stands in this issue; the message says where."""


def draft(*, by: "User | None", now: dt.datetime, date: dt.date | None = None) -> Issue:
    """Make the next issue: the whole shortlist by section, what it takes over from the issues
    before it and from the bookings, and the lead as its title.

    Raises DraftExistsError when one is open (with `date`: when one of that date is).
    """
    require(by, "digest.add_issue")
    with one_at_a_time() as publication:
        _refuse_second(date)
        issue = Issue.objects.create(number=next_number(), date=date or next_date(now))
        sections = add_sections(issue)
        blocks = _fill(issue, sections)
        issue.title = _lead(sections, blocks) or f"{publication.name} – issue {issue.number}"
        issue.save(update_fields=["title"])
        record(by, "drafted", f"issue #{issue.number}", date=str(issue.date), items=len(blocks))
        history.keep(issue, by=by)
    return issue


def place(link: Link, issue_section: IssueSection, *, by: "User | None") -> Block:
    """Set a shortlisted link at the end of a section, with its own copy of the words.

    Raises PlacementError, AlreadyPlacedError, AlreadyPublishedError. A READY issue drops back
    to draft.
    """
    with transaction.atomic():
        issue = open_for_change(issue_section.issue, by=by)
        link = Link.objects.select_for_update().get(pk=link.pk)
        check_placeable(link, issue)
        block = block_for(link, issue_section)
        block.ordering = _last(issue) + STEP
        _check_job(block, issue)
        block.save()
        _tell_queue(issue, [(block, issue_section.title)])
        approval.reopen(issue, by=by)
        record(by, "placed", f"issue #{issue.number}", link=link.pk, section=issue_section.title)
        history.keep(issue, by=by)
    return block


def repeat(block: Block, issue_section: IssueSection, *, by: "User | None") -> Block:
    """Set a copy of an earlier issue's block at the end of a section. Raises as `place`."""
    with transaction.atomic():
        issue = open_for_change(issue_section.issue, by=by)
        if not may_stand(type(block), issue_section.key):
            raise PlacementError(f"“{block}” may not stand in {issue_section}.")
        words = {field.name: getattr(block, field.name) for field in block.own_fields()}
        words |= {name: getattr(block, name) for name in (*block.headline, "url", "blurb")}
        where = {"parent": issue, "region": issue_section.key, "ordering": _last(issue) + STEP}
        copy = type(block)(**{**words, **where, "source_label": block.source_label})
        if isinstance(copy, SponsorBlock):
            copy.booking = None
        copy.save()
        approval.reopen(issue, by=by)
        record(by, "repeated", f"issue #{issue.number}", item=str(block))
        history.keep(issue, by=by)
    return copy


def check_placeable(link: Link, issue: Issue) -> None:
    """Raise PlacementError unless the link is on the shortlist and new to this issue."""
    if link.merged_into_id:
        raise PlacementError(f"“{link}” was merged into another link: place that one.")
    if link.state != Link.State.SHORTLISTED:
        raise PlacementError(f"“{link}” is not on the shortlist.")
    use = LinkUse.objects.filter(link=link, issue_number=issue.number).first()
    if use:
        raise AlreadyPlacedError(f"“{link}” already stands in {use.section} of #{issue.number}.")


def next_number() -> int:
    """One more than the highest."""
    return (Issue.objects.aggregate(Max("number"))["number__max"] or 0) + 1


def next_date(now: dt.datetime) -> dt.date:
    """The next publishing day without an issue, today included, where the publication lives."""
    publication = current()
    today = now.astimezone(ZoneInfo(publication.time_zone)).date()
    date = today + dt.timedelta((publication.publishing_day - today.isoweekday()) % 7)
    taken = set(Issue.objects.filter(date__gte=today).values_list("date", flat=True))
    while date in taken:
        date += dt.timedelta(7)
    return date


def add_sections(issue: Issue) -> list[IssueSection]:
    """Give the issue its own copy of the active shelves, and one for links if there is none."""
    shelves = list(Section.objects.active())
    copies = [IssueSection(title=shelf.title, kind=shelf.kind, section=shelf) for shelf in shelves]
    if not any(copy.kind == SectionKind.LINKS for copy in copies):
        copies.append(IssueSection(title="Links", kind=SectionKind.LINKS))
    for position, copy in enumerate(copies, start=1):
        copy.issue, copy.position = issue, position * STEP
    return IssueSection.objects.bulk_create(copies)


@contextmanager
def one_at_a_time() -> Iterator[Publication]:
    """A transaction for numbering: of two clicks at once the second waits, and finds the first."""
    with transaction.atomic():
        yield Publication.objects.select_for_update().get(pk=current().pk)


def _refuse_second(date: dt.date | None) -> None:
    drafts = Issue.objects.filter(state=Issue.State.DRAFT)
    standing = (drafts if date is None else drafts.filter(date=date)).first()
    if standing:
        raise DraftExistsError(standing)


def _fill(issue: Issue, sections: list[IssueSection]) -> list[Block]:
    """Set the shortlist, in the order of the queue, and behind it what is taken over."""
    waiting = Link.objects.unplaced().select_for_update()
    blocks = [block_for(link, home_) for link in waiting if (home_ := home(link, sections))]
    blocks = _each_job_once(blocks)
    said = {words for block in blocks for words in carrying.same(block)}
    taken_over = carrying.jobs(issue, sections) + carrying.events(issue, sections)
    blocks += [block for block in taken_over if said.isdisjoint(carrying.same(block))]
    blocks += carrying.sponsors(issue, sections)
    for at, block in enumerate(blocks, start=1):
        block.ordering = at * STEP
    for model in BLOCKS:
        model.objects.bulk_create(block for block in blocks if type(block) is model)
    titles = {section.key: section.title for section in sections}
    _tell_queue(issue, [(block, titles[block.region]) for block in blocks])
    return blocks


def _each_job_once(blocks: list[Block]) -> list[Block]:
    """Of links to one job the first is placed; the others stay on the shortlist."""
    kept = {block.uid for block in jobs.once(it for it in blocks if isinstance(it, JobBlock))}
    return [it for it in blocks if not isinstance(it, JobBlock) or it.uid in kept]


def _check_job(block: Block, issue: Issue) -> None:
    """Raise AlreadyPlacedError if it is a job that stands in the issue by another link."""
    if not isinstance(block, JobBlock):
        return
    for standing in JobBlock.objects.filter(parent=issue):
        if jobs.same(block, standing):
            raise AlreadyPlacedError(f"“{standing}” stands in this issue already.")


def _lead(sections: Sequence[IssueSection], blocks: Sequence[Block]) -> str:
    """The words of the first item: a title to begin with, and often the one that stays."""
    order = [section.key for section in sections]
    leading = [block for block in blocks if not isinstance(block, (JobBlock, SponsorBlock))]
    first = min(leading, key=lambda it: (order.index(it.region), it.ordering), default=None)
    return one_line(first.heading, 200) if first else ""


def _tell_queue(issue: Issue, placed: Iterable[tuple[Block, str]]) -> None:
    uses.place_many(
        issue.number,
        [
            uses.Placing(block.link_id, section, block.uid)
            for block, section in placed
            if block.link_id
        ],
    )


def _last(issue: Issue) -> int:
    return max((block.ordering for block in blocks_of(issue)), default=0)
