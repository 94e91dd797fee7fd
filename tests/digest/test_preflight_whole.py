"""Whole issues, as readers got them: what is found, and that nothing else is.

The sample is of our own; where the reference issues are at hand they are looked over too.
"""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from digest import approval, publishing
from digest.models import Issue
from digest.preflight import Report, inspect
from digest.preflight.registry import CHECKS
from tests.digest.issues import make_issue
from tests.digest.told import take_in
from tests.makers import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]

DATA = Path(__file__).parents[1] / "data" / "issues"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
# What every text without addresses is told, and what a draft is asked that a text cannot say.
ALWAYS = {"address", "preheader", "links-unseen", "date-passed", "event-undated", "new-typed"}

FIRST = """The Tide - Ballast 2 is out - Nov 6th 2026

News

Ballast 2 released

The second version of Ballast is out, with a new engine room and a longer deck for everybody.

ballast.example

The harbour fundraiser

The yearly drive has started, running from November 2 to November 30, 2026, at 30% off PortMaster.

harbour.example

Sponsored Link 1

Until November 28, 2026, get PortMaster for 30% off. All of it goes to the harbour!

The yearly drive has paid for two cranes.

portmaster.example

Django Fellow Report

Django Fellow Report - Ann

Most of my days went into the crane's new gearbox; the rest was mail, and a lost anchor found again.

harbour.example

Django News Jobs

Deckhand at Basalt Freight 🆕

Navigator at Voyage

Django Newsletter

Projects

ann/keel

A keel for any boat. Contribute to ann/keel development by creating an account on GitHub.

github.com

Sponsorship

🔖 Sponsor The Tide for Q3 2026!

Each week it reaches all of the harbour.

tide.example
"""

SECOND = """The Tide - Tides and cranes - Nov 13th 2026

News

The Harbour Fundraiser

Support the cranes by buying PortMaster.

harbour.example

Call for talks (last call)

Send your talk by 23:59 on November 13, 2026 (AoE).

harbour.example

Updates to Django

We merged 12 changes by 3 first-time contributors! Congratulations to Ann, Ben and Cy for that!

News for this week:

A fix for the lighthouse was merged.

In the next release:

Django Newsletter

Django Fellow Report

Django Fellow Report - Ann

Most of my days went into the crane's new gearbox; the rest was mail, and a lost anchor found again.

harbour.example

Events

HarbourCon 2027 - Call for Proposals

Ships, ropes and lighthouses: the programme of HarbourCon is as wide as the sea, and its halls w...

harbour.example

Django News Jobs

Deckhand at Basalt Freight 🆕

Navigator at Voyage

Deckhand at Basalt Freight

Django Newsletter
"""


DAYS = ["2025-10-24", "2025-10-31", "2025-11-07"]
SLIPS = [
    sorted(
        [
            ("conflicting-dates", "Until November 9, 2025, "),
            ("lost-list", ""),
            ("lost-list", ""),
            ("scraped", "[2401.06889] Invisible L"),
            ("scraped", "marlenezw/django-girls-o"),
            ("sponsor-in-editorial", "Until November 9, 2025, "),
            ("stale-season", "🔖 Sponsor Django News fo"),
        ]
    ),
    sorted(
        [
            ("blurb-ran-before", "Django Fellow Report - J"),
            ("blurb-repeats", "wagtail/queryish: A libr"),
            ("deadline-today", "2026 DSF Board Nominatio"),
            ("ran-before", "PyCharm & Django annual "),
            ("scraped", "wagtail/queryish: A libr"),
            ("site-in-title", "Loopwerk: Async Django: "),
            ("sponsor-in-editorial", "The State of Django 2025"),
            ("subject-long", ""),
        ]
    ),
    sorted(
        [
            ("blurb-cut", "PyCon US 2026 - Call for"),
            ("job-not-new", "Senior Python Developer "),
            ("job-twice", "Senior Python Developer "),
            ("lost-list", ""),
            ("ran-before", "Django Developers Survey"),
            ("ran-before", "PEP 810: Explicit lazy i"),
            ("sponsor-in-editorial", "Until November 9, 2025, "),
            ("subject-long", ""),
        ]
    ),
]


def came_out(number: int, day: str, text: str) -> Report:
    """The issue as it was looked over on its day; after that it is out."""
    date = dt.date.fromisoformat(day)
    issue = take_in(text, number, date)
    report = inspect(issue, now=dt.datetime.combine(date, dt.time(9), dt.UTC))
    for blocker in report.blockers:
        issue.overrides.create(key=blocker.key, code=blocker.code, text="x", reason="x", at=NOW)
    approval.approve(issue, by=None)
    publishing.publish(issue, by=None, now=NOW)
    return report


def told(report: Report) -> list[tuple[str, str]]:
    """Which check found something, and of which item; for the whole issue, of none."""
    return sorted(
        (it.code, it.block.heading[:24] if it.block else "")
        for it in report.findings
        if it.code not in ALWAYS
    )


def test_it_finds_what_was_planted_and_nothing_else() -> None:
    assert told(came_out(1, "2026-11-06", FIRST)) == sorted(
        [
            ("conflicting-dates", "Until November 28, 2026,"),
            ("scraped", "ann/keel"),
            ("sponsor-in-editorial", "Until November 28, 2026,"),
            ("stale-season", "🔖 Sponsor The Tide for Q"),
        ]
    )
    assert told(came_out(2, "2026-11-13", SECOND)) == sorted(
        [
            ("blurb-cut", "HarbourCon 2027 - Call f"),
            ("blurb-ran-before", "Django Fellow Report - A"),
            ("deadline-today", "Call for talks (last cal"),
            ("job-not-new", "Deckhand at Basalt Freig"[:24]),
            ("job-twice", "Deckhand at Basalt Freig"),
            ("lost-list", ""),
            ("ran-before", "The Harbour Fundraiser"),
        ]
    )


def test_it_is_silent_where_nothing_is_wrong() -> None:
    """Two ordinary issues that no check was written for."""
    call_command("import_issues", DATA / "express-1.txt", DATA / "express-2.txt")
    assert [told(inspect(issue, now=NOW)) for issue in Issue.objects.all()] == [[], []]


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference issues are not at hand")
def test_it_finds_the_slips_of_the_reference_issues() -> None:
    reports = [
        came_out(number, day, (REFERENCE / f"django-news-{day}.txt").read_text(encoding="utf-8"))
        for number, day in enumerate(DAYS, start=1)
    ]
    assert [told(report) for report in reports] == SLIPS


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference issues are not at hand")
def test_it_finds_them_in_the_archive_too() -> None:
    call_command("import_issues", *(REFERENCE / f"django-news-{day}.txt" for day in DAYS))
    reports = [inspect(issue, now=NOW) for issue in Issue.objects.order_by("number")]
    assert [told(report) for report in reports] == SLIPS


def test_it_asks_the_same_questions_however_long_the_issue_is(
    django_assert_max_num_queries: object,
) -> None:
    issue: Issue = take_in(FIRST, 1, dt.date(2026, 11, 6))
    make_issue(9)
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        inspect(issue, now=NOW)
    assert len(CHECKS) > 60
