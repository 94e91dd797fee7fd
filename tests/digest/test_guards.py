"""What the desk refuses on the server, whatever the browser lets through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from curation.models import Link, LinkUse
from digest import approval, assembly, publishing
from digest.errors import IssueError
from digest.fitting import words
from digest.guards import blocks_of, edit_token
from digest.models import Issue, IssueSection, JobBlock, LinkBlock, TextBlock
from publication.models import AuditEntry
from tests.digest.desks import Desk, block, errors, make_desk, new_row, row
from tests.forms import fields_of
from tests.makers import NOW, make_editor, make_link, make_staff

pytestmark = pytest.mark.django_db


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def shortlisted(**values: Any) -> Link:
    return make_link(state=Link.State.SHORTLISTED, **values)


# Where a block may stand


@pytest.mark.parametrize("region", ["nonsense", "text_0", "links_0"])
def test_a_block_is_refused_outside_the_sections_of_its_issue(region: str) -> None:
    desk = make_desk("One")
    fields = desk.open()
    response = desk.post(fields, **{f"{row(fields, 'One')}-region": region})
    assert response.status_code == 200
    assert "A link may not stand here." in errors(response)
    assert block("One").region == desk.section("News").key


def test_a_block_is_refused_in_a_section_of_another_kind() -> None:
    desk = make_desk("One")
    fields = desk.open()
    new_row(fields, desk.section("News"), kind="jobblock", role="Editor")
    response = desk.post(fields, **{f"{row(fields, 'One')}-region": desk.section("Jobs").key})
    assert "A link may not stand here." in errors(response)
    assert "A job may not stand here." in errors(response)
    assert not JobBlock.objects.exists()


def test_a_section_of_another_issue_is_none_of_this_one() -> None:
    desk = make_desk("One")
    other = Issue.objects.create(number=9, date=NOW.date())
    foreign = IssueSection.objects.create(issue=other, title="Theirs")
    fields = desk.open()
    response = desk.post(fields, **{f"{row(fields, 'One')}-region": foreign.key})
    assert "A link may not stand here." in errors(response)


def test_a_text_may_stand_anywhere() -> None:
    desk = make_desk()
    fields = desk.open()
    new_row(fields, desk.section("Jobs"), kind="textblock", title="Hello")
    desk.save(fields)
    assert TextBlock.objects.get().region == desk.section("Jobs").key


def test_what_the_forms_could_not_see_is_found_at_the_end_and_undone() -> None:
    desk = make_desk("One")
    fields = desk.open()
    # A post that withholds the block and deletes the section it stands in.
    hidden = {n: v for n, v in fields.items() if not n.startswith("digest_linkblock_set-0")}
    hidden["digest_linkblock_set-TOTAL_FORMS"] = hidden["digest_linkblock_set-INITIAL_FORMS"] = "0"
    response = desk.post(hidden, **{"sections-0-DELETE": "on"})
    assert "“One” may not stand where it was put." in said(response)
    assert desk.section("News").key == block("One").region


# Sections


def test_a_section_that_holds_blocks_is_not_deleted() -> None:
    desk = make_desk("One", "Two")
    fields = desk.open()
    response = desk.post(fields, **{"sections-0-DELETE": "on"})
    assert "News cannot be deleted: it still holds 2 items. Move or delete them first." in errors(
        response
    )
    assert desk.section("News")


def test_a_section_that_holds_blocks_keeps_its_kind() -> None:
    desk = make_desk("One")
    fields = desk.open()
    response = desk.post(fields, **{"sections-0-kind": "jobs"})
    assert "News cannot be made another kind: it still holds 1 item." in errors(response)
    assert desk.section("News").kind == "links"


def test_a_section_that_is_emptied_may_go_in_the_same_save() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-DELETE": "on", "sections-0-DELETE": "on"})
    assert not desk.issue.sections.filter(title="News").exists()
    assert blocks_of(desk.issue) == []


def test_a_section_is_not_deleted_under_a_block_that_moves_in() -> None:
    desk = make_desk()
    fields = desk.open()
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Editor")
    response = desk.post(fields, **{"sections-1-DELETE": "on"})
    assert "Jobs cannot be deleted: it still holds 1 item." in errors(response)


def test_sections_are_renamed_hidden_and_added_just_for_this_issue() -> None:
    desk = make_desk("One")
    fields = desk.open()
    fields["sections-TOTAL_FORMS"] = "4"
    fields |= {"sections-3-title": "Forum", "sections-3-kind": "links", "sections-3-position": "5"}
    fields |= {"sections-0-title": "Front page", "sections-1-hidden": "on"}
    desk.save(fields)
    titles = [(s.title, s.hidden) for s in desk.issue.sections.all()]
    assert titles == [("Forum", False), ("Front page", False), ("Jobs", True), ("Updates", False)]
    assert LinkUse.objects.get().section == "Front page"


# Two people at once


def test_a_second_save_never_overwrites_the_first() -> None:
    desk = make_desk("One", "Two")
    mine, theirs = desk.open(), desk.open()
    desk.save(theirs, **{f"{row(theirs, 'One')}-title": "Theirs"})
    response = desk.post(mine, **{f"{row(mine, 'Two')}-title": "Mine"})
    assert response.status_code == 200
    assert "Somebody else saved this issue since you opened it" in errors(response)
    html = response.content.decode()
    assert 'value="Mine"' in html
    assert "<ins>Theirs</ins>" in html
    assert "<ins>Mine</ins>" in html
    titles = set(LinkBlock.objects.values_list("title", flat=True))
    assert titles == {"Theirs", "Two"}


def test_the_first_save_does_not_stand_in_its_own_way() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(fields, title="Once")
    desk.save(desk.open(), title="Twice")
    desk.issue.refresh_from_db()
    assert desk.issue.title == "Twice"


def test_both_sides_are_told_even_when_nobody_knows_what_was_on_the_page() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(desk.open(), title="Theirs")
    desk.issue.revisions.all().delete()
    html = desk.post(fields, title="Mine").content.decode()
    assert "What it changed is no longer known" in html
    assert "<del>Theirs</del> <ins>Mine</ins>" in html


def test_a_block_that_was_deleted_meanwhile_is_explained() -> None:
    desk = make_desk("One", "Two")
    fields = desk.open()
    LinkBlock.objects.get(title="One").delete()
    response = desk.post(fields, title="Mine")
    assert "Somebody else saved this issue since you opened it" in errors(response)
    assert 'value="Mine"' in response.content.decode()


def test_what_is_placed_meanwhile_counts_as_a_change() -> None:
    desk = make_desk("One")
    fields = desk.open()
    assembly.place(shortlisted(), desk.section("News"), by=None)
    assert "Somebody else saved" in errors(desk.post(fields, title="Mine"))


def test_approving_is_no_edit() -> None:
    desk = make_desk("One")
    before = edit_token(desk.issue)
    approval.approve(desk.issue, by=None)
    assert edit_token(desk.issue) == before


def test_a_post_without_a_token_is_refused() -> None:
    desk = make_desk("One")
    fields = desk.open()
    del fields["edit_token"]
    assert "Somebody else saved" in errors(desk.post(fields, title="Mine"))


# Copies


def clone(fields: Any, label: str, region: str) -> Any:
    return {**fields, "_clone": label, "_clone_region": region, "_clone_ordering": "300"}


def test_a_block_is_copied_with_a_uid_of_its_own() -> None:
    desk = make_desk("One")
    one = block("One")
    fields = desk.open()
    fields["sections-TOTAL_FORMS"] = "3"
    desk.save(clone(fields, f"digest.linkblock:{one.pk}", desk.section("News").key))
    copies = list(LinkBlock.objects.all())
    assert [copy.title for copy in copies] == ["One", "One"]
    assert len({copy.uid for copy in copies}) == 2
    assert LinkUse.objects.count() == 2


def test_a_block_of_another_issue_is_not_copied() -> None:
    desk = make_desk("One")
    other = Issue.objects.create(number=9, date=NOW.date())
    foreign = LinkBlock.objects.create(parent=other, region="links_1", title="Theirs")
    fields = clone(desk.open(), f"digest.linkblock:{foreign.pk}", desk.section("News").key)
    assert "Only blocks of this issue can be copied here." in errors(desk.post(fields))
    assert LinkBlock.objects.filter(title="Theirs").count() == 1


@pytest.mark.parametrize("label", ["auth.user:1", "digest.linkblock:x", "digest.issue:1", "", ":"])
def test_nothing_but_blocks_is_copied(label: str) -> None:
    desk = make_desk("One")
    fields = clone(desk.open(), label, desk.section("News").key)
    assert "Only blocks of this issue can be copied here." in errors(desk.post(fields))


def test_a_block_is_not_copied_into_a_section_that_does_not_take_it() -> None:
    desk = make_desk("One")
    label = f"digest.linkblock:{block('One').pk}"
    for region in (desk.section("Jobs").key, "nonsense", ""):
        response = desk.post(clone(desk.open(), label, region))
        assert "“One” cannot be copied into this section." in errors(response)
    assert LinkBlock.objects.count() == 1


# States


def test_a_published_issue_is_locked() -> None:
    desk = make_desk("One")
    fields = desk.open()
    Issue.objects.update(state=Issue.State.PUBLISHED, published_at=NOW)
    response = desk.post(fields, title="Changed")
    assert "locked" in said(response)
    assert response.headers["Location"].endswith("/preview/")
    desk.issue.refresh_from_db()
    assert desk.issue.title != "Changed"
    assert desk.client.get(desk.url).headers["Location"].endswith("/preview/")


def test_a_published_issue_is_not_deleted() -> None:
    desk = make_desk("One")
    Issue.objects.update(state=Issue.State.PUBLISHED, published_at=NOW)
    url = desk.url.replace("change", "delete")
    assert "came out and cannot be discarded" in said(desk.client.post(url, {"post": "yes"}))
    assert Issue.objects.exists()


def test_an_edit_of_an_approved_issue_makes_it_a_draft_and_says_so() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    fields = desk.open()
    response = desk.save(fields, **{f"{row(fields, 'One')}-title": "Better"})
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.DRAFT
    assert "The approval was undone" in said(response)


def test_an_edit_of_a_scheduled_issue_takes_back_its_hour_and_says_so() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    publishing.schedule(desk.issue, by=None, publish_at=NOW, mail_at=NOW)
    fields = desk.open()
    response = desk.save(fields, **{f"{row(fields, 'One')}-title": "Better"})
    assert "its hour was taken back" in said(response)
    desk.issue.refresh_from_db()
    approval.approve(desk.issue, by=None)
    assert publishing.publish_due(NOW) == []


def test_saving_without_an_edit_keeps_the_approval() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    desk.save(desk.open())
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY


SETTLED = "Settled by the approval: links to it never break."


def test_the_number_is_settled_once_approved() -> None:
    desk = make_desk("One")
    assert SETTLED not in desk.client.get(desk.url).text
    approval.approve(desk.issue, by=None)
    fields = desk.open()
    assert "number" not in fields
    page = desk.client.get(f"/admin/digest/issue/{desk.issue.pk}/change/").text
    assert SETTLED in page
    desk.save(fields, number="77", title="Changed")
    desk.issue.refresh_from_db()
    assert desk.issue.number == 1


def test_a_number_that_is_taken_is_refused() -> None:
    desk = make_desk("One")
    Issue.objects.create(number=9, date=NOW.date())
    assert "Issue with this Number already exists." in errors(desk.post(desk.open(), number="9"))


def test_a_year_of_two_digits_is_no_day_of_an_issue() -> None:
    desk = make_desk()
    answer = desk.post(desk.open(), date="0026-12-04")
    assert "Type the year with four digits." in errors(answer)
    fields = desk.open()
    assert fields["date"] == desk.issue.date.isoformat()


# The queue


def test_an_inserted_link_is_told_to_the_queue() -> None:
    desk = make_desk()
    link = shortlisted(title="Fresh")
    fields = desk.open()
    new_row(fields, desk.section("News"), title="Fresh", link=link.pk)
    desk.save(fields)
    link.refresh_from_db()
    assert (block("Fresh").link, block("Fresh").taken) == (link, words(link))
    assert LinkUse.objects.get().block_uid == block("Fresh").uid


def test_a_deleted_block_gives_its_link_back() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-DELETE": "on"})
    assert [link.title for link in Link.objects.unplaced()] == ["One"]


def test_a_new_number_follows_to_the_queue() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), number="42")
    assert LinkUse.objects.get().issue_number == 42


@pytest.mark.parametrize(
    ("state", "answer"),
    [(Link.State.NEW, "is not on the shortlist"), (Link.State.REJECTED, "is not on the shortlist")],
)
def test_only_the_shortlist_is_inserted(state: str, answer: str) -> None:
    desk = make_desk()
    fields = desk.open()
    new_row(fields, desk.section("News"), title="X", link=make_link(state=state).pk)
    assert answer in errors(desk.post(fields))
    assert not LinkBlock.objects.exists()


def test_a_link_is_inserted_once() -> None:
    desk = make_desk("One")
    fields = desk.open()
    new_row(fields, desk.section("News"), title="Again", link=block("One").link_id)
    assert "“One” already stands in News of #1." in errors(desk.post(fields))


def test_a_link_that_is_gone_is_explained() -> None:
    desk = make_desk()
    fields = desk.open()
    new_row(fields, desk.section("News"), title="X", link=987)
    assert "This link was deleted from the queue." in errors(desk.post(fields))


def test_the_link_of_a_block_is_not_changed_by_the_form() -> None:
    desk = make_desk("One")
    other = shortlisted()
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-link": other.pk, "title": "Changed"})
    assert block("One").link != other


def test_scripts_do_not_come_in_with_the_words() -> None:
    desk = make_desk("One")
    fields = desk.open()
    hostile = "<p>Hello <script>alert(1)</script><img src=x onerror=alert(1)></p>"
    desk.save(fields, **{f"{row(fields, 'One')}-blurb": hostile})
    assert block("One").blurb == "<p>Hello </p>"


# People


def test_whoever_may_edit_the_issue_may_edit_its_blocks() -> None:
    desk = make_desk("One")
    desk.client.force_login(make_staff("ed", "digest.change_issue"))
    fields = desk.open()
    new_row(fields, desk.section("Jobs"), kind="jobblock", role="Editor")
    desk.save(fields, **{f"{row(fields, 'One')}-title": "Edited"})
    assert {str(b) for b in blocks_of(desk.issue)} == {"Edited", "Editor"}


def test_whoever_may_only_look_is_shown_the_preview() -> None:
    desk = make_desk("One")
    desk.client.force_login(make_staff("reader", "digest.view_issue"))
    assert desk.client.get(desk.url).headers["Location"].endswith("/preview/")
    assert desk.client.get(desk.url, follow=True).status_code == 200
    desk.client.force_login(make_staff("nobody"))
    assert desk.client.get(desk.url.replace("change", "preview")).status_code == 403


def test_whoever_may_only_look_saves_nothing() -> None:
    desk = make_desk("One")
    fields = desk.open()
    desk.client.force_login(make_staff("reader", "digest.view_issue"))
    assert "you may only look at it" in said(desk.post(fields, title="Changed"))
    desk.issue.refresh_from_db()
    assert desk.issue.title == "One"


def test_every_save_leaves_a_trail() -> None:
    desk = make_desk("One")
    desk.save(desk.open(), title="Changed")
    assert AuditEntry.objects.get(verb="edited").subject == "issue #1"


# At the same moment


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it in threads that start together; answers what each gave or raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return deed()
        except IssueError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_draft() -> None:
    answers = at_once(*[lambda: assembly.draft(by=None, now=NOW)] * 2)
    assert {type(answer) for answer in answers} == {Issue, assembly.DraftExistsError}
    assert Issue.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_issues_made_by_hand_at_once_do_not_share_a_number() -> None:
    desk = make_desk()
    url = reverse("admin:digest_issue_add")
    fields = fields_of(desk.client.get(url).content.decode(), "issue_form")
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(make_editor(f"editor {id(client)}"))
    answers = at_once(*[lambda c=client: c.post(url, fields).status_code for client in clients])
    assert sorted(answers) == [200, 302]


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_told() -> None:
    desk = make_desk("One")
    fields = desk.open()
    other = Desk(desk.issue, Client())
    other.client.force_login(make_editor("second"))
    answers = at_once(
        lambda: desk.post(fields, title="First").status_code,
        lambda: other.post(fields, title="Second").status_code,
    )
    assert sorted(answers) == [200, 302]


@pytest.mark.django_db(transaction=True)
def test_a_link_placed_twice_at_once_stands_once() -> None:
    desk = make_desk()
    link, news = shortlisted(), desk.section("News")
    answers = at_once(*[lambda: assembly.place(link, news, by=None)] * 2)
    assert {type(answer) for answer in answers} == {LinkBlock, assembly.AlreadyPlacedError}
