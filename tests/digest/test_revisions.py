"""Each save is kept, told apart from the one before in words, and can be had back."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from curation.models import Link, LinkUse
from digest import approval, assembly, history, revisions
from digest.errors import AlreadyPublishedError
from digest.guards import edit_token
from digest.models import Issue, JobBlock, LinkBlock, Revision
from publication.access import NotAllowedError
from tests.digest.desks import Desk, block, make_desk, new_row, row
from tests.makers import NOW, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db


def told(desk: Desk) -> list[tuple[str, str, str, str]]:
    """What the last save changed."""
    _, changes = next(history.with_changes(desk.issue))
    return [(change.name, change.part, change.before, change.after) for change in changes]


def first(desk: Desk) -> Revision:
    return desk.issue.revisions.order_by("pk")[0]


def test_every_save_is_kept_with_who_made_it() -> None:
    desk = make_desk("One")
    assert desk.issue.revisions.count() == 1
    desk.save(desk.open(), title="Second")
    desk.save(desk.open(), title="Third")
    desk.save(desk.open())
    names = list(desk.issue.revisions.values_list("by_name", flat=True))
    assert names == ["editor", "editor", "Newsdesk"]
    assert desk.issue.revisions.latest("pk").token == edit_token(desk.issue)


def test_a_difference_is_told_in_words() -> None:
    desk = make_desk("One", "Two", "Three")
    fields = desk.open()
    one, two = row(fields, "One"), row(fields, "Two")
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Editor", company="Desk")
    fields |= {f"{one}-blurb": "<p>One, said <b>better</b></p>", f"{two}-DELETE": "on"}
    fields |= {"sections-1-title": "Work", "sections-2-hidden": "on", "title": "New title"}
    desk.save(fields, **{f"{one}-in_web": ""})
    assert told(desk) == [
        ("Issue", "title", "One", "New title"),
        ("Section Work", "title", "Jobs", "Work"),
        ("Section Updates", "hidden", "no", "yes"),
        ("“Two”", "taken out of News", "", ""),
        ("“One”", "blurb", "One, said", "One, said better"),
        ("“One”", "in web", "yes", "no"),
        ("“Editor at Desk”", "added to Work", "", ""),
    ]


def test_a_title_is_told_as_it_is_and_not_as_markup() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), title="Use the <dialog> element")
    assert told(desk)[0][3] == "Use the <dialog> element"
    page = desk.client.get(reverse("admin:digest_issue_history", args=[desk.issue.pk])).text
    assert "&lt;dialog&gt;" in page


def test_moving_is_told_as_moving() -> None:
    desk = make_desk("One", "Two")
    desk.issue.sections.create(title="Articles", kind="links", position=99)
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-region": desk.section("Articles").key})
    assert ("“One”", "moved from News to Articles", "", "") in told(desk)
    fields = desk.open()
    fields = {**fields, f"{row(fields, 'One')}-region": desk.section("News").key}
    desk.save(fields, **{f"{row(fields, 'One')}-ordering": "900"})
    assert ("“One”", "moved from Articles to News", "", "") in told(desk)
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-ordering": "1"})
    assert told(desk) == [("Items", "order changed", "", "")]
    desk.save(desk.open(), **{"sections-0-position": "500"})
    assert told(desk) == [
        ("Sections", "order changed", "", ""),
    ]


def test_the_words_that_went_and_came_are_marked() -> None:
    change = history.Change("x", "y", "the old words stay", "the new words stay on")
    assert [(piece.kind, piece.words) for piece in change.pieces] == [
        ("same", "the"),
        ("out", "old"),
        ("in", "new"),
        ("same", "words stay"),
        ("in", "on"),
    ]


def test_a_revision_is_had_back_whole() -> None:
    desk = make_desk("One", "Two")
    before = edit_token(desk.issue)
    uid = block("One").uid
    fields = desk.open()
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Editor")
    fields |= {f"{row(fields, 'One')}-DELETE": "on", f"{row(fields, 'Two')}-title": "Worse"}
    desk.save(fields, **{"sections-2-DELETE": "on", "title": "Worse"})
    assert Link.objects.unplaced().count() == 1
    url = reverse("admin:digest_issue_restore", args=[desk.issue.pk])
    answer = desk.client.post(url, {"revision": first(desk).pk})
    assert "is again what it was on" in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert edit_token(desk.issue) == before
    assert block("One").uid == uid
    assert not JobBlock.objects.exists()
    assert LinkUse.objects.filter(block_uid=uid, issue_number=desk.issue.number).exists()
    assert not Link.objects.unplaced().exists()


def test_going_back_can_be_taken_back() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), title="Better")
    revisions.restore(first(desk), by=None)
    revisions.restore(desk.issue.revisions.all()[1], by=None)
    desk.issue.refresh_from_db()
    assert desk.issue.title == "Better"


def test_what_is_gone_meanwhile_is_no_hindrance() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), title="Better")
    Link.objects.all().delete()
    make_section("News").delete()
    revisions.restore(first(desk), by=None)
    assert block("One").link is None
    assert desk.section("News").section is None


def test_going_back_undoes_an_approval_and_never_touches_what_is_out() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), title="Better")
    approval.approve(desk.issue, by=None)
    assert "The approval was undone" in revisions.restore(first(desk), by=None)
    Issue.objects.update(state=Issue.State.PUBLISHED, published_at=NOW)
    with pytest.raises(AlreadyPublishedError):
        revisions.restore(first(desk), by=None)
    with pytest.raises(NotAllowedError):
        revisions.restore(first(desk), by=make_staff("reader", "digest.view_issue"))


def test_a_link_placed_by_a_click_is_a_revision_too() -> None:
    desk = make_desk("One")
    link = make_link(title="Two", state=Link.State.SHORTLISTED)
    assembly.place(link, desk.section("News"), by=None)
    assert told(desk) == [("“Two”", "added to News", "", "")]


def history_page(desk: Desk, **values: Any) -> str:
    url = reverse("admin:digest_issue_history", args=[desk.issue.pk])
    html: str = desk.client.get(url).content.decode()
    return html


def test_the_history_page_shows_each_save_and_the_way_back() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-title": "One more"})
    html = history_page(desk)
    assert "<ins>more</ins>" in html
    assert html.count("Make it this again") == 1
    Issue.objects.update(state=Issue.State.PUBLISHED, published_at=NOW)
    assert "Make it this again" not in history_page(desk)
    Revision.objects.all().delete()
    assert "Nothing was saved yet" in history_page(desk)


def test_a_revision_of_another_issue_is_not_found() -> None:
    desk = make_desk("One")
    other = Issue.objects.create(number=9, date=NOW.date())
    history.keep(other, by=None)
    url = reverse("admin:digest_issue_restore", args=[desk.issue.pk])
    for wrong in (other.revisions.get().pk, "x", ""):
        assert desk.client.post(url, {"revision": wrong}).status_code == 404
    assert LinkBlock.objects.exists()
