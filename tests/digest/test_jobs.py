"""Jobs: taken apart, known again, new once, over in time, and the same twice is one."""

import datetime as dt
from typing import Any

import pytest

from curation.models import Link
from digest import assembly, jobs, tree
from digest.assembly import AlreadyPlacedError
from digest.jobs import JobWords
from digest.models import Issue, JobBlock
from digest.rendering import render
from publication.models import SectionKind
from tests.digest.checking import codes, look, said, sound
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import NOW, make_link, make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]


def found(issue: Issue) -> list[str]:
    """What is found of jobs that have no address, which is not what is asked here."""
    look(issue)
    return [code for code in codes(issue) if code != "address"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Backend Engineer at Basalt", ("Backend Engineer", "Basalt", "")),
        ("Lead at Centre for Arts, University", ("Lead", "Centre for Arts, University", "")),
        ("Developer @ Basalt", ("Developer", "Basalt", "")),
        ("Developer | Basalt", ("Developer", "Basalt", "")),
        ("Developer at Basalt 🆕", ("Developer", "Basalt", "")),
        ("🆕 Developer at Basalt [NEW]", ("Developer", "Basalt", "")),
        ("Developer at Basalt (Remote, EU)", ("Developer", "Basalt", "Remote, EU")),
        ("Developer at Basalt - Remote", ("Developer", "Basalt", "Remote")),
        (
            "Engineer (On-site Lyon) - Python at Hire",
            ("Engineer (On-site Lyon) - Python", "Hire", ""),
        ),
        ("Python Developer (gn)", ("Python Developer (gn)", "", "")),
        ("At Basalt", ("At Basalt", "", "")),
        ("(Remote)", ("(Remote)", "", "")),
    ],
)
def test_a_title_is_taken_apart(title: str, words: tuple[str, str, str]) -> None:
    assert jobs.split(title) == JobWords(*words)


def test_a_job_of_a_feed_becomes_role_company_and_place() -> None:
    shelf = make_section("Jobs", SectionKind.JOBS)
    title = "Developer at Basalt (Remote) 🆕"
    make_link(title=title, section=shelf, state=Link.State.SHORTLISTED)
    assembly.draft(by=None, now=NOW)

    block = JobBlock.objects.get()
    assert (block.role, block.company, block.place) == ("Developer", "Basalt", "Remote")


def job(where: Any, role: str = "Developer", company: str = "Basalt", **values: Any) -> JobBlock:
    block: JobBlock = add(JobBlock, where, **{"role": role, "company": company, **values})
    return block


def ran(number: int, *values: dict[str, Any], day: str = "2026-11-13") -> Issue:
    issue = make_issue(number, date=dt.date.fromisoformat(day))
    for value in values:
        job(issue, **value)
    publish(issue)
    return issue


URL = "https://jobs.example/1"


@pytest.mark.parametrize(
    ("before", "now", "is_new"),
    [
        ({"url": URL}, {"url": f"{URL}/?utm_source=x", "role": "Senior developer"}, False),
        ({"role": "Senior  Developer"}, {"role": "senior developer 🆕"}, False),
        ({"company": "Basalt"}, {"company": "Granite"}, True),
        ({"url": URL}, {"url": "https://jobs.example/2", "role": "Cook"}, True),
    ],
)
def test_it_is_new_once(before: dict[str, Any], now: dict[str, Any], is_new: bool) -> None:
    ran(6, before)
    issue = make_issue()
    job(issue, **now)

    [item] = tree.read(issue).items
    assert item.is_new is is_new
    assert item.ran_in == (() if is_new else (6,))


def test_what_came_out_before_counts_whatever_its_number() -> None:
    """An issue that was imported has a higher number than its age."""
    ran(9, {}, day="2025-11-13")
    ran(3, {}, day="2027-11-12")
    issue = make_issue()
    job(issue)

    assert tree.read(issue).items[0].ran_in == (9,)


@pytest.mark.parametrize(
    ("values", "over"),
    [
        ({"runs_until": dt.date(2026, 11, 19)}, True),
        ({"runs_until": dt.date(2026, 11, 20)}, False),
        ({"runs_for": 2}, True),
        ({"runs_for": 3}, False),
        ({}, False),
    ],
)
def test_it_is_over_on_its_day_or_after_its_issues(values: dict[str, Any], over: bool) -> None:
    ran(5, {}, day="2026-11-06")
    ran(6, {})
    issue = sound()
    job(issue, **values)

    assert found(issue) == (["job-over"] if over else [])


def test_it_says_when_a_job_was_over() -> None:
    ran(6, {})
    issue = sound()
    job(issue, runs_for=1)

    assert said(issue, "job-over") == [
        "“Developer at Basalt” ended after 1 issue, the last was #6."
    ]


@pytest.mark.parametrize(
    "twin", [{"role": "developer 🆕"}, {"role": "Dev", "url": f"{URL}?ref=weekly"}]
)
def test_the_same_job_stands_once_in_an_issue(twin: dict[str, Any]) -> None:
    issue = sound()
    job(issue, url=URL)
    job(issue, **twin)
    look(issue)

    assert "job-twice" in found(issue)


def test_nobody_need_type_that_a_job_is_new() -> None:
    ran(6, {})
    issue = sound()
    job(issue, role="Developer 🆕")
    job(issue, role="Cook 🆕")

    assert found(issue) == ["job-not-new", "new-typed"]
    assert "it ran in #6 already" in said(issue, "job-not-new")[0]


def test_a_job_does_not_end_before_it_begins() -> None:
    issue = sound()
    job(issue, runs_from=dt.date(2026, 12, 4), runs_until=dt.date(2026, 11, 27))
    assert found(issue) == ["backwards"]


def test_of_two_links_to_one_job_one_is_placed() -> None:
    shelf = make_section("Jobs", SectionKind.JOBS)
    for url in (URL, "https://jobs.example/2"):
        title = "Developer at Basalt"
        make_link(title=title, url=url, section=shelf, state=Link.State.SHORTLISTED)
    issue = assembly.draft(by=None, now=NOW)

    assert JobBlock.objects.count() == 1
    # The other waits where it was, and is refused in words.
    [left] = Link.objects.unplaced()
    section = issue.sections.get(kind=SectionKind.JOBS)
    with pytest.raises(AlreadyPlacedError, match="“Developer at Basalt” stands in this issue"):
        assembly.place(left, section, by=None)


def test_two_jobs_of_one_company_are_two() -> None:
    issue = sound()
    section = add_section(issue, "Jobs", SectionKind.JOBS)
    job(section)
    job(section, role="Cook")
    assert found(issue) == []


def test_an_address_that_is_none_does_not_stop_the_issue() -> None:
    issue = sound()
    job(issue, url="http://[not-an-address")
    assert found(issue) == ["unsafe-address"]
    assert "Developer" in render(issue).email_text
