"""Issues that came out elsewhere, in the archive."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from curation.models import Link, LinkUse
from digest import past
from digest.importing import AlreadyImportedError, ImportRefusedError, import_issue
from digest.models import (
    BLOCKS,
    EventBlock,
    Issue,
    JobBlock,
    LinkBlock,
    MediaBlock,
    ProjectBlock,
    PublishedItem,
    SponsorBlock,
    TextBlock,
)
from digest.past import UnreadableIssueError
from digest.preflight import inspect
from digest.rendering import render
from outbox.models import Fact
from publication.access import NotAllowedError
from publication.models import Section
from tests.digest.issues import add, add_section, make_issue, make_published, publish
from tests.makers import NOW, make_editor, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data" / "issues"
WEEKLY = DATA / "weekly.txt"


def run(*files: Path) -> str:
    out = StringIO()
    call_command("import_issues", *map(str, files), stdout=out)
    return out.getvalue()


def exported(number: int) -> str:
    out = StringIO()
    call_command("render_issue", number, "--format", "json", stdout=out)
    return out.getvalue()


def told(**values: Any) -> str:
    item = {"kind": "link", "title": "A story", "url": "https://a.example/1", "blurb": "<p>Hm.</p>"}
    section = {"title": "News", "kind": "links", "items": [item | values.pop("item", {})]}
    issue = {"number": 5, "title": "Old", "date": "2020-01-03", "sections": [section | values]}
    return json.dumps(issue)


def test_a_text_becomes_a_past_issue_with_each_item_in_its_type() -> None:
    said = run(WEEKLY)
    assert said.startswith("#1 of 2023-03-03: 10 items in 8 sections.")
    assert "Look at it: “In March” has nothing under it" in said
    counts = {model: model.objects.count() for model in BLOCKS if model.objects.exists()}
    assert counts == {
        LinkBlock: 2, TextBlock: 2, SponsorBlock: 1, MediaBlock: 1, JobBlock: 2,
        ProjectBlock: 1, EventBlock: 1,
    }  # fmt: skip
    job = JobBlock.objects.get(role="Harbour Master")
    assert job.company == "Port of Example 🆕", "as it was typed"
    episode = MediaBlock.objects.get()
    assert (episode.show, episode.number) == ("Pier Talk", "12")
    project = ProjectBlock.objects.get()
    assert project.url == "https://github.com/ada/tide-tables"
    assert (project.repo, project.via) == ("ada/tide-tables", "Bo Sands")
    assert project.blurb == "<p>Tables of tides, for printing.</p>"
    notes = TextBlock.objects.first()
    assert notes is not None
    assert (notes.presenter, notes.affiliation) == ("Ada Quay", "the Harbour Board")
    assert SponsorBlock.objects.get().label == "Sponsored"


def test_the_slips_of_what_came_out_stay_for_the_pre_flight_and_not_for_readers() -> None:
    run(WEEKLY)
    again = WEEKLY.read_text().replace("Mar 3rd", "Mar 10th").replace("Ferries", "Boats")
    twice = again.replace("Painter (white)", "Harbour Master at Port of Example\n\nPainter (white)")
    import_issue(past.read(twice), by=None, now=NOW)

    issue = Issue.objects.get(number=2)
    assert JobBlock.objects.filter(parent=issue, company="Port of Example 🆕").exists()
    told = [finding.text for finding in inspect(issue, now=NOW).findings]
    assert [text for text in told if "🆕" in text] == [
        "“Harbour Master at Port of Example” stands twice among the jobs, once with 🆕 and once"
        " without.",
        "“Harbour Master at Port of Example” is typed as 🆕, but it ran in #1 already: take the"
        " mark out.",
    ]
    assert sum("no list follows" in text for text in told) == 2
    outputs = render(issue)
    assert "🆕" not in outputs.email_html + outputs.email_text + outputs.web_body


def test_it_stands_in_the_archive_under_its_own_date(client: Client) -> None:
    make_published(7)
    run(WEEKLY)
    issue = Issue.objects.get(number=8)
    assert (issue.state, issue.date, issue.mail_at) == ("published", dt.date(2023, 3, 3), None)
    assert issue.published_at is not None
    assert issue.published_at.date() == issue.date
    page = client.get("/issues/8/").content.decode()
    assert "Lighthouse repainted (at last)" in page
    assert "light-house.example" in page
    # Its number is higher, and it is older all the same.
    assert [issue.number for issue in Issue.objects.published()] == [7, 8]
    assert '<a rel="next" href="/issues/7/">' in page
    assert {item.domain for item in PublishedItem.objects.filter(kind="media")} == {
        "piertalk.example"
    }


def test_nobody_is_told_of_it() -> None:
    run(WEEKLY)
    assert not Fact.objects.exists()


def test_importing_it_again_changes_nothing() -> None:
    run(WEEKLY)
    assert "is in the archive already: #1" in run(WEEKLY)
    assert Issue.objects.count() == 1
    with pytest.raises(AlreadyImportedError):
        import_issue(past.read(WEEKLY.read_text()), by=None, now=NOW)


def test_several_are_numbered_by_their_dates() -> None:
    run(DATA / "letter.txt", WEEKLY)
    assert list(Issue.objects.order_by("number").values_list("date", flat=True)) == [
        dt.date(2023, 3, 3),
        dt.date(2023, 3, 6),
    ]


def test_our_own_json_comes_back_as_it_went() -> None:
    issue = make_issue(7)
    news = add_section(issue, "News", intro="<p>Hello</p>")
    add(
        LinkBlock, news, title="A", url="https://a.example/1", via="Bo", badge="Hot", in_feeds=False
    )
    add(JobBlock, issue, role="Dev at sea", company="X", place="Y", runs_until=dt.date(2026, 12, 1))
    add(ProjectBlock, issue, title="P", repo="a/b", tagline="Small", blurb="<p>More</p>")
    add(SponsorBlock, issue, title="Buy", label="Ad")
    add(TextBlock, issue, blurb="<p>Only words</p>", presenter="Ada")
    publish(issue)
    before = exported(7)
    for model in BLOCKS:
        model.objects.all().delete()
    PublishedItem.objects.all().delete()
    issue.rendered.all()._raw_delete("default")
    issue.delete()
    import_issue(past.read(before), by=None, now=NOW)
    then, now = json.loads(before), json.loads(exported(7))
    for old, new in zip(then["sections"], now["sections"], strict=True):
        del old["key"], new["key"]
    assert now == then


def test_json_of_somebody_else_needs_no_more_than_the_names() -> None:
    item = {"kind": "job", "title": "Editor at Desk", "url": "", "domain": "jobs.example"}
    issue = import_issue(past.read(told(item=item, kind="jobs")), by=None, now=NOW)
    job = JobBlock.objects.get()
    assert (issue.number, job.role, job.company) == (5, "Editor", "Desk")
    assert job.source_label == "jobs.example"


def test_hostile_words_are_cleaned() -> None:
    html = "<p onclick=x>Hi<script>alert(1)</script></p>"
    import_issue(past.read(told(item={"blurb": html}, intro=html)), by=None, now=NOW)
    assert LinkBlock.objects.get().blurb == "<p>Hi</p>"
    assert "script" not in Issue.objects.get().rendered.get().web_body


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no date"),
        ("Some words\n\nthat are no issue", "no date"),
        ("A title of 3 Mar 2023\n\nand one sentence.", "no items"),
        ("{", "no issue as render_issue writes it"),
        ('{"sections": []}', "no issue as render_issue writes it"),
        (told(kind="soup"), "no kind of section called soup"),
        (told(kind="jobs"), "cannot stand in a section of jobs"),
        (told(item={"uid": "x"}), "no issue as render_issue writes it"),
        (told(item={"fields": {"follow_up_of": "x"}}), "no issue as render_issue writes it"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "issue"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableIssueError, match=why):
        past.read(text)
    with pytest.raises(CommandError, match=why):
        run(WEEKLY, file)
    assert not Issue.objects.exists()


def test_a_file_that_is_away_or_no_text_ends_the_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("nothing", "bytes"):
        with pytest.raises(CommandError, match="cannot be read"):
            run(tmp_path / name)


def test_a_number_that_is_taken_is_refused_and_leaves_nothing() -> None:
    make_published(5)
    with pytest.raises(ImportRefusedError, match="another issue with its number"):
        import_issue(past.read(told()), by=None, now=NOW)
    assert Issue.objects.count() == 1
    assert not Link.objects.exists()


def test_an_issue_that_is_still_to_come_is_none_of_the_past() -> None:
    with pytest.raises(ImportRefusedError, match="still to come"):
        import_issue(past.read(told()), by=None, now=NOW - dt.timedelta(10_000))


def test_importing_is_for_publishers() -> None:
    with pytest.raises(NotAllowedError):
        import_issue(past.read(told()), by=make_staff("ed", "digest.change_issue"), now=NOW)


def test_the_queue_knows_what_ran_and_keeps_its_shortlist() -> None:
    waiting = make_link(url="https://a.example/1", state=Link.State.SHORTLISTED)
    import_issue(past.read(told()), by=None, now=NOW)
    # No address told the queue that it is the same story: a second link stands for it.
    use = LinkUse.objects.get()
    assert (use.issue_number, use.section) == (5, "News")
    assert use.published_at is not None
    assert use.link.origin == Link.Origin.IMPORT
    assert list(Link.objects.unplaced()) == [waiting]
    assert use.link.settled_at == use.placed_at
    again = told(item={"title": "Again"}).replace("2020-01-03", "2020-02-03").replace("5,", "6,")
    import_issue(past.read(again), by=None, now=NOW)
    assert LinkUse.objects.filter(link=use.link).count() == 2
    assert LinkBlock.objects.get(title="Again").link == use.link


def test_it_finds_its_shelf_by_name() -> None:
    Section.objects.all().delete()
    news = make_section("news")
    import_issue(past.read(told()), by=None, now=NOW)
    assert PublishedItem.objects.get().section_slug == news.slug


# The page


PAGE = "/admin/digest/issue/import/"


def test_past_issues_are_imported_in_the_admin(client: Client) -> None:
    client.force_login(make_editor())
    assert PAGE in client.get("/admin/digest/issue/").content.decode()
    assert "nobody is mailed" in client.get(PAGE).content.decode()
    files = [
        SimpleUploadedFile(name, (DATA / name).read_bytes())
        for name in ("letter.txt", "weekly.txt")
    ]
    html = client.post(PAGE, {"attached": files, "text": told()}, follow=True).content.decode()
    assert "10 items in 8 sections" in html
    assert "“Jobs” has nothing under it" in html
    assert Issue.objects.count() == 3
    again = client.post(PAGE, {"text": told()}, follow=True).content.decode()
    assert "was not imported" in again
    assert Issue.objects.count() == 3


@pytest.mark.parametrize(
    ("posted", "why"),
    [
        ({}, "Choose a file"),
        ({"text": "no issue"}, "What was pasted: It has no date"),
        ({"attached": SimpleUploadedFile("x.txt", b"\xff\xfe")}, "x.txt is no text in UTF-8"),
    ],
)
def test_what_cannot_be_imported_is_said_on_the_page(
    client: Client, posted: dict[str, Any], why: str
) -> None:
    client.force_login(make_editor())
    assert why in client.post(PAGE, posted).content.decode()
    assert not Issue.objects.exists()


def test_the_page_is_for_publishers(client: Client) -> None:
    client.force_login(make_staff("ed", "digest.change_issue", "digest.view_issue"))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/digest/issue/").content.decode()
