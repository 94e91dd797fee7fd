"""What the pre-flight knows of time. The issue is of Friday, 20 November 2026."""

import datetime as dt
from typing import Any

import pytest

from digest.models import EventBlock, TextBlock
from digest.preflight.days import impossible, mentions
from tests.digest.checking import codes, look, said, sound, with_block
from tests.digest.issues import add

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
DAY = dt.date(2026, 11, 20)


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("from October 23 to November 11, 2025, at 30% off", "2025-10-23", "2025-11-11"),
        ("in Athens April 15 to 17, with sprints", "2027-04-15", "2027-04-17"),
        ("15–17 April 2027", "2027-04-15", "2027-04-17"),
        ("the 3rd of March", "2027-03-03", "2027-03-03"),
        ("Dec 28 to Jan 3, 2027", "2026-12-28", "2027-01-03"),
        ("by 23:59 on Oct. 31st 2026 AoE", "2026-10-31", "2026-10-31"),
        ("2026-11-30 at the latest", "2026-11-30", "2026-11-30"),
        ("Feb 29", "2028-02-29", "2028-02-29"),
        ("October 30", "2026-10-30", "2026-10-30"),
    ],
)
def test_it_reads_dates_as_people_write_them(text: str, first: str, last: str) -> None:
    [mention] = mentions(text, DAY)
    assert (mention.first, mention.last) == (d(first), d(last))


@pytest.mark.parametrize(
    "text",
    [
        "in June 2025",
        "Python 3.14 May be next",
        "version 5.2.8 of March",
        "March 3.12",
        "may 5 of us",
    ],
)
def test_what_is_not_sure_to_be_a_date_is_none(text: str) -> None:
    assert mentions(text, DAY) == []
    assert impossible(text, DAY) == []


@pytest.mark.parametrize(
    ("code", "blurb"),
    [
        ("deadline-over", "Until November 9, 2026, get the editor for 30% off."),
        ("deadline-over", "Send your proposal no later than 18 November."),
        ("deadline-over", "The sale, running from October 23 to November 11, is for a good cause."),
        ("deadline-today", "Fill out the form by 23:59 on November 20, 2026 Anywhere on Earth."),
        ("date-over", "Join us on November 12 for a talk."),
        ("date-over", "The sprint takes place on 2 November 2026 in Lyon."),
        ("stale-season", "Sponsor the newsletter for Q3 2026!"),
        ("stale-season", "Register for the 2025 conference now."),
        ("weekday", "The sprint is on Friday, 27 November 2026, and on Monday, December 1, 2026."),
        ("no-such-date", "The form is open to November 31."),
    ],
)
def test_it_finds_what_time_has_overtaken(code: str, blurb: str) -> None:
    assert codes(sound(blurb=f"<p>{blurb}</p>")) == [code]


@pytest.mark.parametrize(
    "blurb",
    [
        "Until November 29, 2026, get the editor for 30% off.",
        "Voting is open until January 9.",
        "The conference ran until November 9, and was a joy.",
        "Held in Chicago from September 8 to 12, 2026, it had 500 guests.",
        "Released on November 3, it will be the last of its series.",
        "Announcing the new fellows for Q3 2026!",
        "The results of the 2025 survey are in. Register to see them all.",
        "Our numbers for Q2 2026: more readers, fewer sponsors.",
        "The State of the Framework 2025 is worth a look back.",
        "Support for 3.9 ends in October 2025, so said the plan.",
        "Sponsor of the week in 2025 was Ballast.",
        "Join us on December 3 for a talk.",
        "On Friday, 27 November 2026, the sprint begins.",
        "CVE-2024-1234 is fixed: apply for nothing, just upgrade.",
    ],
)
def test_it_leaves_what_is_well_in_time_alone(blurb: str) -> None:
    assert codes(sound(blurb=f"<p>{blurb}</p>")) == []


def test_one_thing_does_not_end_on_two_days() -> None:
    issue = sound(
        title="Ballast & the foundation: the yearly fundraiser",
        blurb="<p>From November 2 to November 30 PortMaster is 30% off for a good cause.</p>",
    )
    sale = "Until November 28, 2026, get PortMaster for 30% off!"
    add(TextBlock, issue, title=sale, blurb="<p>All of it goes to a good cause.</p>")

    [words] = said(issue, "conflicting-dates")
    assert "30 November 2026" in words
    assert "28 November 2026" in words
    assert codes(issue) == ["conflicting-dates"]


def test_two_deadlines_of_one_conference_are_two_things() -> None:
    issue = sound(
        title="HarbourCon EU opens its doors",
        blurb="<p>Early bird tickets for HarbourCon in Lyon are sold until December 15.</p>",
    )
    call = "<p>Send proposals for HarbourCon in Lyon until December 31.</p>"
    add(TextBlock, issue, title="HarbourCon EU wants talks", blurb=call)

    assert codes(issue) == []


def test_two_things_may_end_on_two_days() -> None:
    issue = sound(blurb="<p>Voting for the board is open until November 26, 2026.</p>")
    add(TextBlock, issue, title="A sale", blurb="<p>Until November 29 the editor costs less.</p>")

    assert codes(issue) == []


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("The Weekly - A lead - Nov 13th 2026", True),
        ("The Weekly - A lead - Nov 20th 2026", False),
        ("What happened on Nov 13th 2026 at sea", False),
    ],
)
def test_the_date_in_the_title_is_that_of_the_issue(title: str, wrong: bool) -> None:
    issue = sound()
    issue.title = title
    assert codes(issue) == (["issue-date"] if wrong else [])


EVENT: dict[str, Any] = {
    "title": "HarbourCon",
    "url": "https://example.org/con",
    "starts_on": d("2027-04-15"),
    "ends_on": d("2027-04-17"),
}


@pytest.mark.parametrize(
    ("blurb", "values", "found"),
    [
        ("Lyon, April 15 to 17.", {}, []),
        ("Lyon, April 16 to 18.", {}, ["event-dates"]),
        ("Early birds until April 2.", {}, []),
        ("In Lyon.", {"starts_on": d("2026-11-02"), "ends_on": None}, ["event-over"]),
        ("In Lyon.", {"starts_on": DAY, "ends_on": None}, []),
        ("In Lyon.", {"ends_on": d("2027-04-01")}, ["backwards"]),
        ("In Lyon.", {"cfp_until": d("2026-11-19")}, ["proposals-over"]),
        ("In Lyon.", {"cfp_until": DAY}, []),
        ("In Lyon.", {"starts_on": None, "ends_on": None}, ["event-undated"]),
    ],
)
def test_an_event_is_still_to_come(blurb: str, values: dict[str, Any], found: list[str]) -> None:
    assert codes(with_block(EventBlock, **{**EVENT, **values, "blurb": f"<p>{blurb}</p>"})) == found


def test_a_published_issue_is_judged_by_its_own_day() -> None:
    issue = sound(blurb="<p>Until November 22, 2026, get the editor for 30% off.</p>")
    look(issue)
    assert codes(issue) == []
