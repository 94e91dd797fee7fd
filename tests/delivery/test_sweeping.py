"""What is due is found again from our own rows, whatever became of the tasks."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from delivery import ledger, sweeping
from delivery.models import Delivery, Mailing
from digest.signals import issue_published
from outbox import running
from tests.delivery.makers import make_mailing, make_readers, make_rendered, states
from tests.makers import NOW
from tests.tasks import work_off

pytestmark = pytest.mark.django_db


def tasks_waiting() -> list[str]:
    return list(DBTaskResult.objects.ready().values_list("task_path", flat=True))


def publish(**values: object) -> None:
    rendered = make_rendered(**values)
    with transaction.atomic():
        issue_published.send_reliable(issue_id=rendered.issue_id, number=rendered.issue.number)
    running.run_due()


def test_a_published_issue_is_planned_and_somebody_is_told_to_look() -> None:
    publish()
    assert Mailing.objects.count() == 1
    assert "delivery.tasks.send_due" in tasks_waiting()


def test_an_issue_that_is_not_mailed_leaves_no_task() -> None:
    publish(mail_at=None)
    assert "delivery.tasks.send_due" not in tasks_waiting()


def test_a_lost_task_costs_a_few_seconds() -> None:
    publish()
    DBTaskResult.objects.all().delete()
    assert sweeping.sweep(timezone.now()) == "1 mailings to work on, 0 deliveries left by a worker"
    assert tasks_waiting() == ["delivery.tasks.send_due"]


def test_with_nothing_to_do_it_says_nothing() -> None:
    publish(mail_at=timezone.now() + timedelta(days=1))
    DBTaskResult.objects.all().delete()
    assert sweeping.sweep(timezone.now()) is None
    assert tasks_waiting() == []


def test_it_settles_what_a_dead_worker_left() -> None:
    mailing = make_mailing(readers=3)
    claim = ledger.Claim()
    claim.mark(claim.take(2, NOW)[:1], NOW)
    sweeping.sweep(NOW + 2 * ledger.LEASE)
    assert states(mailing) == {"queued": 2, "uncertain": 1}
    assert tasks_waiting() == ["delivery.tasks.send_due"]


def test_it_ends_rows_that_came_back_to_a_cancelled_mailing() -> None:
    mailing = make_mailing(readers=1)
    ledger.Claim().take(1, NOW)
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    sweeping.sweep(NOW + 2 * ledger.LEASE)
    assert states(mailing) == {"skipped": 1}
    assert Delivery.objects.get().skip_reason == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_it_from_the_published_issue_to_the_last_mail(
    mailoutbox: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In slices so short that it takes several tasks."""
    monkeypatch.setattr("delivery.sending.SLICE", timedelta(milliseconds=30))
    make_readers(30)
    publish(mail_at=timezone.now())
    for _ in range(300):  # on a slow machine a slice is little more than one mail
        if Mailing.objects.get().is_sent:
            break
        work_off()
        sweeping.sweep(timezone.now())
    assert len(mailoutbox) == 30
    assert Mailing.objects.get().is_sent
