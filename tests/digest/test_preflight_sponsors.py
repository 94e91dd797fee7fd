"""What was sold stands there, once, as it was approved, and is not told as news besides."""

import datetime as dt
from typing import Any

import pytest

from digest.models import Booking, Issue, JobBlock, LinkBlock, Sponsor, SponsorBlock
from publication.models import SectionKind
from tests.digest.checking import codes, look, said, sound
from tests.digest.issues import add
from tests.makers import make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
URL = "https://ballast.example/"


def booked(slot: str = "Sponsored 1", name: str = "Ballast", **values: Any) -> Booking:
    given = {
        "sponsor": Sponsor.objects.get_or_create(name=name)[0],
        "issue_date": dt.date(2026, 11, 20),
        "slot": make_section(slot, SectionKind.SPONSOR),
        "state": Booking.State.APPROVED,
        "headline": "Ballast",
        "url": URL,
        **values,
    }
    return Booking.objects.create(**given)


def advertised(
    booking: Booking | None = None, *, issue: Issue | None = None, **values: Any
) -> Issue:
    issue = issue or sound()
    given = {"title": "Steady as she goes", "url": URL, "booking": booking, **values}
    add(SponsorBlock, issue, **given)
    look(issue)
    return issue


def test_what_was_sold_and_approved_stands_there() -> None:
    assert codes(advertised(booked())) == []


def test_what_was_sold_is_not_forgotten() -> None:
    booked(state=Booking.State.BOOKED)
    issue = sound()
    assert codes(issue) == ["slot-missing"]
    assert said(issue, "slot-missing") == [
        "Sponsored 1 is sold to Ballast, who is not in the issue."
    ]


def test_one_that_no_reader_sees_is_missing_too() -> None:
    off: dict[str, Any] = {"in_email": False, "in_web": False, "in_feeds": False}
    assert codes(advertised(booked(), **off)) == ["slot-missing"]


def test_a_slot_that_is_only_held_is_worth_a_note() -> None:
    booked(state=Booking.State.HELD)
    assert codes(sound()) == ["slot-held"]


def test_what_is_sold_for_another_day_or_cancelled_is_nobodys() -> None:
    booked(issue_date=dt.date(2026, 11, 27))
    booked(state=Booking.State.CANCELLED)
    assert codes(sound()) == []


def test_one_booking_stands_once() -> None:
    booking = booked()
    issue = advertised(booking)
    assert codes(advertised(booking, issue=issue, title="Again")) == ["booking-twice"]


def test_one_sponsor_in_two_slots_may_be_meant() -> None:
    issue = advertised(booked())
    assert codes(advertised(booked("Sponsored 2"), issue=issue, title="More")) == ["sponsor-twice"]


@pytest.mark.parametrize(
    ("booking", "found"),
    [
        ({"issue_date": dt.date(2026, 11, 27)}, ["booking-day"]),
        ({"state": Booking.State.CANCELLED}, ["booking-cancelled"]),
        ({"state": Booking.State.BOOKED}, ["copy-not-approved"]),
        ({"url": "https://ballast.example/offer"}, ["booking-address"]),
        ({"url": "http://www.ballast.example"}, []),
    ],
)
def test_it_is_what_was_booked(booking: dict[str, Any], found: list[str]) -> None:
    assert codes(advertised(booked(**booking))) == found


@pytest.mark.parametrize(
    ("title", "url", "found"),
    [
        ("How we anchor", "https://www.ballast.example/blog", True),
        ("How BallAst anchors", "https://example.org/x", True),
        ("Reading with Ballast", "https://example.org/x", True),
        ("Ships without ballast", "https://example.org/x", False),
        ("Ballast and how to shift it", "https://example.org/x", False),
    ],
)
def test_who_pays_is_not_told_as_news(title: str, url: str, found: bool) -> None:
    issue = sound(title=title, url=url)
    assert codes(advertised(issue=issue)) == (["sponsor-in-editorial"] if found else [])


def test_who_pays_may_look_for_people_too() -> None:
    issue = sound()
    add(JobBlock, issue, role="Sailor", company="Ballast", url="https://ballast.example/jobs")
    look(issue)
    assert codes(advertised(issue=issue)) == []


def test_a_host_for_everybody_is_nobodys_name() -> None:
    issue = sound(title="A letter", url="https://buttondown.com/ann/letter")
    assert codes(advertised(issue=issue, url="https://buttondown.com/")) == []


def test_an_imported_item_is_known_by_the_host_it_was_told_with() -> None:
    issue = sound()
    blurb = "<p>Told, and by whom.</p>"
    add(LinkBlock, issue, title="Told", url="", source_label="ballast.example", blurb=blurb)
    assert "sponsor-in-editorial" in codes(advertised(issue=issue))
