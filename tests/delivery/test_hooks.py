"""A mail service's calls: forged ones are refused, repeated and shuffled ones do no harm."""

import base64
import hashlib
import hmac
import itertools
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from anymail.urls import urlpatterns as anymail_urls
from django.conf import LazySettings
from django.test import Client
from django.urls import include, path

from audience.models import Subscriber, Suppression
from config import hook_urls
from config.urls import urlpatterns as site
from delivery.ledger import Claim
from delivery.models import Delivery, MailEvent
from tests.delivery.makers import make_mailing
from tests.makers import NOW
from toolbox.smtp import Answer, Verdict

pytestmark = pytest.mark.django_db
KEY, SECRET = "signing-key", "newsdesk:a-long-enough-word"
WHERE = "/hooks/mailgun/tracking/"
urlpatterns = [path("hooks/", include((anymail_urls, "hooks"))), *site]
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def service(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def client() -> Client:
    """A call that fails in our code fails the test."""
    return Client()


def accepted(readers: int) -> list[Delivery]:
    """Mails that were sent, two days ago."""
    make_mailing(readers=readers)
    claim = Claim()
    rows = claim.take(readers, NOW)
    claim.mark(rows, NOW)
    claim.record_all([(row, Answer(Verdict.ACCEPTED, "250 ok")) for row in rows], NOW)
    return list(Delivery.objects.select_related("subscriber"))


def told(row: Delivery, what: str, **values: Any) -> dict[str, Any]:
    """An event in the service's words."""
    assert row.subscriber is not None
    return {
        "event": what,
        "id": f"event-{next(_serial)}",
        "timestamp": (NOW + timedelta(minutes=next(_serial))).timestamp(),
        "recipient": row.subscriber.email,
        "message": {"headers": {"message-id": row.message_id.strip("<>")}},
        **values,
    }


def came_back(status: str) -> dict[str, Any]:
    """For good, with these words."""
    return {"severity": "permanent", "delivery-status": {"code": 550, "message": status}}


BOUNCE = came_back("5.1.1 no such user")
FULL = came_back("5.2.2 mailbox full")
SPAM = came_back("5.7.1 looks like spam")


def call(client: Client, data: dict[str, Any], *, key: str = KEY, secret: str = SECRET) -> int:
    stamp, token = "1763640000", f"token-{next(_serial)}"
    seal = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": stamp, "token": token, "signature": seal}
    body = json.dumps({"signature": signature, "event-data": data})
    login = base64.b64encode(secret.encode()).decode()
    headers = {"Authorization": f"Basic {login}"} if secret else {}
    return client.post(WHERE, body, content_type="application/json", headers=headers).status_code


def standing() -> list[tuple[Any, ...]]:
    """Everything an event may change, in an order of its own."""
    rows = Delivery.objects.order_by("pk").values_list(
        "pk", "state", "delivered_at", "bounced_at", "complained_at"
    )
    people = Subscriber.objects.order_by("pk").values_list("pk", "state")
    return [*rows, *people, *sorted(Suppression.objects.values_list("address_key", "reason"))]


def forget() -> None:
    """As if nothing had been told."""
    MailEvent.objects.all().delete()
    Suppression.objects.all().delete()
    Subscriber.objects.update(state="active", bounced_at=None, left_at=None)
    Delivery.objects.update(
        state="accepted", delivered_at=None, bounced_at=None, complained_at=None
    )


@pytest.mark.parametrize(
    ("what", "more", "row_state", "person_state"),
    [
        ("delivered", {}, "delivered", "active"),
        ("failed", BOUNCE, "bounced", "bounced"),
        ("failed", FULL, "bounced", "active"),
        ("failed", SPAM, "bounced", "active"),
        ("complained", {}, "complained", "complained"),
        ("unsubscribed", {}, "accepted", "unsubscribed"),
        ("opened", {}, "accepted", "active"),
        ("failed", {**BOUNCE, "severity": "temporary"}, "accepted", "active"),
    ],
)
def test_what_is_told_of_a_mail_counts_at_once(
    client: Client, what: str, more: dict[str, Any], row_state: str, person_state: str
) -> None:
    [row] = accepted(1)
    assert call(client, told(row, what, **more)) == 200
    row.refresh_from_db()
    assert (row.state, Subscriber.objects.get().state) == (row_state, person_state)
    assert Suppression.objects.exists() == (person_state != "active")


@pytest.mark.parametrize("forgery", [{"key": "guessed"}, {"secret": "a:b"}, {"secret": ""}])
def test_a_forged_call_changes_nothing(client: Client, forgery: dict[str, str]) -> None:
    [row] = accepted(1)
    before = standing()
    assert call(client, told(row, "complained"), **forgery) == 400
    assert standing() == before
    assert not MailEvent.objects.exists()


def test_a_thousand_forged_repeated_and_shuffled_events_end_as_those_told_once(
    client: Client,
) -> None:
    """P23. 40 people, some of whom get several things told of them."""
    chance = random.Random(9)
    rows = accepted(40)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("delivered", {}), ("failed", BOUNCE), ("failed", FULL), ("failed", SPAM),
        ("complained", {}), ("unsubscribed", {}),
    ]  # fmt: skip
    events = [
        told(row, what, **more)
        for row in rows[:30]
        for what, more in chance.sample(kinds, k=chance.randint(1, 3))
    ]
    strangers = [
        {**told(row, "complained"), "message": {"headers": {"message-id": f"x{n}@example.org"}}}
        for n, row in enumerate(rows)
    ]
    misdirected = [{**told(row, "failed", **BOUNCE), "recipient": "x@example.org"} for row in rows]
    for event in events:
        assert call(client, event) == 200
    once = standing()
    assert {state for _, state, *_ in once[:40]} == {
        "accepted", "delivered", "bounced", "complained",
    }  # fmt: skip
    forget()
    forged = [told(row, "complained") for row in chance.choices(rows, k=400)]
    calls = [
        *((event, {}, 200) for event in events + strangers + misdirected),
        *((event, {"key": "guessed"}, 400) for event in forged[:200]),
        *((event, {"secret": "newsdesk:guess"}, 400) for event in forged[200:]),
    ]
    calls += [(event, {}, 200) for event in chance.choices(events, k=1000 - len(calls))]
    assert len(calls) == 1000
    chance.shuffle(calls)
    for event, forgery, answer in calls:
        assert call(client, event, **forgery) == answer
    assert standing() == once
    assert MailEvent.objects.filter(delivery__isnull=False).count() == len(events)


