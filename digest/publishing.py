"""Publishing: the approved artefact becomes public, whole or not at all, and only once."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from curation import memory, uses
from digest import rechecking
from digest.errors import AlreadyPublishedError, IssueError
from digest.fingerprint import fingerprint
from digest.models import FormerSlug, Issue, PublishedItem, RenderedIssue
from digest.signals import issue_published
from publication.access import record, require

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger("newsdesk.digest")

# What a correction may change of an item's row.
TOLD = ["title", "url", "domain", "blurb", "text", "label", "in_web", "in_feeds"]


class NotApprovedError(IssueError):
    """The issue is a draft: there is no approved artefact to publish."""


class EditedSinceError(IssueError):
    """The issue is no longer what was approved."""


@transaction.atomic
def publish(
    issue: Issue, *, by: "User | None", now: datetime, mail_at: datetime | None = None
) -> None:
    """Publish the approved artefact. `mail_at` None: it is never mailed.

    Raises NotApprovedError, AlreadyPublishedError, EditedSinceError.
    """
    require(by, "digest.publish_issue")
    state = Issue.State.PUBLISHED
    _change_ready(issue, state=state, published_at=now, publish_at=None, mail_at=mail_at)
    rendered = _approved(issue)
    add_items(rendered, number=issue.number, at=now)
    uses.publish(issue.number, [item["uid"] for item in rendered.items], now)
    remember_items(rendered, number=issue.number, at=now)
    issue_published.send_reliable(
        issue_id=issue.pk, number=issue.number, revision=rendered.revision
    )
    mailed = mail_at and mail_at.isoformat()
    record(by, "published", f"issue #{issue.number}", revision=rendered.revision, mail_at=mailed)


@transaction.atomic
def schedule(
    issue: Issue, *, by: "User | None", publish_at: datetime | None, mail_at: datetime | None = None
) -> None:
    """Let the clock publish an approved issue; None takes it back. Raises as `publish` does."""
    require(by, "digest.publish_issue")
    _change_ready(issue, publish_at=publish_at, mail_at=mail_at)
    _approved(issue)
    hour = publish_at and publish_at.isoformat()
    record(by, "scheduled", f"issue #{issue.number}", publish_at=hour)


def publish_due(now: datetime) -> list[int]:
    """Publish every approved issue whose hour has come. Answers their numbers.

    One that is no longer what was approved, or whose sponsor's page is gone, loses its hour: it
    waits for a person, and harms no other. One whose sponsor's page was gone at one look waits
    for the next.
    """
    published = []
    for issue in Issue.objects.due(now).order_by("number"):
        try:
            rechecking.check_sponsors(issue.rendered.latest(), now=now)
            publish(issue, by=None, now=now, mail_at=issue.mail_at)
        except rechecking.SponsorInDoubtError as doubt:
            logger.info("Issue #%s waits: %s", issue.number, doubt)
        except IssueError as error:
            _hold(issue, str(error))
        else:
            published.append(issue.number)
    return published


@transaction.atomic
def _hold(issue: Issue, reason: str) -> None:
    held = Issue.objects.filter(pk=issue.pk, state=Issue.State.READY).update(publish_at=None)
    if held:
        logger.error("Issue #%s was not published: %s", issue.number, reason)
        record(None, "held", f"issue #{issue.number}", reason=reason)


def _change_ready(issue: Issue, **values: object) -> None:
    """Change a READY issue and nothing else; of two who try at once, one is told."""
    changed = Issue.objects.filter(pk=issue.pk, state=Issue.State.READY).update(**values)
    state = Issue.objects.values_list("state", flat=True).get(pk=issue.pk)
    if changed:
        return
    if state == Issue.State.PUBLISHED:
        raise AlreadyPublishedError(
            f"Issue #{issue.number} is out already. Nothing was sent twice."
        )
    raise NotApprovedError(f"Issue #{issue.number} is a draft. Approve it first, then publish it.")


def _approved(issue: Issue) -> RenderedIssue:
    """The latest artefact, if the issue still is what it was made of."""
    rendered = issue.rendered.latest()
    if rendered.fingerprint != fingerprint(issue):
        raise EditedSinceError(
            f"Issue #{issue.number} was edited since it was approved. Reopen and approve it again."
        )
    return rendered


def remember_items(rendered: RenderedIssue, *, number: int, at: datetime) -> None:
    """Tell the queue what ran, in the words readers saw, so that it warns of it."""
    memory.remember(number, map(_remembered, rendered.items), at)


def _remembered(item: dict[str, Any]) -> memory.Past:
    return memory.Past(
        block_uid=UUID(item["uid"]),
        section=item["section"]["title"],
        title=item["title"],
        url=item["url"],
        blurb=item["text"],
    )


def add_items(rendered: RenderedIssue, *, number: int, at: datetime) -> None:
    """One flat row for each item that ran anywhere."""
    PublishedItem.objects.bulk_create(_rows(rendered, number, at))


def correct_items(rendered: RenderedIssue, *, number: int, at: datetime) -> None:
    """Bring the issue's rows up to `rendered`, under their old keys; what left it is hidden.

    A row that is hidden stays: what ran in the mail is no longer new.
    """
    rows = list(_rows(rendered, number, at))
    ran = PublishedItem.objects.filter(issue=rendered.issue_id)
    ran.exclude(uid__in=[row.uid for row in rows]).update(in_web=False, in_feeds=False)
    PublishedItem.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["uid"], update_fields=TOLD
    )


def _rows(rendered: RenderedIssue, number: int, at: datetime) -> Iterator[PublishedItem]:
    moved = dict(FormerSlug.objects.values_list("slug", "now"))
    for position, item in enumerate(rendered.items):
        slug = item["section"]["slug"]
        yield PublishedItem(
            issue_id=rendered.issue_id,
            number=number,
            published_at=at,
            uid=item["uid"],
            section_slug=moved.get(slug, slug),
            section_title=item["section"]["title"],
            kind=item["section"]["kind"],
            title=item["title"][:500],
            url=item["url"],
            domain=item["domain"][:255],
            blurb=item["blurb"],
            text=item["text"],
            # An issue may have been approved by an older release.
            label=item.get("label", ""),
            position=position,
            in_web="web" in item["channels"],
            in_feeds="feeds" in item["channels"],
        )
