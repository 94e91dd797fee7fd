"""check_issue, approve_issue, render_issue and publish_issue, as typed."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from digest.approval import approve
from digest.models import Issue, LinkBlock, ProjectBlock
from digest.overrides import let_pass
from digest.preflight import inspect
from digest.publishing import schedule
from publication.masthead import current
from tests.digest.issues import add, add_section, make_issue
from tests.makers import NOW
from tests.web import Web, page

pytestmark = pytest.mark.django_db


def run(*args: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


TODAY = timezone.localdate()


def make_sound(url: str = "https://example.com/", **values: Any) -> Issue:
    issue = make_issue(**values)
    add(LinkBlock, issue, title="A story", url=url, blurb="<p>Told.</p>")
    return issue


@pytest.mark.parametrize(
    "command",
    [("check_issue",), ("approve_issue",), ("publish_issue",), ("render_issue", "--format=web")],
)
def test_an_unknown_number_is_one_clear_line(command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="There is no issue #99"):
        run(*command, "99")


@pytest.mark.usefixtures("masthead_filled_in")
def test_check_issue_prints_what_it_finds_and_fails_on_a_blocker(
    web: Web,
) -> None:
    issue = make_sound(web.add("/", page("Told.", "text/html")), preheader="Told.", date=TODAY)
    assert run("check_issue", "7") == "Issue #7 has no blocker."
    assert [path for path, _ in web.asked] == ["/"]

    add(LinkBlock, issue, title="No address", blurb="<p>Told, too.</p>")
    asked = run("check_issue", "7").splitlines()
    assert asked[0] == "warning: “No address” has no address. [address]"

    add(LinkBlock, issue, title="Bad", url="javascript:x", blurb="<p>Told, three.</p>")
    with pytest.raises(CommandError, match="#7 cannot be approved: 1 blocker"):
        run("check_issue", "7")


@pytest.mark.usefixtures("masthead_filled_in")
def test_check_issue_lets_a_blocker_pass_that_somebody_answers_for(web: Web) -> None:
    issue = make_sound(f"{web.base}/gone", preheader="Told.", date=TODAY)
    with pytest.raises(CommandError, match="1 blocker"):
        run("check_issue", "7")
    [blocker] = inspect(issue).blockers
    why = "The author puts it back tonight"
    let_pass(issue, blocker.key, reason=why, by=None, now=timezone.now())

    said = run("check_issue", "7", "--no-links")
    assert f"  let pass by Newsdesk: {why}" in said
    assert said.endswith("Issue #7 has no blocker.")
    assert len(web.asked) == 1


def test_approve_issue_freezes_it_once() -> None:
    make_sound()

    assert run("approve_issue", "7") == "Issue #7 is approved, revision 1."
    with pytest.raises(CommandError, match="approved already"):
        run("approve_issue", "7")


def test_approve_issue_lists_blockers() -> None:
    make_issue()

    with pytest.raises(CommandError, match="no item"):
        run("approve_issue", "7")


def test_publish_issue_needs_an_approved_one_and_works_once() -> None:
    issue = make_sound()
    with pytest.raises(CommandError, match="#7 is a draft"):
        run("publish_issue", "7")
    approve(issue, by=None)

    assert run("publish_issue", "7", "--no-mail") == "Issue #7 is published, not mailed."
    with pytest.raises(CommandError, match="#7 is out already"):
        run("publish_issue", "7")


@pytest.mark.parametrize(
    ("option", "planned", "mailed"),
    [
        ([], NOW, NOW),
        (["--no-mail"], NOW, None),
        (["--mail-at", "2126-11-29T17:00+00:00"], None, datetime(2126, 11, 29, 17, tzinfo=UTC)),
        (["--mail-at", "2126-11-29T17:00"], None, datetime(2126, 11, 29, 16, tzinfo=UTC)),
    ],
)
def test_publish_issue_mails_when_it_is_told(
    option: list[str], planned: datetime | None, mailed: datetime | None
) -> None:
    publication = current()
    publication.time_zone = "Europe/Copenhagen"
    publication.save()
    approve(make_sound(mail_at=planned), by=None)

    run("publish_issue", "7", *option)

    assert Issue.objects.get().mail_at == mailed


def test_publish_issue_does_not_guess_about_the_mail() -> None:
    approve(make_sound(), by=None)

    with pytest.raises(CommandError) as refused:
        run("publish_issue", "7")

    assert all(option in str(refused.value) for option in ("--mail-now", "--mail-at", "--no-mail"))
    assert "\n" not in str(refused.value)
    assert Issue.objects.get().state == Issue.State.READY


def test_publish_issue_takes_never_for_an_answer_when_it_was_planned() -> None:
    issue = make_sound()
    approve(issue, by=None)
    schedule(issue, by=None, publish_at=timezone.now(), mail_at=None)

    assert run("publish_issue", "7") == "Issue #7 is published, not mailed."


def test_publish_issue_mails_at_once() -> None:
    approve(make_sound(), by=None)
    before = timezone.now()

    run("publish_issue", "7", "--mail-now")

    mail_at = Issue.objects.get().mail_at
    assert mail_at is not None
    assert before <= mail_at <= timezone.now()


@pytest.mark.parametrize(
    "options",
    [
        ["--mail-now", "--no-mail"],
        ["--mail-at", "soon"],
        ["--mail-at", ""],
        ["--mail-at", "2025-12-04T09:00"],
    ],
)
def test_publish_issue_refuses_what_it_cannot_follow(options: list[str]) -> None:
    approve(make_sound(), by=None)

    with pytest.raises(CommandError):
        run("publish_issue", "7", *options)
    assert Issue.objects.get().state == Issue.State.READY


def test_render_issue_prints_each_output() -> None:
    make_sound()

    assert run("render_issue", "7", "--format", "email").startswith("<!doctype html>")
    assert "A story\nexample.com\nhttps://example.com/" in run("render_issue", "7", "--format=text")
    assert "<article" in run("render_issue", "7", "--format=web")


def test_render_issue_prints_the_items_as_json() -> None:
    issue = make_sound()
    section = add_section(issue, "Projects", "projects", intro="<p>Two of them.</p>")
    add(ProjectBlock, section, repo="a/b", tagline="Trees & more", url="https://git.example/a/b")

    drawn = json.loads(run("render_issue", "7", "--format=json"))

    assert (drawn["number"], drawn["title"], drawn["date"]) == (7, "Title of 7", "2026-11-20")
    news, projects = drawn["sections"]
    assert [
        (item["kind"], item["title"], item["url"], item["blurb"]) for item in news["items"]
    ] == [("link", "A story", "https://example.com/", "<p>Told.</p>")]
    assert (projects["title"], projects["intro"]) == ("Projects", "<p>Two of them.</p>")
    assert projects["items"][0]["blurb"] == "<p>Trees &amp; more</p>"


def test_render_issue_shows_a_draft_as_it_is_and_an_approved_one_as_it_was() -> None:
    issue = make_sound()
    LinkBlock.objects.update(title="As approved")
    assert "As approved" in run("render_issue", "7", "--format=web")
    approve(issue, by=None)
    LinkBlock.objects.update(title="Edited")

    assert "Edited" not in run("render_issue", "7", "--format=web")


def test_render_issue_writes_to_a_file_or_says_why_not(tmp_path: Path) -> None:
    make_sound()
    target = tmp_path / "issue.txt"

    assert run("render_issue", "7", "--format=text", "--output", str(target)) == ""
    assert "A story" in target.read_text()
    with pytest.raises(CommandError, match="cannot be written"):
        run("render_issue", "7", "--format=text", "--output", str(tmp_path / "no" / "file"))


def test_render_issue_names_what_cannot_be_rendered() -> None:
    make_sound(title="a\u2028b")

    with pytest.raises(CommandError, match="title holds a line break"):
        run("render_issue", "7", "--format=email")
