"""What keeps the admin quick when the tables have grown: the right index, and no row too many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audience.models import Subscriber
from config import week
from curation import flood
from curation.models import Link
from delivery.models import Delivery
from digest import desk
from tests.audience.makers import make_subscriber
from tests.delivery.makers import make_mailing, make_readers
from tests.digest.desks import make_desk
from tests.makers import NOW, make_editor, make_entry, make_feed, make_link
from tests.plans import plan
from toolbox import paging

pytestmark = pytest.mark.django_db


MANY = 2000


def test_what_is_held_aside_is_found_among_all_that_was_turned_down() -> None:
    Link.objects.bulk_create(
        Link(url=f"https://example.com/{n}", title=f"{n}", published_at=timezone.now(),
             state="rejected", reject_reason="Old")
        for n in range(MANY)
    )  # fmt: skip

    held = Link.objects.standing().filter(state="rejected", reject_reason=flood.HELD)
    assert "link_held" in plan(held.order_by())


def test_whoever_is_owed_or_pending_is_found_among_all_who_subscribed() -> None:
    make_readers(MANY)
    fresh = Subscriber.objects.active().filter(confirmed_at__gt=timezone.now())
    assert "subscriber_by_state" in plan(fresh.order_by())
    gone = Subscriber.State.UNSUBSCRIBED
    Subscriber.objects.update(asked_at=NOW, confirmation_sent_at=NOW, state=gone)

    assert "subscriber_owed" in plan(Subscriber.objects.owed_a_confirmation().order_by())
    pending = Subscriber.objects.filter(state="pending", asked_at__gt=timezone.now())
    assert "subscriber_pending" in plan(pending.order_by())


def test_what_is_open_of_a_mailing_is_found_among_all_that_ended() -> None:
    mailing = make_mailing(readers=MANY)
    Delivery.objects.update(state="accepted")

    found = plan(mailing.deliveries.open().order_by())
    if connection.vendor == "postgresql":
        assert "delivery_queued" in found
        assert "delivery_sending" in found
    assert not mailing.deliveries.open().exists()


@pytest.mark.parametrize("name", ["audience_subscriber", "delivery_delivery"])
def test_a_part_of_an_address_is_looked_for_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(paging, "FOUND", 2)
    client.force_login(make_editor())
    make_mailing(readers=3)
    where = reverse(f"admin:{name}_changelist")

    with CaptureQueriesContext(connection) as asked:
        page = client.get(where, {"q": "reader"}).text
    assert sum(" LIKE " in query["sql"] for query in asked) == 1
    assert page.count('class="action-select"') == 2
    # Where nothing is looked for, nobody is left out.
    assert client.get(where).text.count('class="action-select"') == 3


def test_an_entry_is_found_by_the_words_of_its_story(client: Client) -> None:
    client.force_login(make_editor())
    feed = make_feed()
    make_entry(feed, make_link(title="Smaller migrations"))
    make_entry(feed, make_link(title="Faster lists"))
    where = reverse("admin:curation_entry_changelist")

    found = client.get(where, {"q": "migrat"}).text
    assert "Smaller migrations" in found
    assert "Faster lists" not in found
    assert "Faster lists" not in client.get(where, {"q": "…"}).text
    assert "Faster lists" in client.get(where).text


def test_of_a_long_shortlist_the_desk_offers_what_was_chosen_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "OFFERED", 2)
    issue, now = make_desk("Placed").issue, timezone.now()
    for age, title in enumerate(["Last", "Before", "First"]):
        link = make_link(title=title, state="shortlisted", published_at=now + timedelta(days=age))
        Link.objects.filter(pk=link.pk).update(state_since=now - timedelta(hours=age))

    offers = desk.shortlist(issue, list(issue.sections.all()))

    assert [offer["title"] for offer in offers] == ["Before", "Last"]


def test_the_week_counts_the_shortlist_no_further_than_this(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(week, "MANY", 2)
    for _ in range(3):
        make_link(state="shortlisted")

    said = week.week(make_editor(), timezone.now()).cards[0].says

    assert "2+ on the shortlist" in said


def test_counts_of_subscribers_are_those_of_their_rows() -> None:
    make_readers(2)
    make_subscriber("ada@example.com", state="pending", asked_at=timezone.now())

    assert Subscriber.objects.owed_a_confirmation().count() == 1
    assert Delivery.objects.open().count() == 0
