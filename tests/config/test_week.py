"""The front page of the admin: the week at a glance, for each as far as they may look."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import health
from config.models import Pulse
from config.roles import ROLES
from config.week import Card, Week, week
from curation.models import Feed
from delivery import mailings
from delivery.models import Mailing
from digest.models import Issue
from tests.delivery.makers import make_rendered
from tests.makers import make_editor, make_feed, make_link, make_staff

pytestmark = pytest.mark.django_db


def card(title: str, shown: Week) -> Card:
    return next(card for card in shown.cards if card.title == title)


@pytest.fixture
def owner() -> User:
    return make_editor()


def glance(person: User) -> Week:
    return week(person, timezone.now())


@pytest.mark.parametrize(("seconds", "tone"), [(None, "bad"), (61, "bad"), (59, ""), (0, "")])
def test_the_worker_is_red_when_it_was_not_seen_for_a_minute(
    owner: User, seconds: int | None, tone: str
) -> None:
    now = timezone.now()
    if seconds is not None:
        Pulse.objects.create(name=health.WORKER, seen_at=now - timedelta(seconds=seconds))
    found = card("Worker", week(owner, now))
    assert found.tone == tone
    assert found.figure == ("away" if tone else "at work")


def test_the_queue_is_counted(owner: User) -> None:
    for _ in range(3):
        make_link()
    assert card("To triage", glance(owner)).figure == "3"


def test_the_draft_says_what_its_pre_flight_found(owner: User) -> None:
    assert card("Next issue", glance(owner)).figure == "–"
    Issue.objects.create(number=7, date=timezone.localdate())
    found = card("Next issue", glance(owner))
    assert (found.figure, found.tone) == ("#7", "warn")
    assert "blocker" in found.says


def test_an_edited_draft_is_looked_over_anew(owner: User) -> None:
    issue = Issue.objects.create(number=7, date=timezone.localdate())
    before = card("Next issue", glance(owner)).says
    issue.title = issue.subject = "Harbour, harbour harbour"
    issue.save()
    assert card("Next issue", glance(owner)).says != before


def test_the_next_mailing_is_counted_down_to(owner: User) -> None:
    hour = timezone.now() + timedelta(hours=5)
    mailing = mailings.start(make_rendered(mail_at=hour).issue_id)
    assert mailing is not None
    found = card("Next mailing", glance(owner))
    assert found.at == hour
    assert found.url == f"/admin/delivery/mailing/{mailing.pk}/change/"
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    assert card("Next mailing", glance(owner)).figure == "–"


def test_an_ailing_feed_needs_a_hand(owner: User) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    make_feed(error_streak=9, failing_since=long_ago, last_error="It is gone.")
    shown = glance(owner)
    assert card("Feeds", shown).tone == "warn"
    assert any("1 feed failing" in task.text for task in shown.tasks)


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("Contributor", {"Worker", "To triage", "Feeds"}),
        ("Editor", {"Worker", "To triage", "Feeds", "Next issue", "Next mailing", "Free slots"}),
        (
            "Publisher",
            {
                "Worker", "To triage", "Feeds", "Next issue", "Next mailing", "Free slots",
                "Subscribers",
            },
        ),
    ],
)  # fmt: skip
def test_each_sees_what_they_may_open(client: Client, role: str, titles: set[str]) -> None:
    person = make_staff("ada", *ROLES[role])
    shown = glance(person)
    assert {card.title for card in shown.cards} == titles
    client.force_login(person)
    for url in [*(card.url for card in shown.cards if card.url), *(t.url for t in shown.tasks)]:
        assert client.get(url).status_code == 200, url


def test_a_fresh_install_says_what_is_missing(client: Client, owner: User) -> None:
    client.force_login(owner)
    page = client.get("/admin/").content.decode()
    for words in ("Give the publication its name", "postal address", "Follow the first feeds"):
        assert words in page


def test_the_part_that_is_asked_again_needs_a_login(client: Client, owner: User) -> None:
    assert client.get("/admin/week/").status_code == 302
    client.force_login(owner)
    answer = client.get("/admin/week/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_its_queries_do_not_grow_with_the_rows(owner: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            glance(owner)
        return len(asked)

    make_link()
    make_feed()
    glance(owner)  # Asks what the person may, once.
    few = queries()
    for _ in range(20):
        make_link()
        make_feed()
    assert Feed.objects.count() == 21
    assert queries() == few
