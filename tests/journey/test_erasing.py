"""After erasing, nothing of an address is left: in no table, and in nothing that was logged."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from audience import account, erasing, importing, preferences
from audience.forms import SubscribeForm
from audience.models import Import, Subscriber, Suppression
from audience.tokens import ACCOUNTS, confirmation_token
from delivery import ledger, mailings, sending
from delivery.models import Delivery
from tests.delivery.makers import make_rendered
from tests.makers import NOW, make_editor
from tests.tasks import work_off

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 20


def email(number: int) -> str:
    return f"erase.me.{number}@example.com"


def everything() -> Iterator[tuple[str, str]]:
    """Every value of every row of every table, as text."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            for name, value in row.items():
                held = bytes(value) if isinstance(value, memoryview) else value
                yield f"{model._meta.label}.{name}", _text(held)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def found() -> set[str]:
    return {where for where, text in everything() if "erase.me" in text.lower()}


def come_in(client: Client) -> None:
    """By the form, by mail, by a list, and through the hands of an editor."""
    stamp = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    for number in range(2):
        client.post("/subscribe/", {"email": email(number), "shown_at": stamp})
    work_off()
    for subscriber in Subscriber.objects.all():
        client.post(f"/confirm/{confirmation_token(subscriber)}/")
    editor = make_editor()
    table = "email\n" + "".join(f"{email(number)}\n" for number in range(PEOPLE))
    job = importing.upload("list.csv", [table.encode(), b"erase.me@broken\n"], by=editor, now=NOW)
    importing.work_off(NOW)
    importing.accept(Import.objects.get(pk=job.pk), by=editor)
    importing.work_off(NOW)
    ada = Subscriber.objects.get(email=email(0))
    preferences.choose(ada.token, [], None, now=NOW)
    account.ask_link(ada.token, now=timezone.now())
    work_off()
    LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(Subscriber),
        object_id=str(ada.pk),
        object_repr=str(ada),
        action_flag=CHANGE,
    )


def test_nothing_of_an_erased_address_is_left_anywhere(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    come_in(client)
    assert found() == {"audience.Subscriber.email", "admin.LogEntry.object_repr"}

    # In the middle of a mailing: some sent, some in a worker's hand, the rest waiting.
    mailing = mailings.start(make_rendered(mail_at=timezone.now()).issue_id)
    assert mailing is not None
    mailings.release(mailing, timezone.now())
    claim = ledger.Claim()
    held = claim.take(5, timezone.now())
    sending.drain(timezone.now())
    claim.give_back()
    assert len(held) == 5
    people = list(Subscriber.objects.order_by("pk"))
    for subscriber in people[1:]:
        erasing.erase(subscriber, by=None, now=timezone.now())
    ada = people[0]
    ada.refresh_from_db()
    fresh = ACCOUNTS.token(ada, ada.account_nonce)
    page = client.post(f"/account/{fresh}/erase/")
    assert "you are erased" in page.text
    assert "erase.me" not in page.text
    sending.drain(timezone.now())
    work_off()

    assert found() == set()
    assert "erase.me" not in caplog.text
    assert "erase.me" not in json.dumps(
        list(DBTaskResult.objects.values("args_kwargs")), default=str
    )
    assert set(Delivery.objects.values_list("state", "skip_reason")) == {
        ("accepted", ""),
        ("skipped", "erased"),
    }
    assert Suppression.objects.count() == PEOPLE
    # And no list brings them back.
    table = "email\n" + "".join(f"{email(number).upper()}\n" for number in range(PEOPLE))
    importing.upload("again.csv", [table.encode()], by=make_editor("bob"), now=NOW)
    importing.work_off(NOW)
    assert Import.objects.latest("pk").counts == {"left here: not revived": PEOPLE}


def test_a_fresh_link_of_somebody_erased_leads_nowhere(client: Client) -> None:
    come_in(client)
    ada = Subscriber.objects.get(email=email(0))
    links = [
        f"/account/{ACCOUNTS.token(ada, ada.account_nonce)}/",
        f"/unsubscribe/{ada.token}/",
        f"/preferences/{ada.token}/",
        f"/confirm/{confirmation_token(ada)}/",
    ]
    erasing.erase(ada, by=None, now=NOW)
    for link in links:
        for response in (client.get(link), client.post(link)):
            assert response.status_code == 404
            assert "This link is broken" in response.text
