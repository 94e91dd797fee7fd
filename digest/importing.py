"""An issue that came out elsewhere takes its place in the archive. It is never mailed."""

from datetime import datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from curation import remembering
from curation.remembering import Ran
from digest import approval, publishing
from digest.assembly import next_number, one_at_a_time
from digest.errors import IssueError
from digest.guards import STEP
from digest.models import BLOCKS, Block, Issue, IssueSection, SponsorBlock
from digest.past import PastIssue
from digest.rendering import render
from digest.tree import Item, safe_url
from publication.access import record, require
from publication.masthead import current
from publication.models import Section
from toolbox.html import to_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOON = time(12)


class AlreadyImportedError(IssueError):
    """The archive has an issue of that date and title; `issue` is it."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(f"“{issue.title}” of {issue.date} is in the archive already: {issue}.")
        self.issue = issue


class ImportRefusedError(IssueError):
    """It cannot be taken into the archive; the message says why."""


def import_issue(past: PastIssue, *, by: "User | None", now: datetime) -> Issue:
    """Publish `past` under its own date, rendered as it would be today.

    Nobody is told of it: neither subscribers nor whoever listens for new issues. Raises
    AlreadyImportedError, ImportRefusedError, RenderError; then nothing of it stands.
    """
    require(by, "digest.publish_issue")
    with one_at_a_time():
        _check(past, now)
        out = datetime.combine(past.date, NOON, ZoneInfo(current().time_zone))
        issue = Issue.objects.create(
            number=past.number or next_number(),
            title=past.title,
            date=past.date,
            state=Issue.State.PUBLISHED,
            published_at=out,
        )
        _remember(issue, past, out)
        _fill(issue, past)
        rendered = approval.freeze(issue, render(issue), by)
        publishing.add_items(rendered, number=issue.number, at=out)
        publishing.remember_items(rendered, number=issue.number, at=out)
        record(
            by, "imported", f"issue #{issue.number}", date=str(past.date), items=len(past.blocks)
        )
    return issue


def _check(past: PastIssue, now: datetime) -> None:
    same = Issue.objects.filter(date=past.date, title=past.title).first()
    if same:
        raise AlreadyImportedError(same)
    if past.date > now.date():
        raise ImportRefusedError(f"It is dated {past.date}, which is still to come.")
    taken = Issue.objects.filter(number=past.number).first() if past.number else None
    if taken:
        raise ImportRefusedError(f"There is another issue with its number: {taken}.")
    for model in BLOCKS:
        uids = [block.uid for block in past.blocks if type(block) is model]
        if model.objects.filter(uid__in=uids).exists():
            raise ImportRefusedError("Some of its items stand in an issue that is here already.")


def _fill(issue: Issue, past: PastIssue) -> None:
    """Its own sections, on the shelf of the same name where there is one, and its blocks."""
    shelves = {(shelf.title.casefold(), shelf.kind): shelf for shelf in Section.objects.all()}
    for position, told in enumerate(past.sections, start=1):
        section = IssueSection.objects.create(
            issue=issue,
            title=told.title,
            kind=told.kind,
            intro=told.intro,
            position=position * STEP,
            section=shelves.get((told.title.casefold(), told.kind)),
        )
        for block in told.blocks:
            block.parent, block.region = issue, section.key
    for at, block in enumerate(past.blocks, start=1):
        block.ordering = at * STEP
        _refuse_invalid(block)
    for model in BLOCKS:
        model.objects.bulk_create(block for block in past.blocks if type(block) is model)


def _refuse_invalid(block: Block) -> None:
    try:
        block.clean_fields(exclude=["parent", "link"])
    except ValidationError as error:
        raise ImportRefusedError(f"“{block}”: {' '.join(error.messages)}") from error


def _remember(issue: Issue, past: PastIssue, out: datetime) -> None:
    """Tell the queue what ran, so that it warns of it; what was paid for is not told."""
    stories = [
        Ran(
            block.uid,
            block.url,
            Item(block).title,
            section.title,
            to_line(block.blurb),
            block.source_label,
        )
        for section in past.sections
        for block in section.blocks
        if not isinstance(block, SponsorBlock) and _is_web(block.url)
    ]
    links = remembering.remember(issue.number, stories, out)
    for block in past.blocks:
        block.link_id = links.get(block.uid)


def _is_web(url: str) -> bool:
    return urlsplit(safe_url(url)).scheme in {"http", "https"}
