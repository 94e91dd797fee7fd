"""The preview of what is typed: as a save would have it, and nothing of it is stored."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from curation.models import Link
from digest import approval
from digest.guards import edit_token
from digest.models import Issue, LinkBlock
from tests.digest.desks import Desk, make_desk, new_row, row
from tests.forms import Fields
from tests.makers import NOW, make_link, make_staff

pytestmark = pytest.mark.django_db


def ask(desk: Desk, fields: Fields, part: str = "email", **more: str) -> Any:
    url = reverse("admin:digest_issue_trial", args=[desk.issue.pk, part])
    return desk.client.post(url, {**fields, **more})


def tried(desk: Desk, fields: Fields, part: str = "email", **more: str) -> Any:
    return ask(desk, fields, part, **more).json()


def notes(answer: Any) -> list[tuple[str, str]]:
    return [(note["row"], note["text"]) for note in answer["notes"]]


@pytest.mark.parametrize("part", ["email", "text", "web", "feed"])
def test_every_output_shows_what_is_typed_and_not_saved(part: str) -> None:
    desk = make_desk("One", "Two")
    before = edit_token(desk.issue)
    fields = desk.open()
    one = row(fields, "One")
    fields |= {f"{one}-title": "Typed just now", f"{one}-blurb": "<p>And <b>said</b>.</p>"}
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Typed job", in_feeds="on")
    html = tried(desk, fields, part, **{f"{row(fields, 'Two')}-DELETE": "on"})["html"]
    assert "Typed just now" in html
    assert "Typed job" in html
    assert "Two" not in html
    assert edit_token(desk.issue) == before
    assert LinkBlock.objects.count() == 2


def test_sections_are_previewed_as_they_are_typed() -> None:
    desk = make_desk("One")
    fields = desk.open()
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Editor")
    fields |= {"sections-0-title": "Front page", "sections-0-position": "99"}
    text = tried(desk, fields, "text", **{"sections-0-intro": "<p>Welcome.</p>"})["html"]
    assert text.index("Editor") < text.index("Front page") < text.index("Welcome.")
    assert "Editor" not in tried(desk, {**fields, "sections-1-hidden": "on"}, "text")["html"]


def test_what_goes_elsewhere_and_what_is_switched_off_is_seen_at_once() -> None:
    desk = make_desk("One", "Two")
    fields = desk.open()
    first, second = row(fields, "One"), row(fields, "Two")
    fields |= {f"{first}-ordering": "900", f"{second}-ordering": "1"}
    text = tried(desk, fields, "text")["html"]
    assert text.index("Two, said") < text.index("One, said")
    del fields[f"{second}-in_web"]
    assert "Two" not in tried(desk, fields, "web")["html"]
    assert "Two" in tried(desk, fields, "email")["html"]


def test_the_size_is_that_of_the_mail_as_typed() -> None:
    desk = make_desk("One")
    fields = desk.open()
    answer = tried(desk, fields, "text")
    words = "x" * 1000
    longer = tried(desk, fields, "text", **{f"{row(fields, 'One')}-blurb": f"<p>{words}</p>"})
    assert longer["size"] - answer["size"] > 900
    assert answer["largest"] == 102 * 1024


def test_a_block_that_fails_is_named_by_its_row() -> None:
    desk = make_desk("One", "Two")
    fields = desk.open()
    wrong = row(fields, "Two")
    answer = tried(desk, {**fields, f"{wrong}-url": "javascript:alert(1)"})
    assert (wrong, "“Two” has an address that readers cannot be sent to: javascript:alert(1)") in (
        notes(answer)
    )
    assert "One" in answer["html"]


def test_what_would_stop_a_save_is_said_before_it() -> None:
    desk = make_desk("One")
    fields = desk.open()
    job = new_row(fields, desk.section("Jobs"), kind="jobblock", role="", company="Desk")
    news = new_row(fields, desk.section("Jobs"), title="Misplaced")
    late = new_row(
        fields, desk.section("News"), title="Gone", link=make_link(state=Link.State.REJECTED).pk
    )
    said = notes(tried(desk, {**fields, "date": "soon"}))
    assert (news, "A link may not stand here.") in said
    assert any(row == late and "is not on the shortlist" in text for row, text in said)
    assert any(row == "" and text.startswith("Date: ") for row, text in said)
    assert (job, "Role: This field is required.") in said
    assert "Desk" in tried(desk, fields, "text")["html"]


def test_a_save_by_somebody_else_is_said_at_once() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(desk.open(), title="Theirs")
    said = " ".join(text for _, text in notes(tried(desk, {**fields, "title": "Mine"})))
    assert "Somebody else saved this issue" in said


def test_nothing_is_drawn_for_those_who_may_not_edit_nor_once_it_is_out() -> None:
    desk = make_desk("One")
    fields = desk.open()
    assert ask(desk, fields, "nonsense").status_code == 404
    url = reverse("admin:digest_issue_trial", args=[desk.issue.pk, "web"])
    assert desk.client.get(url).status_code == 405
    Issue.objects.update(state=Issue.State.PUBLISHED, published_at=NOW)
    assert ask(desk, fields).status_code == 403
    Issue.objects.update(state=Issue.State.DRAFT)
    desk.client.force_login(make_staff("reader", "digest.view_issue"))
    assert ask(desk, fields).status_code == 403


def test_trying_leaves_an_approval_alone() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    fields = desk.open()
    assert "Other" in tried(desk, {**fields, f"{row(fields, 'One')}-title": "Other"})["html"]
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY


def test_a_post_of_nothing_is_answered_too() -> None:
    desk = make_desk("One")
    answer = tried(desk, {})
    assert answer["notes"]


def test_a_block_more_costs_no_query_more() -> None:
    desk = make_desk("One")

    def queries() -> int:
        fields = desk.open()
        with CaptureQueriesContext(connection) as captured:
            assert ask(desk, fields).status_code == 200
        return len(captured)

    queries()
    few = queries()
    news = desk.section("News").key
    LinkBlock.objects.bulk_create(
        LinkBlock(parent=desk.issue, region=news, title=f"Item {n}") for n in range(40)
    )
    assert queries() == few
