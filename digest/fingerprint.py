"""One hash of everything an issue is rendered from: equal means nothing in it was edited."""

import json
from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from digest.models import BLOCKS, Issue

WORDS = ("number", "title", "subject", "preheader", "date")
# Where a thing came from is not printed, and may be deleted without changing the issue.
ORIGINS = {"link_id", "taken", "booking_id", "section_id"}


def fingerprint(issue: Issue, *, leaving: Collection[str] = ORIGINS) -> str:
    """The hash of the issue's words, its sections and its blocks, as the database has them.

    Columns of the rows that are named in `leaving` do not count.
    """
    rows = [
        {name: row[name] for name in row.keys() - leaving}
        for _, rows in rows_of(issue)
        for row in rows
    ]
    text = json.dumps(rows, cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def rows_of(issue: Issue) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The issue's words, its sections, and the blocks of each type, under what they are."""
    yield "issue", list(Issue.objects.filter(pk=issue.pk).values(*WORDS))
    yield "sections", [dict(row) for row in issue.sections.order_by("pk").values()]
    for model in BLOCKS:
        yield model.slug, list(model.objects.filter(parent=issue).order_by("pk").values())