def test_a_call_whose_answer_was_lost_is_repeated_for_nothing(client: Client) -> None:
    """K26."""
    [row] = accepted(1)
    event = told(row, "failed", **BOUNCE)
    assert call(client, event) == 200
    before = standing()
    assert call(client, event) == 200
    assert standing() == before
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "more", "end"),
    [
        ("delivered", {}, "delivered"),
        ("failed", BOUNCE, "bounced"),
        ("complained", {}, "complained"),
    ],
)
@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.UNKNOWN])
def test_told_before_our_own_record_it_is_found_by_it(
    client: Client, what: str, more: dict[str, Any], end: str, verdict: Verdict
) -> None:
    """K22."""
    make_mailing(readers=1)
    claim = Claim()
    [row] = claim.take(1, NOW)
    claim.mark([row], NOW)
    assert call(client, told(row, what, **more)) == 200
    row.refresh_from_db()
    assert row.state == "sending"
    claim.record_all([(row, Answer(verdict, "words"))], NOW)
    row.refresh_from_db()
    assert row.state == end


def test_what_nobody_knew_the_fate_of_is_settled_by_the_service(client: Client) -> None:
    [row] = accepted(1)
    Delivery.objects.update(state="uncertain")
    assert call(client, told(row, "delivered")) == 200
    assert not Delivery.objects.to_settle().exists()


def test_no_address_is_there_without_a_secret(settings: LazySettings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.mailgun.EmailBackend"}}
    [ours] = hook_urls.calls()
    assert ours.name == "mailgun_tracking_webhook"
    settings.ANYMAIL = {}
    assert hook_urls.calls() == []
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.MAILERS = {"default": {"BACKEND": "toolbox.mailbox.EmailBackend"}}
    assert hook_urls.calls() == []
