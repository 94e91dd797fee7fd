"""What a new issue takes over without anybody typing: running jobs, coming events, sold slots.

All of it as unsaved blocks, each in the section it belongs in. Whether a job is new is no part
of it: that is computed whenever an issue is read.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence

from django.utils.html import linebreaks

from digest.jobs import earlier_runs, is_over, runs_of, signs, unmarked
from digest.models import (
    Block,
    Booking,
    EventBlock,
    Issue,
    IssueSection,
    JobBlock,
    SponsorBlock,
)
from publication.models import SectionKind
from toolbox.html import clean_rich

# How long before its first day, or before its call for proposals ends, an event is told of.
EVENT_WINDOW = dt.timedelta(weeks=4)
YEAR = dt.timedelta(days=366)
SOLD = (Booking.State.BOOKED, Booking.State.APPROVED)


def jobs(issue: Issue, sections: Sequence[IssueSection]) -> list[Block]:
    """The jobs of the issue before this one that still run. One taken out of it is over."""
    before = Issue.objects.before(issue).first()
    standing = list(JobBlock.objects.filter(parent=before))
    runs = earlier_runs(issue, standing)
    running = [job for job in standing if not is_over(job, issue.date, runs_of(job, runs))]
    return list(_copies(running, issue, sections))


def events(issue: Issue, sections: Sequence[IssueSection]) -> list[Block]:
    """Events of the issues of a year, as each was told last, that this one is in the window of."""
    told = Issue.objects.before(issue).filter(date__gte=issue.date - YEAR)
    newest_first = EventBlock.objects.filter(parent__in=told).order_by(
        "-parent__date", "-parent__number", "ordering"
    )
    due = [it for it in _copies(newest_first, issue, sections) if _in_window(it, issue.date)]
    return sorted(due, key=_first_day)


def sponsors(issue: Issue, sections: list[IssueSection]) -> list[Block]:
    """What was sold for this date, in its slot. A sold slot that has no section here gets one:
    it is added to `sections`.
    """
    sold = Booking.objects.filter(issue_date=issue.date, state__in=SOLD)
    return [
        _advertisement(booking, _slot(booking, issue, sections))
        for booking in sold.select_related("sponsor", "slot").order_by("slot__position", "pk")
    ]


def same(block: Block) -> set[str]:
    """What two copies of one thing share: its address, or the words of its heading."""
    if isinstance(block, JobBlock):
        return signs(block.heading, block.url)
    return {word.strip().casefold() for word in (block.url, block.heading) if word.strip()}


def _copies(
    blocks: Iterable[Block], issue: Issue, sections: Sequence[IssueSection]
) -> Iterator[Block]:
    """Each thing once, as a block of this issue, where it has a section for it."""
    found = list(blocks)
    keys = {block.region.rpartition("_")[2] for block in found}
    standing = IssueSection.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    shelves = {section.key: section.section_id for section in standing}
    seen: set[str] = set()
    for block in found:
        kind = block.region.rpartition("_")[0]
        home = _home(kind, shelves.get(block.region), sections)
        if home and seen.isdisjoint(same(block)):
            seen |= same(block)
            yield _copy(block, home)


def _copy(block: Block, home: IssueSection) -> Block:
    block.pk, block.uid = None, uuid.uuid4()
    if isinstance(block, JobBlock):
        block.role, block.company = unmarked(block.role), unmarked(block.company)
    block.parent_id, block.region = home.issue_id, home.key
    block._state.adding = True
    return block


def _home(kind: str, shelf: int | None, sections: Sequence[IssueSection]) -> IssueSection | None:
    fitting = [section for section in sections if section.kind == kind]
    own = [section for section in fitting if shelf and section.section_id == shelf]
    return next(iter(own + fitting), None)


def _slot(booking: Booking, issue: Issue, sections: list[IssueSection]) -> IssueSection:
    for section in sections:
        if section.section_id == booking.slot_id:
            return section
    last = max((section.position for section in sections), default=0)
    added = IssueSection.objects.create(
        issue=issue,
        title=booking.slot.title,
        kind=SectionKind.SPONSOR,
        section=booking.slot,
        position=last + 10,
    )
    sections.append(added)
    return added


def _advertisement(booking: Booking, slot: IssueSection) -> SponsorBlock:
    return SponsorBlock(
        parent_id=slot.issue_id,
        region=slot.key,
        booking=booking,
        label=booking.label,
        title=booking.headline or booking.sponsor.name,
        url=booking.url or booking.sponsor.url,
        blurb=clean_rich(linebreaks(booking.body, autoescape=True)) if booking.body else "",
    )


def _in_window(block: Block, date: dt.date) -> bool:
    """Whether an issue of that date tells of it: soon, or still open for proposals, not over."""
    start = getattr(block, "starts_on", None) or getattr(block, "ends_on", None)
    end = getattr(block, "ends_on", None) or start
    proposals = getattr(block, "cfp_until", None)
    ahead = date + EVENT_WINDOW
    coming = start is not None and end is not None and start <= ahead and end >= date
    return coming or (proposals is not None and date <= proposals <= ahead)


def _first_day(block: Block) -> dt.date:
    dates = [getattr(block, name, None) for name in ("starts_on", "ends_on", "cfp_until")]
    return min(date for date in dates if date)
