"""What the pre-flight remembers of this issue and of those before it."""

import datetime as dt
from typing import Any

import pytest

from digest.models import EventBlock, Issue, LinkBlock, SponsorBlock, TextBlock
from digest.preflight.repeats import alike
from publication.models import SectionKind
from tests.digest.checking import codes, look, said, sound
from tests.digest.issues import add, add_section, make_issue, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]

LONG = "<p>What it is about, told at some length, so that nobody writes it twice by chance.</p>"
LATER = (
    "<p>What it is about, told anew, since a week has passed and there is more to say of it.</p>"
)


def ran(*, model: Any = LinkBlock, section: str = "News", weeks: int = 1, **values: Any) -> Issue:
    """An issue of some weeks before, with one item."""
    day = dt.date(2026, 11, 20) - dt.timedelta(weeks=weeks)
    issue = make_issue(7 - weeks, date=day)
    kind = SectionKind.LINKS if model is LinkBlock else next(iter(model.kinds))
    add(model, add_section(issue, section, kind), **values)
    publish(issue)
    return issue


def test_a_story_that_ran_is_known_by_its_address() -> None:
    ran(title="As it was", url="https://example.org/story?utm_source=x", blurb=LONG)
    issue = sound(title="As it is", url="http://www.example.org/story/", blurb=LATER)

    assert codes(issue) == ["ran-before", "plain-http"]
    assert said(issue, "ran-before") == [
        "“As it is” ran in #6 of 13 November 2026, in News. Say so, or leave it out."
    ]


def test_a_story_that_ran_is_known_by_its_title_on_another_site() -> None:
    ran(title="Results of the yearly survey", url="https://one.example/a", blurb=LONG)
    issue = sound(title="Results of the Yearly Survey", url="https://two.example/b", blurb=LATER)

    assert codes(issue) == ["ran-before"]


def test_ten_minutes_are_no_column() -> None:
    ran(title="Harnesses in 10 minutes", url="https://one.example/a", blurb=LONG)
    issue = sound(title="Harnesses in 10 minutes", url="https://two.example/b", blurb=LATER)
    assert codes(issue) == ["ran-before"]

    ran(weeks=2, title="Minutes of the board meeting", url="https://one.example/c", blurb=LONG)
    issue = sound(title="Minutes of the board meeting", url="https://two.example/d", blurb=LATER)
    assert codes(issue) == []


def test_a_follow_up_says_so_itself() -> None:
    ran(title="As it was", url="https://example.org/story", blurb=LONG)
    assert codes(sound(url="https://example.org/story", follow_up_of=6)) == []
    assert codes(sound(8, url="https://example.org/other", follow_up_of=8)) == ["follow-up"]


def test_a_column_comes_every_week_under_one_title() -> None:
    values: dict[str, Any] = {"section": "Fellow Report", "title": "Fellow Report - Ann"}
    ran(**values, url="https://example.org/nov/13/", blurb=LONG)
    issue = sound()
    shelf = add_section(issue, "Fellow Report")
    url = "https://example.org/nov/20/"
    block = add(LinkBlock, shelf, title="Fellow Report - Ann", url=url, blurb=LATER)
    look(issue)
    assert codes(issue) == []

    block.blurb = LONG
    block.save()
    assert codes(issue) == ["blurb-ran-before"]
    assert (
        "says word for word what “Fellow Report - Ann” said" in said(issue, "blurb-ran-before")[0]
    )


def test_what_is_paid_for_and_what_takes_place_comes_again() -> None:
    ran(model=SponsorBlock, title="Ballast, the ship", url="https://ballast.example/", blurb=LONG)
    day = dt.date(2027, 4, 1)
    con: dict[str, Any] = {
        "title": "HarbourCon",
        "url": "https://con.example/",
        "starts_on": day,
        "blurb": LATER,
    }
    ran(model=EventBlock, weeks=2, **con)
    issue = sound()
    add(SponsorBlock, issue, title="Ballast, the ship", url="https://ballast.example/", blurb=LONG)
    add(EventBlock, issue, **con)
    look(issue)

    assert codes(issue) == []


def test_what_ran_long_ago_or_is_to_come_may_be_told() -> None:
    for week in range(1, 7):
        ran(title=f"Filler of week {week}", weeks=week, url=f"https://example.org/{week}")
    later = make_issue(9, date=dt.date(2026, 12, 4))
    add(LinkBlock, later, title="Told later", url="https://example.org/later")
    publish(later)

    assert codes(sound(8, url="https://example.org/later")) == []


def test_one_address_stands_once_in_an_issue() -> None:
    issue = sound(title="One", url="https://example.org/story", blurb=LONG)
    add(LinkBlock, issue, title="Two", url="https://example.org/story/#top", blurb=LATER)
    look(issue)

    assert said(issue, "twice") == ["“Two” stands in this issue already, in Shelf of links."]
    assert codes(issue) == ["twice"]


def test_one_title_stands_once_in_an_issue() -> None:
    issue = sound(title="PEP 810: Explicit lazy imports", url="https://one.example/", blurb=LONG)
    title = "PEP 810: Explicit lazy imports - PEPs"
    add(LinkBlock, issue, title=title, url="https://two.example/x", blurb=LATER)
    look(issue)

    assert codes(issue) == ["twice"]


def test_a_blurb_is_not_pasted_into_two_items() -> None:
    issue = sound(title="One story", blurb=LONG)
    add(LinkBlock, issue, title="Quite another", url="https://example.org/other", blurb=LONG)
    look(issue)

    assert said(issue, "blurb-twice") == [
        "“Quite another” says word for word what “One story” says."
    ]
    assert codes(issue) == ["blurb-twice"]


def test_our_own_words_may_stand_again() -> None:
    ran(model=TextBlock, title="From the editors of the weekly", blurb=LONG)
    issue = sound()
    add(TextBlock, issue, title="From the editors of the weekly", blurb=LONG)

    assert codes(issue) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Results of the survey 2025", "Results of the Survey 2025!", True),
        ("PEP 810: Explicit lazy imports", "PEP 810: Explicit lazy imports - PEPs", True),
        (
            "Django security releases: 5.2.8 and 5.1.14",
            "Django security releases: 5.2.9 and 5.1.15",
            False,
        ),
        ("Django 6.0 released", "Django 6.0 beta 1 released", False),
        ("Fellow Report - Jacob", "Fellow Report - Natalia", False),
        ("What's new in 6.0: partials", "What's new in 6.0: background tasks", False),
        ("Weeknotes", "Weeknotes", False),
        (
            "Announcing HarbourCon US 2026 in Chicago",
            "Announcing HarbourCon EU 2026 in Lyon",
            False,
        ),
    ],
)
def test_titles_are_alike_in_words_and_in_numbers(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
