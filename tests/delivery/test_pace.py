"""So many mails a second, an hour, a day, whoever sends them and however often he is killed."""

from datetime import timedelta
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from delivery import fence, pace, sending, sweeping
from delivery.models import Delivery
from tests.delivery.makers import make_mailing, states
from tests.makers import NOW
from tests.sink import sinking

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "window"), sorted(pace.LONG.items()))
def test_the_hours_mails_go_at_once_and_the_rest_when_the_hour_is_over(
    settings: LazySettings, mailoutbox: list[object], name: str, window: timedelta
) -> None:
    setattr(settings, name, 4)
    mailing = make_mailing(readers=10)
    sending.drain(NOW)
    sending.drain(NOW + window - timedelta(minutes=1))
    assert states(mailing) == {"accepted": 4, "queued": 6}
    sending.drain(NOW + window + timedelta(minutes=1))
    assert states(mailing) == {"accepted": 8, "queued": 2}
    sending.drain(NOW + 2 * (window + timedelta(minutes=1)))
    assert len(mailoutbox) == 10


def test_another_mailing_is_no_way_around_it(settings: LazySettings) -> None:
    settings.MAIL_PER_HOUR = 4
    make_mailing(readers=3)
    make_mailing()
    sending.drain(NOW)
    assert Delivery.objects.filter(state="accepted").count() == 4


def test_while_it_is_spent_nobody_is_called_in_vain(settings: LazySettings) -> None:
    settings.MAIL_PER_HOUR = 1
    make_mailing(readers=2)
    sending.drain(NOW)
    assert sweeping.sweep(NOW) is None
    assert not DBTaskResult.objects.exists()
    assert sweeping.sweep(NOW + timedelta(minutes=59, seconds=59)) is None
    assert sweeping.sweep(NOW + timedelta(minutes=61)) is not None


def most_within_a_second() -> int:
    marks = [row.wire_at for row in Delivery.objects.exclude(wire_at=None) if row.wire_at]
    second = timedelta(seconds=1)
    return max(sum(begin <= mark < begin + second for mark in marks) for begin in marks)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_second(settings: LazySettings) -> None:
    settings.MAIL_PER_SECOND = 8
    mailing = make_mailing(readers=20)
    fence.look(timezone.now())

    def work() -> None:
        try:
            while not mailing.is_sent:
                sending.drain(timezone.now())
        finally:
            connection.close()

    with sinking() as sink:
        settings.MAILERS = sink.options()
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert states(mailing) == {"accepted": 20}
    assert most_within_a_second() == 8


def test_without_limits_nothing_is_counted(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert pace.allowance(7, NOW) == 7
        assert not pace.is_spent(NOW)


def test_a_warm_up_grows_by_the_days_on_which_something_was_sent(settings: LazySettings) -> None:
    settings.MAIL_WARM_UP = [3, 5]
    mailing = make_mailing(readers=20)
    days = [NOW, NOW + timedelta(days=2), NOW + timedelta(days=9)]
    sent = []
    for day in days:
        with sinking() as sink:
            settings.MAILERS = sink.options()
            sending.drain(day)
            sending.drain(day + timedelta(hours=1))
        sent.append(len(sink.mails))
    assert sent == [3, 5, 12]
    assert states(mailing) == {"accepted": 20}


def test_a_warm_up_is_counted_from_the_ledger_and_spent_for_the_day(settings: LazySettings) -> None:
    settings.MAIL_WARM_UP = [2]
    make_mailing(readers=3)
    pks = Delivery.objects.values_list("pk", flat=True)[:2]
    Delivery.objects.filter(pk__in=list(pks)).update(state="accepted", wire_at=NOW)
    later = NOW + timedelta(hours=1)
    assert pace.allowance(5, later) == 0
    assert pace.is_spent(later)
    assert pace.allowance(5, NOW + timedelta(days=1)) == 5
