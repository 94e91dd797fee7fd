"""Two people saved the same issue: what the first one changed, and what the second one typed."""

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest

from digest import history
from digest.admin.trial import Trial, bind
from digest.fingerprint import WORDS
from digest.history import Content, Row
from digest.models import Issue

if TYPE_CHECKING:
    from digest.admin.issue import IssueAdmin


class _Plain(DjangoJSONEncoder):
    """As Django's; a file is its name."""

    def default(self, o: Any) -> Any:
        return o.name if isinstance(o, FieldFile) else super().default(o)


def both_sides(desk: "IssueAdmin", request: HttpRequest, pk: int) -> dict[str, Any]:
    """`theirs` and `mine`, as changes of what the page was opened with; who they are, and when.

    Where that is no longer known, mine is told as it differs from theirs.
    """
    issue = Issue.objects.get(pk=pk)
    now = history.content_of(issue)
    seen = issue.revisions.filter(token=request.POST.get("edit_token", "")).first()
    base: Content = seen.content if seen else now
    mine = _typed(bind(desk, request, Issue.objects.get(pk=pk)))
    return {
        "last": issue.revisions.first(),
        "theirs": history.changes(base, now),
        "mine": history.changes(base, mine),
    }


def _typed(tried: Trial) -> Content:
    """The posted form as a revision would have it."""
    blocks: dict[str, list[Row]] = {}
    for block in tried.blocks.values():
        blocks.setdefault(block.slug, []).append(_row(block))
    content = {
        "issue": {name: getattr(tried.issue, name) for name in WORDS},
        "sections": [_row(section) for section in tried.sections],
        "blocks": blocks,
    }
    plain: Content = json.loads(json.dumps(content, cls=_Plain))
    return plain


def _row(row: models.Model) -> Row:
    fields = row._meta.concrete_fields
    return {field.attname: field.value_from_object(row) for field in fields}
