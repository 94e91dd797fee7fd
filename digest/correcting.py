"""Mending what is out: the page and the feeds say it at once, with a note; the mail stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from digest import history, preflight, publishing
from digest.errors import IssueError
from digest.fingerprint import fingerprint
from digest.guards import blocks_of, check_seen
from digest.models import Block, Issue, RenderedIssue
from digest.overrides import NEVER
from publication.access import record, require
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from digest.rendering import Rendering

SHORTEST, LONGEST = 10, 300
# What went by mail is told by every later revision as it went.
MAILED = ("subject", "preheader", "email_html", "email_text", "parts")


class CorrectionError(IssueError):
    """The issue cannot be corrected like that; the message says why, and nothing was changed."""


@dataclass(frozen=True)
class Correction:
    """What is to be mended: of which item, its columns as they should read, and the note."""

    uid: UUID
    note: str
    values: Mapping[str, object]
    withdrawn: bool = False  # taken off the web and out of the feeds
    erratum: bool = True  # offered to the next issue


def correctable(model: type[Block]) -> list[str]:
    """The columns of a type of block that a correction may change; a picture stays as it is."""
    own = [
        field.name
        for field in model.own_fields()
        if not field.is_relation and not isinstance(field, models.FileField)
    ]
    names = [*model.headline, "url", *own, "blurb", "source_label"]
    return list(dict.fromkeys(names))


@transaction.atomic
def correct(
    issue: Issue, correction: Correction, *, by: "User | None", seen: str = ""
) -> RenderedIssue:
    """Mend one item of a published issue: a revision with a dated note, and its rows anew.

    `seen` is `guards.edit_token` as the person saw it. Raises CorrectionError,
    EditedMeanwhileError, RenderError.
    """
    require(by, "digest.publish_issue")
    out = Issue.objects.select_for_update().get(pk=issue.pk)
    if out.state != Issue.State.PUBLISHED or out.published_at is None:
        raise CorrectionError(f"#{out.number} is not out: edit it at the desk.")
    if seen:
        check_seen(out, seen)
    note = _note(correction.note)
    stood = _blockers(preflight.inspect(out), correction.uid)
    changed = _mend(out, correction)
    rendered = _freeze(out, correction, note, stood, by)
    publishing.correct_items(rendered, number=out.number, at=out.published_at)
    publishing.remember_items(rendered, number=out.number, at=out.published_at)
    history.keep(out, by=by)
    record(
        by,
        "corrected",
        f"issue #{out.number}",
        revision=rendered.revision,
        item=str(correction.uid),
        changed=changed,
        note=note,
    )
    return rendered


def _note(words: str) -> str:
    note = one_line(words)
    if not SHORTEST <= len(note) <= LONGEST:
        raise CorrectionError(
            f"Say in {SHORTEST} to {LONGEST} letters what was wrong: readers see it, dated."
        )
    return note


def _mend(issue: Issue, correction: Correction) -> list[str]:
    """Change the item's row; answers the names of what is different now."""
    block = next((it for it in blocks_of(issue) if it.uid == correction.uid), None)
    if block is None:
        raise CorrectionError(f"#{issue.number} has no such item.")
    asked = {name: correction.values[name] for name in _asked(block, correction)}
    if correction.withdrawn:
        asked |= {"in_web": False, "in_feeds": False}
    changed = [name for name, value in asked.items() if getattr(block, name) != value]
    if not changed:
        raise CorrectionError("Nothing of this item is different: there is nothing to correct.")
    for name in changed:
        setattr(block, name, asked[name])
    _refuse_invalid(block, changed)
    block.save(update_fields=changed)
    return changed


def _asked(block: Block, correction: Correction) -> list[str]:
    """The columns it names. One that nobody may correct is a fault of the caller."""
    allowed = correctable(type(block))
    if strange := correction.values.keys() - set(allowed):
        raise CorrectionError(f"This cannot be corrected: {', '.join(sorted(strange))}.")
    return [name for name in allowed if name in correction.values]


def _refuse_invalid(block: Block, changed: list[str]) -> None:
    others = [field.name for field in block._meta.fields if field.name not in changed]
    try:
        block.full_clean(exclude=others, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise CorrectionError(" ".join(error.messages)) from error


def _freeze(
    issue: Issue, correction: Correction, note: str, stood: set[str], by: "User | None"
) -> RenderedIssue:
    rendering = _checked(issue, correction.uid, stood)
    last = issue.rendered.latest()
    return RenderedIssue.objects.create(
        issue=issue,
        revision=last.revision + 1,
        fingerprint=fingerprint(issue),
        approved_by=by,
        note=note,
        item_uid=correction.uid,
        erratum=correction.erratum,
        **{**vars(rendering), **{name: getattr(last, name) for name in MAILED}},
    )


def _blockers(report: preflight.Report, uid: UUID) -> set[str]:
    """What stops the item from coming out, by its checks."""
    return {finding.code for finding in report.blockers if finding.uid == uid}


def _checked(issue: Issue, uid: UUID, stood: set[str]) -> "Rendering":
    """The outputs as they are now. What may never pass may not pass now either, and the item gets
    no fault that would have kept it from coming out: an event that is over by now `stood` before.
    """
    report = preflight.inspect(issue)
    new = _blockers(report, uid) - stood
    found = [
        finding.text
        for finding in report.blockers
        if finding.code in NEVER or (finding.uid == uid and finding.code in new)
    ]
    if found or report.rendering is None:
        raise CorrectionError(" ".join(found) or "The issue cannot be rendered.")
    return report.rendering
