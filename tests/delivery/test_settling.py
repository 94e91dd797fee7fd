"""What may or may not have arrived is for a person to decide, once."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from delivery import sending, settling
from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from delivery.progress import obstacle
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, make_uncertain, only_delivery, states
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
State = Delivery.State


def make_row() -> Delivery:
    make_uncertain()
    return only_delivery()


def alone(row: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=row.pk)


def test_sent_again_it_keeps_its_message_id() -> None:
    row = make_row()
    settling.send_again(alone(row), by=make_editor(), now=NOW)
    assert sending.drain(NOW) == {"accepted": 1}
    assert only_delivery().message_id == row.message_id
    assert AuditEntry.objects.get().verb == "send again"


def test_sent_again_it_does_not_read_as_refused() -> None:
    row = make_row()
    settling.send_again(alone(row), by=make_editor(), now=NOW)
    assert obstacle(row.mailing) == ""


def test_sent_again_the_dead_worker_can_no_longer_speak_for_it() -> None:
    row = make_row()
    assert row.claim is not None
    settling.send_again(alone(row), by=None, now=NOW)
    assert only_delivery().claim is None


def test_left_it_stays_uncertain_and_leaves_the_list() -> None:
    row = make_row()
    settling.leave(alone(row), by=make_editor(), now=NOW)
    row.refresh_from_db()
    assert row.state == State.UNCERTAIN
    assert row.settled_at == NOW
    assert not Delivery.objects.to_settle().exists()
    assert AuditEntry.objects.get().verb == "leave uncertain"


def test_it_is_decided_once() -> None:
    row = make_row()
    settling.leave(alone(row), by=None, now=NOW)
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(MailingError, match="settled already"):
            decide(alone(row), by=None, now=NOW)


def test_what_is_certain_is_not_sent_again() -> None:
    mailing = make_mailing(readers=1)
    sending.drain(NOW)
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(MailingError):
            decide(alone(only_delivery()), by=None, now=NOW)
    assert states(mailing) == {"accepted": 1}


def test_nothing_of_a_cancelled_mailing_is_sent_again() -> None:
    make_uncertain()
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    row = only_delivery()
    with pytest.raises(MailingError, match="cancelled"):
        settling.send_again(alone(row), by=None, now=NOW)


def test_many_take_as_few_questions_as_two_and_one_line_in_the_trail() -> None:
    def asked(readers: int) -> int:
        mailing = make_uncertain(readers)
        with CaptureQueriesContext(connection) as questions:
            rows = mailing.deliveries.all()
            assert settling.leave(rows, by=make_editor(f"ed{readers}"), now=NOW) == readers
        return len(questions)

    assert asked(2) == asked(40)
    assert [entry.subject for entry in AuditEntry.objects.order_by("pk")] == [
        f"{readers} of {mailing}"
        for readers, mailing in zip([2, 40], Mailing.objects.order_by("pk"), strict=True)
    ]


def test_it_takes_the_permission() -> None:
    row = make_row()
    charlie = make_staff("charlie", "delivery.view_delivery")
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(NotAllowedError):
            decide(alone(row), by=charlie, now=NOW)
    assert only_delivery().state == State.UNCERTAIN
