"""A process is really killed before, in and after the sender's transaction, and in the listener."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outbox import running
from outbox.models import Fact, Receipt
from publication.models import AuditEntry
from tests.dying import COMMIT, Mortal
from tests.workers import until

pytestmark = pytest.mark.django_db(transaction=True)
TELL, LISTEN = "tests.outbox.deeds:tell", "tests.outbox.deeds:listen"
SLOW = 99
ONCE = {"sent": 1, "raised": 1, "slow begun": 1, "slow done": 1, "doubled": 2, "plain": 1}


def heard() -> Counter[str]:
    """How often each trace was left."""
    return Counter(AuditEntry.objects.values_list("verb", flat=True))


def time_passes() -> None:
    """Every lease of the dead and every pause has run out."""
    past = timezone.now() - timedelta(seconds=1)
    Receipt.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Receipt.objects.update(next_try_at=past)


def states() -> Counter[str]:
    return Counter(Receipt.objects.values_list("state", flat=True))


# At the sender


@pytest.mark.parametrize(
    "point",
    [
        "tests.outbox.deeds:record before",
        "tests.outbox.deeds:happened.send_reliable before",
        "outbox.signals:Receipt.objects.bulk_create before",
        "outbox.signals:nudge before",
        "outbox.signals:nudge after",
        f"{COMMIT} before",
    ],
)
def test_killed_before_the_commit_it_leaves_nothing_at_all(mortal: Mortal, point: str) -> None:
    assert mortal.do(TELL, 7, die_at=point)
    assert heard() == {}
    assert not Fact.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_killed_right_after_the_commit_the_fact_is_told(mortal: Mortal) -> None:
    """The hole in ordinary signals: stored, and nobody would ever have heard of it."""
    assert mortal.do(TELL, 7, die_at=f"{COMMIT} after")
    assert heard() == {"sent": 1}
    mortal.do(LISTEN)
    assert heard() == ONCE


# At the listener


def test_killed_between_the_claim_and_the_listener_it_is_told_later(mortal: Mortal) -> None:
    mortal.do(TELL, 7)
    assert mortal.do(LISTEN, die_at="outbox.running:_listener before 4")
    mortal.do(LISTEN)
    assert heard()["doubled"] == 1
    time_passes()
    mortal.do(LISTEN)
    assert heard() == {**ONCE, "raised": 2}


def test_killed_inside_the_listener_it_is_told_again_and_its_siblings_once(mortal: Mortal) -> None:
    mortal.do(TELL, 7)
    assert mortal.do(LISTEN, die_at="tests.outbox.deeds:record after 2")
    assert heard() == {"sent": 1, "raised": 1, "slow begun": 1}
    mortal.do(LISTEN)
    assert heard() == {"sent": 1, "raised": 1, "slow begun": 1, "doubled": 2, "plain": 1}
    time_passes()
    mortal.do(LISTEN)
    assert heard() == {**ONCE, "raised": 2, "slow begun": 2}


def test_killed_after_the_listener_and_before_the_record_it_is_told_twice(mortal: Mortal) -> None:
    """At least once: that is why listeners are idempotent."""
    mortal.do(TELL, 7)
    assert mortal.do(LISTEN, die_at="outbox.running:_record before 5")
    time_passes()
    mortal.do(LISTEN)
    assert heard() == {**ONCE, "raised": 2, "plain": 2}
    assert states() == {"done": 4, "open": 1}


def test_a_raising_listener_harms_nobody_and_ends_in_the_admin(mortal: Mortal) -> None:
    mortal.do(TELL, 7)
    for _ in range(running.TRIES):
        mortal.do(LISTEN)
        time_passes()
    assert heard() == {**ONCE, "raised": running.TRIES}
    given_up = Receipt.objects.get(state=Receipt.State.GIVEN_UP)
    assert given_up.listener == "test.raising"
    assert "ValueError: no paper left" in given_up.last_error


def test_a_slow_listener_is_told_once_and_keeps_nobody_waiting(mortal: Mortal) -> None:
    """Two workers: what one is busy with, the other leaves alone, and tells the rest."""
    mortal.do(TELL, SLOW)
    first = mortal.begin(LISTEN)
    until(lambda: heard()["slow begun"] == 1)
    mortal.do(LISTEN)
    assert heard() == {"sent": 1, "raised": 1, "slow begun": 1, "doubled": 2, "plain": 1}
    AuditEntry.objects.create(actor_name="test", verb="go on", subject="")
    assert first() == 0
    assert heard() == {**ONCE, "go on": 1}


def test_a_renamed_listener_is_kept_and_told_once_it_answers_again(mortal: Mortal) -> None:
    mortal.do(TELL, 7)
    mortal.do("tests.outbox.deeds:listen_renamed")
    lost = Receipt.objects.get(listener="test.plain")
    assert "Nobody listens as test.plain" in lost.last_error
    assert heard()["plain"] == 0
    time_passes()
    mortal.do(LISTEN)
    assert heard()["plain"] == 1


def test_a_doubled_listener_has_a_receipt_for_each_of_its_keys(mortal: Mortal) -> None:
    mortal.do(TELL, 7)
    mortal.do(LISTEN)
    mortal.do(LISTEN)
    assert heard()["doubled"] == 2
    assert Receipt.objects.filter(listener__startswith="test.doubled").count() == 2
