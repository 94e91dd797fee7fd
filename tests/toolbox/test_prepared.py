"""Statements built once: they read and change what the queryset would have, row by row."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F, Field
from django.test.utils import CaptureQueriesContext

from curation.models import Link
from digest.models import BLOCKS, Block, Issue, IssueSection
from tests.digest.issues import add_section, add_titled, make_issue
from tests.makers import NOW, make_link, make_section
from toolbox.prepared import OwnSlot, Select, Slot, Update

pytestmark = pytest.mark.django_db
ISSUE = Slot("issue", Issue._meta.pk)


def field(name: str) -> Field[Any, Any]:
    return next(f for f in Link._meta.concrete_fields if f.name == name)


def retitling() -> Update:
    """Titles of their own and one hour for all links of a kind."""
    rows = Link.objects.filter(pk=OwnSlot("pk", field("id")), kind=Slot("kind", field("kind")))
    title, hour = OwnSlot("title", field("title")), Slot("hour", field("published_at"))
    return Update(rows, title=title, published_at=hour, author=F("title"))


def test_each_row_gets_its_own_and_what_is_given_to_all() -> None:
    first, second, untouched = (
        make_link(url=f"https://a.example/{n}", title=f"Was {n}", kind="article") for n in range(3)
    )
    titles = {first.pk: "It's 100 %", second.pk: 'A "∂"\n, {b}'}
    own = [{"pk": pk, "title": title} for pk, title in titles.items()]

    assert retitling().run(own, kind="article", hour=NOW) == 2

    told = {row["pk"]: row for row in Link.objects.values("pk", "title", "author", "published_at")}
    assert {pk: told[pk]["title"] for pk in titles} == titles
    assert told[first.pk]["author"] == "Was 0"
    assert {told[link.pk]["published_at"] for link in (first, second)} == {NOW}
    assert told[untouched.pk]["title"] == "Was 2"


def test_it_counts_only_rows_that_still_are_what_was_asked_for() -> None:
    article = make_link(url="https://a.example/1", kind="article")
    video = make_link(url="https://a.example/2", kind="video")
    own = [{"pk": link.pk, "title": "New"} for link in (article, video)]

    assert retitling().run(own, kind="article", hour=NOW) == 1

    assert Link.objects.get(title="New") == article


def test_nothing_to_do_is_not_asked() -> None:
    update = retitling()
    with connection.execute_wrapper(lambda *args: pytest.fail("It asked.")):
        assert update.run([], kind="article", hour=NOW) == 0


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
