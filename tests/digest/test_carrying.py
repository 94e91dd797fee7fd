"""What a draft takes over by itself: running jobs, coming events, sold slots."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.models import Link, LinkUse
from digest import tree
from digest.assembly import draft
from digest.models import (
    Booking,
    EventBlock,
    Issue,
    JobBlock,
    Sponsor,
    SponsorBlock,
)
from publication.models import Section, SectionKind
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import NOW, make_link, make_section

pytestmark = pytest.mark.django_db
DATE = dt.date(2026, 11, 27)
DAY = dt.timedelta(1)


@pytest.fixture(autouse=True)
def shelves() -> None:
    """Only the shelves a test asks for."""
    Section.objects.all().delete()
    make_section("Jobs", SectionKind.JOBS)
    make_section("Events", SectionKind.EVENTS)


def next_issue() -> Issue:
    return draft(by=None, now=NOW, date=DATE)


def roles() -> list[str]:
    return [job.role for job in JobBlock.objects.filter(parent=Issue.objects.first())]


def test_a_running_job_is_carried_over_and_no_longer_new() -> None:
    before = make_issue(7)
    job = add(
        JobBlock, before, role="Editor", company="Desk 🆕", runs_until=DATE, blurb="<p>Come</p>"
    )
    add(JobBlock, before, role="Gone", runs_until=DATE - DAY)
    add(JobBlock, before, role="Open end")
    publish(before)
    make_link(
        title="Fresh at Desk",
        section=Section.objects.get(slug="jobs"),
        state=Link.State.SHORTLISTED,
    )
    issue = next_issue()
    copy = JobBlock.objects.get(parent=issue, role="Editor")
    assert (copy.company, copy.blurb, copy.runs_until) == ("Desk", "<p>Come</p>", DATE)
    assert copy.uid != job.uid
    [section] = tree.read(issue).sections
    assert [(item.title, item.badge) for item in section.items] == [
        ("Fresh at Desk", "New"),
        ("Editor at Desk", ""),
        ("Open end", ""),
    ]
    assert JobBlock.objects.filter(parent=before).count() == 3


def test_a_job_that_was_taken_out_stays_out() -> None:
    add(JobBlock, make_issue(6), role="Taken out of 7")
    make_issue(7)
    next_issue()
    assert roles() == []


def test_a_job_listed_twice_is_carried_once_and_not_beside_its_fresh_link() -> None:
    before = make_issue(7)
    for _ in range(2):
        add(JobBlock, before, role="Editor", company="Desk")
    add(JobBlock, before, role="Writer", url="https://example.com/writer")
    make_link(
        title="Writer wanted",
        url="https://example.com/writer",
        section=Section.objects.get(slug="jobs"),
        state=Link.State.SHORTLISTED,
    )
    next_issue()
    assert roles() == ["Writer wanted", "Editor"]


def test_a_job_goes_back_to_its_own_shelf() -> None:
    make_section("Paid jobs", SectionKind.JOBS)
    before = make_issue(7)
    shelf = Section.objects.get(slug="paid-jobs")
    add(JobBlock, add_section(before, "Paid", SectionKind.JOBS, section=shelf), role="Editor")
    add(JobBlock, add_section(before, "Just then", SectionKind.JOBS), role="Guest")
    issue = next_issue()
    where = {section.key: section.title for section in issue.sections.all()}
    told = {job.role: where[job.region] for job in JobBlock.objects.filter(parent=issue)}
    assert told == {"Editor": "Paid jobs", "Guest": "Jobs"}


def test_without_a_section_for_it_nothing_is_carried() -> None:
    add(JobBlock, make_issue(7), role="Editor")
    Section.objects.filter(kind="jobs").update(active=False)
    next_issue()
    assert roles() == []


def test_a_carried_job_keeps_its_link_and_the_queue_knows() -> None:
    before = make_issue(7)
    link = make_link(state=Link.State.SHORTLISTED)
    add(JobBlock, before, role="Editor", link=link)
    issue = next_issue()
    assert LinkUse.objects.filter(issue_number=issue.number, link=link, section="Jobs").exists()


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"starts_on": 3, "ends_on": 5}, True),
        ({"starts_on": -2, "ends_on": 0}, True),
        ({"starts_on": -2, "ends_on": -1}, False),
        ({"starts_on": 28}, True),
        ({"starts_on": 29}, False),
        ({"starts_on": 90, "cfp_until": 10}, True),
        ({"starts_on": 90, "cfp_until": -1}, False),
        ({"ends_on": 2}, True),
        ({}, False),
    ],
)
def test_an_event_is_told_again_in_its_window(days: dict[str, int], told: bool) -> None:
    dates = {name: DATE + dt.timedelta(n) for name, n in days.items()}
    add(EventBlock, make_issue(3, date=DATE - dt.timedelta(70)), title="Conference", **dates)
    make_issue(7)
    issue = next_issue()
    assert EventBlock.objects.filter(parent=issue).exists() is told


def test_events_come_as_they_were_told_last_soonest_first() -> None:
    first, second = make_issue(6), make_issue(7)
    add(EventBlock, first, title="Conference", starts_on=DATE + DAY, place="Hall 1")
    add(EventBlock, first, title="Put off", starts_on=DATE + DAY)
    add(EventBlock, second, title="Put off", starts_on=DATE + 100 * DAY)
    add(EventBlock, second, title="Conference", starts_on=DATE + 9 * DAY, place="Hall 2")
    add(EventBlock, second, title="Meetup", starts_on=DATE + DAY)
    issue = next_issue()
    told = EventBlock.objects.filter(parent=issue)
    assert [(event.title, event.place) for event in told] == [
        ("Meetup", ""),
        ("Conference", "Hall 2"),
    ]


def book(slot: Section, **values: object) -> Booking:
    sponsor, _ = Sponsor.objects.get_or_create(name="Acme", url="https://acme.example")
    given = {"issue_date": DATE, "state": Booking.State.BOOKED, **values}
    return Booking.objects.create(sponsor=sponsor, slot=slot, **given)


def test_what_was_sold_for_the_date_stands_in_its_slot() -> None:
    slot = make_section("Sponsored 1", SectionKind.SPONSOR)
    booking = book(slot, headline="Buy <this>", body="One & two.\n\nThree.", label="Ad")
    issue = next_issue()
    block = SponsorBlock.objects.get()
    assert block.region == issue.sections.get(section=slot).key
    assert (block.title, block.label, block.booking) == ("Buy <this>", "Ad", booking)
    assert block.blurb == "<p>One &amp; two.</p>\n\n<p>Three.</p>"
    assert block.url == "https://acme.example"


@pytest.mark.parametrize(
    "values",
    [
        {"state": Booking.State.HELD},
        {"state": Booking.State.CANCELLED},
        {"issue_date": DATE + DAY},
    ],
)
def test_what_is_not_sold_for_the_date_is_left_out(values: dict[str, object]) -> None:
    book(make_section("Sponsored 1", SectionKind.SPONSOR), **values)
    issue = next_issue()
    assert not SponsorBlock.objects.exists()
    assert tree.read(issue).sections == ()


def test_a_sold_slot_that_is_no_shelf_any_more_gets_a_section_all_the_same() -> None:
    slot = make_section("Sponsored 2", SectionKind.SPONSOR, active=False)
    book(slot, state=Booking.State.APPROVED)
    issue = next_issue()
    [section] = tree.read(issue).sections
    assert (section.title, section.items[0].title) == ("Sponsored 2", "Acme")


def test_neither_a_job_nor_a_sponsor_is_the_lead() -> None:
    slot = make_section("Sponsored 1", SectionKind.SPONSOR, position=0)
    book(slot, headline="Buy this")
    add(JobBlock, make_issue(7), role="Editor")
    assert next_issue().title == "Your newsletter – issue 8"


def test_much_is_taken_over_in_the_same_few_queries() -> None:
    def queries(n: int) -> int:
        before = Issue.objects.first() or make_issue(1, date=DATE)
        for at in range(n):
            add(JobBlock, before, role=f"Job {n} {at}")
            add(EventBlock, before, title=f"Event {n} {at}", starts_on=DATE + 31 * DAY)
        with CaptureQueriesContext(connection) as captured:
            draft(by=None, now=NOW, date=DATE + DAY * n)
        return len(captured)

    queries(4)
    assert queries(11) == queries(30)
