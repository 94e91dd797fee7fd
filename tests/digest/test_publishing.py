"""Publishing: once, whole or not at all, and exactly what was approved."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from curation import uses
from curation.models import LinkUse
from digest.approval import approve, reopen
from digest.errors import AlreadyPublishedError
from digest.models import Issue, JobBlock, LinkBlock, PublishedItem, SponsorBlock
from digest.publishing import EditedSinceError, NotApprovedError, publish, publish_due, schedule
from digest.sweeping import sweep
from digest.tasks import publish_due as publish_due_task
from outbox.models import Fact
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.digest.issues import add, add_section, make_issue, make_published
from tests.makers import NOW, make_editor, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=2)


def make_ready(number: int = 7, **values: Any) -> Issue:
    issue = make_issue(number, **values)
    add(LinkBlock, issue, title="A story", url="https://www.example.com/1", blurb="<p>Told.</p>")
    approve(issue, by=None)
    return issue


def test_it_becomes_public_at_that_moment_and_the_fact_is_stored() -> None:
    issue = make_ready()

    publish(issue, by=make_editor(), now=NOW, mail_at=LATER)

    issue.refresh_from_db()
    assert (issue.state, issue.published_at, issue.mail_at) == ("published", NOW, LATER)
    assert list(Issue.objects.published()) == [issue]
    fact = Fact.objects.get()
    assert (fact.signal, fact.arguments) == (
        "issue_published",
        {"issue_id": issue.pk, "number": 7, "revision": 1},
    )
    assert AuditEntry.objects.filter(verb="published", actor_name="editor").count() == 1


def test_the_fact_names_the_revision_that_came_out() -> None:
    issue = make_ready()
    reopen(issue, by=None)
    approve(issue, by=None)

    publish(issue, by=None, now=NOW)

    assert Fact.objects.get().arguments["revision"] == 2


def test_without_an_hour_it_is_never_mailed_whatever_was_planned() -> None:
    issue = make_ready(mail_at=LATER)

    publish(issue, by=None, now=NOW)

    issue.refresh_from_db()
    assert issue.mail_at is None


def test_its_items_stand_in_the_flat_table() -> None:
    issue = make_issue()
    section = add_section(issue, "Reading", section=make_section("Articles", slug="articles"))
    first = add(
        LinkBlock, section, title="One", url="https://www.example.com/1", blurb="<p>A &amp; b</p>"
    )
    add(LinkBlock, section, title="Mail only", in_web=False)
    add(JobBlock, issue, role="Editor", company="Us", in_email=False, in_feeds=False)
    approve(issue, by=None)

    publish(issue, by=None, now=NOW)

    one, unseen, two = PublishedItem.objects.order_by("position")
    assert (unseen.title, unseen.in_web) == ("Mail only", False)
    assert one.in_web
    assert two.in_web
    assert (one.uid, one.section_slug, one.section_title) == (first.uid, "articles", "Reading")
    assert (one.title, one.url, one.domain) == ("One", "https://www.example.com/1", "example.com")
    assert (one.text, one.kind, one.position) == ("A & b", "links", 0)
    assert (two.title, two.kind, two.position) == ("Editor at Us", "jobs", 2)


def test_the_flat_table_reads_from_the_newest_issue_down() -> None:
    for number in (8, 7, 9):
        make_published(number, f"First of {number}", f"Second of {number}")

    words = ["First", "Second"]
    expected = [f"{word} of {number}" for number in (9, 8, 7) for word in words]
    assert [item.title for item in PublishedItem.objects.all()] == expected


def test_the_uses_of_its_links_are_dated() -> None:
    link, other = make_link(), make_link()
    issue = make_issue()
    shown = add(LinkBlock, issue, title="x", link=link)
    off = {"in_email": False, "in_web": False, "in_feeds": False}
    unseen = add(LinkBlock, issue, title="y", link=other, **off)
    for block in (shown, unseen):
        uses.place(block.link_id, issue_number=7, section="News", block_uid=block.uid)
    approve(issue, by=None)

    publish(issue, by=None, now=NOW)

    assert LinkUse.objects.get(link=link).published_at == NOW
    assert LinkUse.objects.get(link=other).published_at is None


def test_a_second_click_is_told_and_does_nothing() -> None:
    issue = make_ready()
    publish(issue, by=None, now=NOW)

    with pytest.raises(AlreadyPublishedError, match="#7 is out already"):
        publish(issue, by=None, now=LATER, mail_at=LATER)

    issue.refresh_from_db()
    assert (issue.published_at, issue.mail_at) == (NOW, None)
    assert Fact.objects.count() == PublishedItem.objects.count() == 1


def test_a_stale_copy_of_the_row_does_not_publish_twice() -> None:
    issue = make_ready()
    stale = Issue.objects.get(pk=issue.pk)
    publish(issue, by=None, now=NOW)

    with pytest.raises(AlreadyPublishedError):
        publish(stale, by=None, now=NOW)


def test_a_draft_is_not_published() -> None:
    issue = make_issue()

    with pytest.raises(NotApprovedError, match="#7 is a draft"):
        publish(issue, by=None, now=NOW)


def test_a_reopened_issue_is_a_draft_however_often_it_was_approved() -> None:
    issue = make_ready()
    reopen(issue, by=None)

    with pytest.raises(NotApprovedError):
        publish(issue, by=None, now=NOW)


@pytest.mark.parametrize("edit", ["block", "section", "words", "gone"])
def test_what_was_edited_past_the_desk_is_not_published(edit: str) -> None:
    issue = make_ready()
    if edit == "block":
        LinkBlock.objects.update(title="Another")
    elif edit == "section":
        issue.sections.update(title="Another")
    elif edit == "words":
        Issue.objects.update(subject="Another")
    else:
        LinkBlock.objects.all().delete()

    with pytest.raises(EditedSinceError, match="edited since it was approved"):
        publish(issue, by=None, now=NOW)

    assert Issue.objects.get().state == Issue.State.READY
    assert not Fact.objects.exists()


def test_a_deleted_link_or_shelf_is_no_edit() -> None:
    issue = make_issue()
    link, shelf = make_link(), make_section("Reading")
    add(LinkBlock, add_section(issue, "Reading", section=shelf), title="x", link=link)
    approve(issue, by=None)
    link.delete()
    shelf.delete()

    publish(issue, by=None, now=NOW)

    assert PublishedItem.objects.get().section_slug == "reading"


def test_a_failure_on_the_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = make_ready()

    def fail(*args: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("curation.uses.publish", fail)
    with pytest.raises(RuntimeError):
        publish(issue, by=None, now=NOW)

    assert Issue.objects.get().state == Issue.State.READY
    assert not PublishedItem.objects.exists()
    assert not Fact.objects.exists()


def test_it_needs_the_permission() -> None:
    issue, writer = make_ready(), make_staff("writer", "digest.approve_issue")

    with pytest.raises(NotAllowedError):
        publish(issue, by=writer, now=NOW)
    with pytest.raises(NotAllowedError):
        schedule(issue, by=writer, publish_at=LATER)
    assert Issue.objects.get().state == Issue.State.READY


def test_the_clock_publishes_what_is_due_and_mails_it_as_planned() -> None:
    issue = make_ready()
    schedule(issue, by=None, publish_at=LATER, mail_at=LATER)
    assert publish_due(NOW) == []

    assert publish_due(LATER) == [7]

    issue.refresh_from_db()
    assert (issue.published_at, issue.mail_at, issue.publish_at) == (LATER, LATER, None)
    assert publish_due(LATER) == []


def test_an_hour_can_be_taken_back() -> None:
    issue = make_ready()
    schedule(issue, by=None, publish_at=NOW)
    schedule(issue, by=None, publish_at=None)

    assert publish_due(LATER) == []


def test_an_issue_that_is_reopened_loses_its_hour_for_good() -> None:
    issue = make_ready()
    schedule(issue, by=None, publish_at=NOW, mail_at=LATER)

    said = reopen(issue, by=None)
    LinkBlock.objects.update(title="Half written")
    approve(issue, by=None)

    assert said.endswith("a draft again; its hour was taken back.")
    assert publish_due(LATER) == []
    issue.refresh_from_db()
    assert (issue.state, issue.publish_at, issue.mail_at) == ("ready", None, None)


def test_only_an_approved_issue_gets_an_hour() -> None:
    with pytest.raises(NotApprovedError):
        schedule(make_issue(), by=None, publish_at=NOW)
    with pytest.raises(AlreadyPublishedError):
        schedule(make_published(6), by=None, publish_at=NOW)


def test_one_that_was_edited_loses_its_hour_and_harms_no_other() -> None:
    edited, sound = make_ready(6), make_ready(7)
    for issue in (edited, sound):
        schedule(issue, by=None, publish_at=NOW)
    Issue.objects.filter(number=6).update(title="Another")

    assert publish_due(NOW) == [7]

    edited.refresh_from_db()
    assert (edited.state, edited.publish_at) == ("ready", None)
    held = AuditEntry.objects.get(verb="held")
    assert held.subject == "issue #6"
    assert "edited since" in held.detail["reason"]
    assert publish_due(NOW) == []


def test_the_sweep_nudges_once_for_what_is_due() -> None:
    assert sweep(NOW) is None
    schedule(make_ready(), by=None, publish_at=NOW)

    assert sweep(NOW) == sweep(NOW) == "1 issue to publish"
    assert DBTaskResult.objects.filter(task_path=publish_due_task.module_path).count() == 1


def test_the_task_publishes_by_the_clock() -> None:
    schedule(make_ready(), by=None, publish_at=timezone.now())

    assert publish_due_task.call() == [7]


def test_a_sponsor_stands_in_the_flat_table_as_what_it_is() -> None:
    issue = make_issue()
    add(SponsorBlock, issue, title="Buy", url="https://s.example/")
    approve(issue, by=None)
    publish(issue, by=None, now=NOW)

    assert PublishedItem.objects.get().kind == "sponsor"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_the_same_moment_one_does() -> None:
    issue = make_ready()

    def click(_: int) -> str:
        try:
            publish(Issue.objects.get(pk=issue.pk), by=None, now=NOW)
            return "published"
        except AlreadyPublishedError:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        answers = sorted(people.map(click, range(4)))

    assert answers == ["published", "told", "told", "told"]
    assert Fact.objects.count() == PublishedItem.objects.count() == 1
