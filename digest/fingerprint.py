"""One hash of everything an issue is rendered from: equal means nothing in it was edited."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from digest.models import BLOCKS, Issue

WORDS = ("number", "title", "subject", "preheader", "date")
# Where a thing came from is not printed, and may be deleted without changing the issue.
ORIGINS = {"link_id", "booking_id", "section_id"}


def fingerprint(issue: Issue) -> str:
    """The hash of the issue's words, its sections and its blocks, as the database has them."""
    rows = json.dumps(list(_rows(issue)), cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(rows.encode()).hexdigest()


def _rows(issue: Issue) -> Iterator[list[dict[str, Any]]]:
    yield list(Issue.objects.filter(pk=issue.pk).values(*WORDS))
    yield [_printed(row) for row in issue.sections.order_by("pk").values()]
    for model in BLOCKS:
        yield [_printed(row) for row in model.objects.filter(parent=issue).order_by("pk").values()]


def _printed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ORIGINS}
