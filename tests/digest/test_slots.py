"""The sponsors' calendar, and that a slot is sold once."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from digest import slots
from digest.models import Booking, Sponsor
from digest.slots import calendar
from publication.masthead import current
from publication.models import AuditEntry, Publication, Section, SectionKind
from tests.digest.issues import make_issue, make_published
from tests.makers import NOW, make_editor, make_section, make_staff

pytestmark = pytest.mark.django_db
CALENDAR = "admin:digest_booking_calendar"


@pytest.fixture
def slot() -> Section:
    Section.objects.all().delete()
    make_section("News")
    return make_section("Sponsored 1", SectionKind.SPONSOR)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def booked(slot: Section, day: str = "2026-12-04", **values: Any) -> Booking:
    sponsor = Sponsor.objects.get_or_create(name="Ballast")[0]
    date = dt.date.fromisoformat(day)
    return Booking.objects.create(
        **{"sponsor": sponsor, "slot": slot, "issue_date": date, **values}
    )


def test_it_shows_the_publishing_days_to_come(slot: Section) -> None:
    shown = calendar(NOW, weeks=3)

    assert [str(day.date) for day in shown.days] == ["2026-11-20", "2026-11-27", "2026-12-04"]
    assert shown.slots == (slot,)
    assert (shown.sold, shown.held, shown.free) == (0, 0, 3)


def test_the_day_is_that_of_the_publication(slot: Section) -> None:
    current()
    Publication.objects.update(time_zone="Pacific/Auckland", publishing_day=6)
    assert str(calendar(NOW, weeks=1).days[0].date) == "2026-11-21"


def test_it_shows_what_is_sold_held_and_free(slot: Section) -> None:
    booked(slot, state=Booking.State.APPROVED)
    booked(slot, "2026-11-27")
    booked(slot, "2026-11-20", state=Booking.State.CANCELLED)
    shown = calendar(NOW, weeks=3)

    assert (shown.sold, shown.held, shown.free) == (1, 1, 1)


def test_other_days_that_matter_stand_among_them(slot: Section) -> None:
    booked(slot, "2026-11-25")
    make_issue(8, date=dt.date(2026, 12, 1))
    make_published(7)
    shown = calendar(NOW, weeks=3)

    assert [(str(day.date), day.planned, day.open) for day in shown.days] == [
        ("2026-11-20", True, False),
        ("2026-11-25", False, True),
        ("2026-11-27", True, True),
        ("2026-12-01", False, True),
        ("2026-12-04", True, True),
    ]
    assert shown.free == 3


def test_a_slot_no_longer_offered_still_shows_what_stands_in_it(slot: Section) -> None:
    old = make_section("Old slot", SectionKind.SPONSOR, active=False)
    assert calendar(NOW).slots == (slot,)
    booked(old)
    assert calendar(NOW).slots == (slot, old)


def test_it_asks_the_same_questions_however_much_is_sold(
    slot: Section, django_assert_num_queries: Any
) -> None:
    for week in range(10):
        booked(slot, str(dt.date(2026, 11, 20) + dt.timedelta(weeks=week)))
    current()
    with django_assert_num_queries(5):
        calendar(NOW)


# The page


def test_the_page_says_all_of_it_and_leads_to_a_booking(desk: Client, slot: Section) -> None:
    day = calendar(timezone.now()).days[1].date
    booked(slot, str(day), state=Booking.State.BOOKED, headline="Steady as she goes")
    html = desk.get(reverse(CALENDAR)).content.decode()

    assert "1 sold" in html
    assert "Steady as she goes" in html
    assert "booked, words open" in html
    free = calendar(timezone.now()).days[2].date
    wanted = f"?calendar&amp;issue_date={free}&amp;slot={slot.pk}"
    assert reverse("admin:digest_booking_add") + wanted in html

    form = desk.get(
        reverse("admin:digest_booking_add"), {"issue_date": str(free), "slot": str(slot.pk)}
    )
    assert f'<option value="{slot.pk}" selected>' in form.content.decode()


def test_without_a_slot_it_says_how_to_get_one(desk: Client, slot: Section) -> None:
    slot.delete()
    assert "No section is for sale yet" in desk.get(reverse(CALENDAR)).content.decode()


def test_who_may_not_see_bookings_sees_no_calendar(client: Client) -> None:
    client.force_login(make_staff("writer", "digest.view_issue"))
    assert client.get(reverse(CALENDAR)).status_code == 302


# Booking


def book(desk: Client, slot: Section, **values: str) -> Any:
    sponsor = Sponsor.objects.get_or_create(name="Lantern")[0]
    given = {
        "sponsor": str(sponsor.pk),
        "issue_date": "2026-12-04",
        "slot": str(slot.pk),
        "state": "booked",
        "label": "Sponsored",
        **values,
    }
    return desk.post(reverse("admin:digest_booking_add") + "?calendar", given)


def test_a_booking_leads_back_to_the_calendar_and_is_recorded(desk: Client, slot: Section) -> None:
    response = book(desk, slot)

    assert response.url == reverse(CALENDAR)
    assert Booking.objects.get().state == Booking.State.BOOKED
    assert AuditEntry.objects.get(verb="booked").actor_name == "editor"


def test_a_slot_is_sold_once_and_the_second_is_told_to_whom(desk: Client, slot: Section) -> None:
    booked(slot)
    response = book(desk, slot)

    assert Booking.objects.count() == 1
    assert "Sponsored 1 of 4 December 2026 is taken: held for Ballast." in response.content.decode()


def test_of_two_at_once_the_second_is_told_too(desk: Client, slot: Section) -> None:
    booked(slot)
    with (
        patch.object(slots, "taken_by", return_value=None),
        patch.object(Booking, "validate_constraints"),
        transaction.atomic(),
    ):
        response = book(desk, slot)

    assert response.url == reverse(CALENDAR)
    assert Booking.objects.count() == 1


def test_the_database_holds_it_whatever_the_door(slot: Section) -> None:
    booked(slot, state=Booking.State.CANCELLED)
    booked(slot)
    with pytest.raises(ValidationError, match="This slot is taken on that day"):
        Booking(
            sponsor=Sponsor.objects.get(), slot=slot, issue_date=dt.date(2026, 12, 4)
        ).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        booked(slot)


def test_nothing_is_sold_in_an_issue_that_is_out(desk: Client, slot: Section) -> None:
    make_published(7, date=dt.date(2026, 12, 4))
    assert "is out" in book(desk, slot).content.decode()
    assert not Booking.objects.exists()


def test_nothing_is_approved_that_is_not_written(desk: Client, slot: Section) -> None:
    assert "Nothing to approve yet" in book(desk, slot, state="approved").content.decode()

    words = {"headline": "Lantern", "url": "https://lantern.example/"}
    assert book(desk, slot, state="approved", **words).status_code == 302


def test_several_are_approved_at_once(desk: Client, slot: Section) -> None:
    ready = booked(slot, headline="Ballast", url="https://ballast.example/")
    bare = booked(slot, "2026-12-11")
    desk.post(
        reverse("admin:digest_booking_changelist"),
        {"action": "approve", "_selected_action": [ready.pk, bare.pk]},
    )

    ready.refresh_from_db()
    bare.refresh_from_db()
    assert (ready.state, bare.state) == (Booking.State.APPROVED, Booking.State.HELD)


@pytest.mark.parametrize("label", ["", ".", " – "])
def test_a_label_says_something(desk: Client, slot: Section, label: str) -> None:
    assert book(desk, slot, label=label).status_code == 200
    assert not Booking.objects.exists()
