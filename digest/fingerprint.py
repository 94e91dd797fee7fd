"""One hash of everything an issue is rendered from: equal means nothing in it was edited."""

import json
from collections.abc import Collection, Iterator, Mapping
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
    rows = [{name: row[name] for name in row.keys() - leaving} for row in _rows(issue)]
    text = json.dumps(rows, cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _rows(issue: Issue) -> Iterator[Mapping[str, Any]]:
    yield from Issue.objects.filter(pk=issue.pk).values(*WORDS)
    yield from issue.sections.order_by("pk").values()
    for model in BLOCKS:
        yield from model.objects.filter(parent=issue).order_by("pk").values()
