"""Approving: what was seen is frozen; an edit takes it back."""

from typing import Any

import pytest

from digest.approval import AlreadyApprovedError, PreflightError, approve, reopen
from digest.errors import AlreadyPublishedError
from digest.models import Issue, LinkBlock, RenderedIssue
from digest.rendering import render
from publication.access import NotAllowedError
from publication.models import AppendOnlyError, AuditEntry
from tests.digest.issues import add, make_issue, make_published
from tests.makers import make_editor, make_staff

pytestmark = pytest.mark.django_db


def make_sound() -> Issue:
    issue = make_issue()
    add(LinkBlock, issue, title="A story", url="https://example.com/")
    return issue


def state_of(issue: Issue) -> str:
    return Issue.objects.get(pk=issue.pk).state


def test_it_freezes_what_is_rendered() -> None:
    issue, editor = make_sound(), make_editor()
    expected = render(issue)

    frozen = approve(issue, by=editor)

    assert state_of(issue) == issue.state == Issue.State.READY
    assert {name: getattr(frozen, name) for name in vars(expected)} == vars(expected)
    assert (frozen.revision, frozen.approved_by) == (1, editor)
    assert AuditEntry.objects.values_list("actor_name", "verb", "subject").get() == (
        "editor",
        "approved",
        "issue #7",
    )


def test_what_is_frozen_stays_when_the_issue_is_edited() -> None:
    issue = make_sound()
    frozen = approve(issue, by=None)
    LinkBlock.objects.update(title="Another story")

    frozen.refresh_from_db()
    assert "A story" in frozen.web_body
    with pytest.raises(AppendOnlyError):
        RenderedIssue.objects.update(web_body="x")


def test_it_renders_once(monkeypatch: pytest.MonkeyPatch) -> None:
    issue, calls = make_sound(), []

    def counted(*args: Any) -> Any:
        calls.append(args)
        return render(*args)

    monkeypatch.setattr("digest.preflight.render", counted)
    approve(issue, by=None)

    assert len(calls) == 1


def test_a_second_approval_is_told_so() -> None:
    issue = make_sound()
    approve(issue, by=None)

    with pytest.raises(AlreadyApprovedError, match="#7 is approved already"):
        approve(issue, by=None)
    assert RenderedIssue.objects.count() == 1


def test_a_published_issue_is_not_approved_again() -> None:
    with pytest.raises(AlreadyPublishedError, match="#7"):
        approve(make_published(7), by=None)


@pytest.mark.usefixtures("masthead_filled_in")
def test_blockers_stop_it_and_are_listed() -> None:
    issue = make_issue(title="")

    with pytest.raises(PreflightError, match="no item") as refused:
        approve(issue, by=None)

    found = [finding.code for finding in refused.value.report.findings]
    assert found[:2] == ["no-item", "no-issue-title"]
    assert state_of(issue) == issue.state == Issue.State.DRAFT
    assert not RenderedIssue.objects.exists()
    assert not AuditEntry.objects.exists()


def test_warnings_do_not_stop_it() -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="No address")

    assert approve(issue, by=None).revision == 1


def test_it_needs_the_permission() -> None:
    issue = make_sound()

    with pytest.raises(NotAllowedError):
        approve(issue, by=make_staff("writer", "digest.change_issue"))
    assert state_of(issue) == Issue.State.DRAFT


def test_reopening_makes_a_draft_of_it_and_the_next_approval_a_new_revision() -> None:
    issue = make_sound()
    approve(issue, by=None)

    said = reopen(issue, by=make_staff("writer", "digest.change_issue"))

    assert said == "The approval was undone: this issue is a draft again."
    assert state_of(issue) == issue.state == Issue.State.DRAFT
    LinkBlock.objects.update(title="Better")
    assert approve(issue, by=None).revision == 2
    assert [row.revision for row in issue.rendered.all()] == [2, 1]


def test_reopening_a_draft_changes_nothing() -> None:
    issue = make_sound()

    assert reopen(issue, by=None) == ""
    assert not AuditEntry.objects.exists()


def test_a_published_issue_is_not_reopened() -> None:
    issue = make_published(7)

    with pytest.raises(AlreadyPublishedError):
        reopen(issue, by=None)
    assert state_of(issue) == Issue.State.PUBLISHED


def test_reopening_needs_the_permission_to_edit() -> None:
    issue = make_sound()
    approve(issue, by=None)

    with pytest.raises(NotAllowedError):
        reopen(issue, by=make_staff("reader"))
