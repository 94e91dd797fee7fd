"""A fact is stored with its sender's rows: together or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from outbox.models import Fact, Receipt
from outbox.registry import NotReliableError
from outbox.signals import ReliableSignal

pytestmark = pytest.mark.django_db


def listen(signal: ReliableSignal, key: str = "test.listener") -> list[dict[str, object]]:
    heard: list[dict[str, object]] = []

    @signal.listen(key)
    def listener(**named: object) -> None:
        heard.append(named)

    return heard


def test_it_stores_one_receipt_a_listener(something_happened: ReliableSignal) -> None:
    listen(something_happened, "test.one")
    listen(something_happened, "test.two")
    with transaction.atomic():
        fact = something_happened.send_reliable(number=7)
    assert fact.arguments == {"number": 7}
    assert sorted(fact.receipts.values_list("listener", flat=True)) == ["test.one", "test.two"]


def test_it_calls_nobody_while_the_sender_works(something_happened: ReliableSignal) -> None:
    heard = listen(something_happened)
    with transaction.atomic():
        something_happened.send_reliable(number=7)
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_it_leaves_nothing_when_the_sender_rolls_back(something_happened: ReliableSignal) -> None:
    listen(something_happened)
    with transaction.atomic():
        something_happened.send_reliable(number=7)
        transaction.set_rollback(True)
    assert not Fact.objects.exists()
    assert not Receipt.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_be_sent_outside_a_transaction(something_happened: ReliableSignal) -> None:
    with pytest.raises(NotReliableError, match="outside a transaction"):
        something_happened.send_reliable(number=7)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), object(), float("nan")])
def test_it_refuses_what_json_cannot_hold(
    something_happened: ReliableSignal, value: object
) -> None:
    with pytest.raises(NotReliableError, match="JSON"), transaction.atomic():
        something_happened.send_reliable(value=value)


def test_it_nudges_the_worker_once_for_many_facts(something_happened: ReliableSignal) -> None:
    listen(something_happened)
    with transaction.atomic():
        for number in range(3):
            something_happened.send_reliable(number=number)
    assert DBTaskResult.objects.count() == 1


def test_ordinary_send_still_reaches_ordinary_receivers(something_happened: ReliableSignal) -> None:
    heard: list[int] = []

    def receiver(sender: object, number: int, **kwargs: object) -> None:
        heard.append(number)

    something_happened.connect(receiver)
    something_happened.send(sender=None, number=7)
    assert heard == [7]


def test_it_refuses_an_async_listener(something_happened: ReliableSignal) -> None:
    async def listener(**named: object) -> None: ...

    with pytest.raises(NotReliableError, match="synchronous"):
        something_happened.listen("test.async")(listener)


def test_it_refuses_a_listener_without_a_name(something_happened: ReliableSignal) -> None:
    with pytest.raises(NotReliableError, match="empty"):
        listen(something_happened, "")


def test_it_refuses_a_second_listener_under_one_key(something_happened: ReliableSignal) -> None:
    listen(something_happened)
    with pytest.raises(NotReliableError, match="taken"):
        listen(something_happened)


def test_two_signals_cannot_share_a_name(something_happened: ReliableSignal) -> None:
    with pytest.raises(NotReliableError, match="already a signal"):
        ReliableSignal("something_happened")
