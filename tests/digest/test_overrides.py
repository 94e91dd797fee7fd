"""A blocker passes by name, with a reason, and for as long as nothing else is found."""

import pytest

from digest.approval import PreflightError, approve
from digest.models import Issue, Override
from digest.overrides import OverrideError, let_pass, take_back
from digest.preflight import inspect
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.digest.checking import sound
from tests.digest.issues import make_issue, publish
from tests.makers import NOW, make_editor, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
WHY = "The author sends the words tonight"


def blocked() -> tuple[Issue, str]:
    issue = sound(blurb="<p>TK, by Ann.</p>")
    [blocker] = inspect(issue).blockers
    return issue, blocker.key


def test_it_lets_the_issue_be_approved_and_keeps_who_and_why() -> None:
    issue, key = blocked()
    with pytest.raises(PreflightError):
        approve(issue, by=None)
    editor = make_editor("ines")
    let_pass(issue, key, reason=WHY, by=editor, now=NOW)

    report = inspect(issue)
    assert report.blockers == []
    assert [finding.override.reason for finding in report.overridden if finding.override] == [WHY]
    approve(issue, by=editor)

    entry = AuditEntry.objects.get(verb="let pass")
    assert (entry.actor_name, entry.subject) == ("ines", "issue #7")
    assert entry.detail["reason"] == WHY
    assert "TK" in entry.detail["found"]
    assert WHY in str(AuditEntry.objects.get(verb="approved").detail["let_pass"])


def test_it_outlives_the_account() -> None:
    issue, key = blocked()
    editor = make_editor("ines")
    let_pass(issue, key, reason=WHY, by=editor, now=NOW)
    editor.delete()

    assert Override.objects.get().by_name == "ines"


def test_it_lapses_when_anything_else_is_found() -> None:
    issue, key = blocked()
    let_pass(issue, key, reason=WHY, by=None, now=NOW)
    block = inspect(issue).overridden[0].block
    assert block is not None
    block.blurb = "<p>Lorem ipsum dolor.</p>"
    block.save()

    assert len(inspect(issue).blockers) == 1
    block.blurb = "<p>The words, as they came.</p>"
    block.save()
    approve(issue, by=None)
    assert not Override.objects.exists()


def test_it_can_be_taken_back() -> None:
    issue, key = blocked()
    let_pass(issue, key, reason=WHY, by=None, now=NOW)
    take_back(issue, key, by=None)

    assert len(inspect(issue).blockers) == 1
    assert AuditEntry.objects.filter(verb="took back").count() == 1
    with pytest.raises(OverrideError, match="not let pass"):
        take_back(issue, key, by=None)


@pytest.mark.parametrize("reason", ["", "  ", "because", "x" * 301])
def test_it_wants_a_reason(reason: str) -> None:
    issue, key = blocked()
    with pytest.raises(OverrideError, match="why this may stay"):
        let_pass(issue, key, reason=reason, by=None, now=NOW)


def test_it_is_of_a_blocker_that_is_found_now() -> None:
    issue, _ = blocked()
    with pytest.raises(OverrideError, match="no longer found"):
        let_pass(issue, "0" * 64, reason=WHY, by=None, now=NOW)


def test_what_cannot_be_sent_cannot_be_let_pass() -> None:
    issue = make_issue()
    key = next(it.key for it in inspect(issue).blockers if it.code == "no-item")
    with pytest.raises(OverrideError, match="cannot be let pass"):
        let_pass(issue, key, reason=WHY, by=None, now=NOW)


def test_only_who_may_approve_may_do_it() -> None:
    issue, key = blocked()
    writer = make_staff("writer", "digest.change_issue")
    with pytest.raises(NotAllowedError):
        let_pass(issue, key, reason=WHY, by=writer, now=NOW)


def test_each_issue_answers_for_itself() -> None:
    issue, key = blocked()
    let_pass(issue, key, reason=WHY, by=None, now=NOW)
    publish(issue)
    other = sound(8, title="Other", url="https://example.org/o", blurb="<p>TK, by Ben.</p>")

    assert len(inspect(other).blockers) == 1
