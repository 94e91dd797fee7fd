"""What watches over us is told the truth, and nobody else is told anything."""

import re
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from audience.models import Subscriber
from config import health
from config.management.commands import worker
from config.models import Pulse
from delivery.models import Delivery
from digest.approval import approve
from digest.models import Issue, LinkBlock
from outbox.models import Fact, Receipt
from tests.delivery.makers import make_mailing
from tests.digest.issues import add, make_issue
from tests.makers import make_feed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def ask(client: Client, **headers: str) -> tuple[int, list[str]]:
    response = client.get("/healthz", headers=headers)
    return response.status_code, response.json()["faults"]


def test_it_is_well_while_a_worker_lives_and_nothing_is_overdue(client: Client) -> None:
    assert ask(client) == (503, ["No worker has ever run: start `manage.py worker`."])
    health.beat(timezone.now())
    assert ask(client) == (200, [])

    Pulse.objects.update(seen_at=timezone.now() - 2 * MINUTE)
    status, (fault,) = ask(client)
    assert status == 503
    assert re.match("No worker has been seen for 12. s", fault)


def test_the_clock_of_the_worker_beats_and_a_fault_does_not_stop_it() -> None:
    assert worker.look().failed == []
    assert Pulse.objects.get().seen_at > timezone.now() - MINUTE

    with patch.object(worker, "beat", side_effect=OperationalError("gone\nfishing")):
        assert worker.look().failed == ["The pulse: gone"]


def test_a_pulse_is_written_a_few_times_a_minute_only() -> None:
    now = timezone.now()
    health.beat(now)
    health.beat(now + health.PULSE / 2)
    assert Pulse.objects.get().seen_at == now
    health.beat(now + health.PULSE)
    assert Pulse.objects.get().seen_at == now + health.PULSE


def overdue_feed() -> None:
    make_feed(next_poll_at=timezone.now() - 20 * MINUTE)


def overdue_issue() -> None:
    issue = make_issue()
    add(LinkBlock, issue, title="x", url="https://example.com/")
    approve(issue, by=None)
    Issue.objects.update(publish_at=timezone.now() - 20 * MINUTE)


def overdue_receipt() -> None:
    fact = Fact.objects.create(signal="x")
    due = timezone.now() - 20 * MINUTE
    Receipt.objects.create(fact=fact, listener="y", next_try_at=due)


def overdue_mailing() -> None:
    make_mailing(readers=1)
    Delivery.objects.update(next_attempt_at=timezone.now() - 20 * MINUTE)


@pytest.mark.parametrize(
    ("make", "room"),
    [
        (overdue_feed, "curation"),
        (overdue_issue, "digest"),
        (overdue_receipt, "outbox"),
        (overdue_mailing, "delivery"),
    ],
)
def test_work_that_should_be_done_is_named_by_its_room(
    client: Client, make: Callable[[], None], room: str
) -> None:
    health.beat(timezone.now())
    make()
    faults = ask(client)[1]

    assert [fault for fault in faults if room in fault]


def test_it_answers_by_any_name_without_tls_and_while_the_database_is_away(
    client: Client, settings: LazySettings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    health.beat(timezone.now())
    assert ask(client, host="10.0.0.7:8000") == (200, [])

    with patch("config.health.Pulse.objects.filter", side_effect=OperationalError("away")):
        assert ask(client) == (503, ["The database is away."])


def test_figures_are_for_whoever_has_the_token(client: Client, settings: LazySettings) -> None:
    settings.LAPTOP, settings.METRICS_TOKEN = False, ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    settings.METRICS_TOKEN = "long enough"
    for wrong in ("", "Bearer no", "long"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 404
    held = {"Authorization": "Bearer long enough"}
    assert client.get("/metrics", headers=held).status_code == 200


def test_figures_count_what_there_is_without_an_address(
    client: Client, settings: LazySettings
) -> None:
    settings.LAPTOP = True
    Subscriber.objects.create(email="ada@example.com", address_key="ada")
    make_feed(error_streak=2)
    health.beat(timezone.now())
    response = client.get("/metrics")
    said = response.content.decode()

    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'newsdesk_subscribers{state="pending"} 1' in said
    assert "newsdesk_feeds_failing 1" in said
    assert re.search(r"^newsdesk_worker_seen_seconds [\d.e-]+$", said, re.MULTILINE)
    assert "ada" not in said
    for line in said.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) newsdesk_\w+ .+|newsdesk_\w+(\{\w+="\w+"\})? \S+', line)
