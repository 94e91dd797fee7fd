"""What was corrected after it was mailed is offered to the next issue, until one has it."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.html import format_html

from digest import approval, history
from digest.errors import IssueError
from digest.fitting import PlacementError
from digest.guards import STEP, blocks_of, open_for_change
from digest.models import Issue, IssueSection, RenderedIssue, TextBlock
from publication.access import record
from publication.models import SectionKind
from toolbox.urls import absolute_url

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Older ones are no news to anybody.
OFFERED = 10


class ErratumTakenError(IssueError):
    """An issue has this erratum already."""


def offered() -> list[RenderedIssue]:
    """The corrections that no issue tells yet, newest first."""
    latest = RenderedIssue.objects.corrections().filter(erratum=True).select_related("issue")
    found = list(latest.defer("email_html", "email_text", "web_body", "feed_body")[:OFFERED])
    uids = {uid_of(it) for it in found}
    told = set(TextBlock.objects.filter(uid__in=uids).values_list("uid", flat=True))
    return [it for it in found if uid_of(it) not in told]


@transaction.atomic
def take(correction: RenderedIssue, issue: Issue, *, by: "User | None") -> TextBlock:
    """Set the erratum at the end of a section; a READY issue drops back to draft.

    Raises ErratumTakenError, PlacementError, AlreadyPublishedError.
    """
    issue = open_for_change(issue, by=by)
    uid = uid_of(correction)
    standing = TextBlock.objects.filter(uid=uid).select_related("parent").first()
    if standing:
        raise ErratumTakenError(f"#{standing.parent.number} tells this correction already.")
    block = TextBlock.objects.create(
        parent=issue,
        uid=uid,
        region=_home(issue).key,
        ordering=max((it.ordering for it in blocks_of(issue)), default=0) + STEP,
        title=f"Correction to issue #{correction.issue.number}",
        blurb=_words(correction),
    )
    approval.reopen(issue, by=by)
    record(by, "took erratum", f"issue #{issue.number}", of=correction.issue.number)
    history.keep(issue, by=by)
    return block


def uid_of(correction: RenderedIssue) -> UUID:
    """The name of the erratum's block: with it, it cannot stand twice, and taking it out of the
    issue offers it again."""
    if correction.item_uid is None:
        raise ValueError(f"{correction} is no correction.")
    return uuid5(correction.item_uid, f"erratum {correction.revision}")


def _words(correction: RenderedIssue) -> str:
    """The note, and where the item stands."""
    uid = str(correction.item_uid)
    title = next((it["title"] for it in correction.items if it["uid"] == uid), "")
    page = absolute_url("archive:issue", correction.issue.number)
    item = format_html(' <a href="{}#{}">{}</a>', page, uid, title) if title else ""
    return format_html("<p>{}{}</p>", correction.note, item)


def _home(issue: Issue) -> IssueSection:
    """Where our own words stand; else behind everything that is not paid for."""
    shown = list(issue.sections.filter(hidden=False).exclude(kind=SectionKind.SPONSOR))
    ours = [section for section in shown if section.kind == SectionKind.TEXT]
    if not shown:
        raise PlacementError("This issue has no section that takes text: add one first.")
    return ours[0] if ours else shown[-1]
