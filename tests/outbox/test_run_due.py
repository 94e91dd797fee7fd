"""Each listener is told at least once, apart from its siblings; what gives up is listed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outbox import running, sweeping
from outbox.models import Fact, Receipt
from outbox.registry import LISTENERS
from outbox.signals import ReliableSignal
from tests.makers import make_editor, make_staff
from tests.tasks import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(something_happened: ReliableSignal) -> list[str]:
    """Three listeners; the one in the middle raises."""
    heard: list[str] = []

    @something_happened.listen("test.first")
    def first(number: int) -> None:
        heard.append(f"first {number}")

    @something_happened.listen("test.broken")
    def broken(number: int) -> None:
        raise ValueError("no paper left")

    @something_happened.listen("test.last")
    def last(number: int) -> None:
        heard.append(f"last {number}")

    return heard


def send(signal: ReliableSignal) -> Fact:
    with transaction.atomic():
        return signal.send_reliable(number=7)


def test_it_tells_every_listener(something_happened: ReliableSignal, heard: list[str]) -> None:
    send(something_happened)
    assert running.run_due() == 2
    assert heard == ["first 7", "last 7"]


def test_it_tells_nobody_twice(something_happened: ReliableSignal, heard: list[str]) -> None:
    send(something_happened)
    running.run_due()
    running.run_due()
    assert heard == ["first 7", "last 7"]


def test_it_retries_a_failed_one_after_a_pause(
    something_happened: ReliableSignal, heard: list[str]
) -> None:
    send(something_happened)
    running.run_due()
    receipt = Receipt.objects.get(listener="test.broken")
    assert receipt.state == Receipt.State.OPEN
    assert "no paper left" in receipt.last_error
    assert running.PAUSES[0] - timedelta(seconds=5) < receipt.next_try_at - timezone.now()
    assert not Receipt.objects.due(timezone.now()).exists()


def give_up(signal: ReliableSignal) -> Receipt:
    send(signal)
    for _ in range(len(running.PAUSES) + 1):
        Receipt.objects.update(next_try_at=timezone.now())
        running.run_due()
    return Receipt.objects.get(listener="test.broken")


def test_it_gives_up_in_the_end_and_keeps_the_traceback(
    something_happened: ReliableSignal, heard: list[str]
) -> None:
    receipt = give_up(something_happened)
    assert receipt.state == Receipt.State.GIVEN_UP
    assert "Traceback" in receipt.last_error
    assert running.run_due() == 0


def test_an_editor_can_run_again_what_gave_up(
    something_happened: ReliableSignal, heard: list[str], client: Client
) -> None:
    receipt = give_up(something_happened)
    LISTENERS["something_happened"]["test.broken"] = lambda number: heard.append("mended")
    editor: User = make_editor()
    client.force_login(editor)
    data = {"action": "run_again", "_selected_action": [receipt.pk]}
    response = client.post("/admin/outbox/receipt/", data, follow=True)
    assert "1 put back in line." in response.content.decode()
    running.run_due()
    assert heard[-1] == "mended"


def test_what_gave_up_is_listed_with_its_traceback(
    something_happened: ReliableSignal, heard: list[str], client: Client
) -> None:
    receipt = give_up(something_happened)
    client.force_login(make_editor())
    listed = client.get("/admin/outbox/receipt/", {"state__exact": "given_up"}).content.decode()
    assert "test.broken" in listed
    assert "test.first" not in listed.partition("result_list")[2]
    assert "ValueError: no paper left" in listed
    page = client.get(f"/admin/outbox/receipt/{receipt.pk}/change/").content.decode()
    assert "<pre>Traceback (most recent call last):" in page


def test_only_what_gave_up_is_put_back_and_counted(
    something_happened: ReliableSignal, heard: list[str], client: Client
) -> None:
    give_up(something_happened)
    client.force_login(make_editor())
    chosen = list(Receipt.objects.values_list("pk", flat=True))
    data = {"action": "run_again", "_selected_action": chosen}
    response = client.post("/admin/outbox/receipt/", data, follow=True)
    assert "1 put back in line." in response.content.decode()


def test_who_may_only_look_runs_nothing_again(
    something_happened: ReliableSignal, heard: list[str], client: Client
) -> None:
    receipt = give_up(something_happened)
    client.force_login(make_staff("charlie", "outbox.view_receipt"))
    data = {"action": "run_again", "_selected_action": [receipt.pk]}
    client.post("/admin/outbox/receipt/", data)
    assert Receipt.objects.get(pk=receipt.pk).state == Receipt.State.GIVEN_UP


def test_a_listener_that_kills_its_worker_is_given_up_in_the_end(
    something_happened: ReliableSignal,
) -> None:
    class Killed(BaseException):
        """Nothing of ours runs after this."""

    tried: list[int] = []

    @something_happened.listen("test.killer")
    def killer(number: int) -> None:
        tried.append(number)
        raise Killed

    send(something_happened)
    for _ in range(running.TRIES):
        with pytest.raises(Killed):
            running.run_due()
        Receipt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert running.run_due() == 0
    receipt = Receipt.objects.get()
    assert (receipt.state, len(tried)) == (Receipt.State.GIVEN_UP, running.TRIES)
    assert running.KILLED in receipt.last_error


def test_a_renamed_listener_is_kept_and_named(something_happened: ReliableSignal) -> None:
    @something_happened.listen("test.old_name")
    def listener(number: int) -> None: ...

    send(something_happened)
    LISTENERS["something_happened"]["test.new_name"] = LISTENERS["something_happened"].pop(
        "test.old_name"
    )
    assert running.run_due() == 0
    assert "Nobody listens as test.old_name" in Receipt.objects.get().last_error


def test_what_another_worker_holds_is_left_alone(
    something_happened: ReliableSignal, heard: list[str]
) -> None:
    send(something_happened)
    Receipt.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert running.run_due() == 0


def test_what_a_dead_worker_held_is_found_again(
    something_happened: ReliableSignal, heard: list[str]
) -> None:
    send(something_happened)
    Receipt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert running.run_due() == 2


def test_a_worker_that_wakes_up_late_changes_nothing(
    something_happened: ReliableSignal,
) -> None:
    """K16: its lease ran out while it slept and another worker has taken over."""
    other_claim = "00000000-0000-0000-0000-000000000001"

    @something_happened.listen("test.sleeper")
    def sleeper(number: int) -> None:
        Receipt.objects.update(claim=other_claim)

    send(something_happened)
    running.run_due()
    assert Receipt.objects.get().state == Receipt.State.OPEN


@pytest.mark.django_db(transaction=True)
def test_the_sweep_finds_what_no_task_remembers(
    something_happened: ReliableSignal, heard: list[str]
) -> None:
    send(something_happened)
    DBTaskResult.objects.all().delete()
    assert sweeping.sweep(timezone.now()) == "3 receipts to run"
    work_off()
    assert heard == ["first 7", "last 7"]
    assert sweeping.sweep(timezone.now()) is None
