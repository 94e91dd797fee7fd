"""Statements built once: they read what the queryset reads."""

from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from digest.models import BLOCKS, Block, Issue, IssueSection
from tests.digest.issues import add_section, add_titled, make_issue
from tests.makers import make_section
from toolbox.prepared import Select, Slot

pytestmark = pytest.mark.django_db
ISSUE = Slot("issue", Issue._meta.pk)


def fields(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", BLOCKS)
def test_a_select_reads_what_its_queryset_reads(model: type[Block]) -> None:
    one, other, empty = make_issue(1), make_issue(2), make_issue(3)
    for issue in (one, other, one):
        add_titled(model, issue, "Words", taken={"title": "Words"}, in_web=False)
    select = Select(model.objects.filter(parent_id=ISSUE).order_by("-ordering", "pk"))

    for issue in (one, other, empty):
        asked = model.objects.filter(parent=issue).order_by("-ordering", "pk")
        rows = select.run(issue=issue.pk)
        assert [fields(row) for row in rows] == [fields(row) for row in asked]
        assert list(rows) == list(asked)


def test_a_select_brings_the_rows_that_belong_to_its_rows() -> None:
    issue = make_issue()
    add_section(issue, "On a shelf", section=make_section("Articles"))
    add_section(issue, "On none")
    select = Select(IssueSection.objects.filter(issue_id=ISSUE).select_related("section"))

    with CaptureQueriesContext(connection) as asked:
        on, off = select.run(issue=issue.pk)
        assert [row.section and row.section.title for row in (on, off)] == ["Articles", None]
    assert len(asked) == 1


def test_what_a_select_read_can_be_changed_and_stored() -> None:
    issue = make_issue()
    add_section(issue, "Before")
    (row,) = Select(IssueSection.objects.filter(issue_id=ISSUE)).run(issue=issue.pk)
    row.title = "After"
    row.save()
    assert issue.sections.get().title == "After"
