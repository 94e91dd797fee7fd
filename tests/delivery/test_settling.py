"""What may or may not have arrived is for a person to decide, once."""

import pytest

from delivery import ledger, sending, settling
from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from delivery.progress import obstacle
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.delivery.makers import make_mailing, only_delivery, states
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db
State = Delivery.State


def make_uncertain() -> Delivery:
    """What a worker left that died between the dot and the answer."""
    make_mailing(readers=1)
    claim = ledger.Claim()
    claim.mark(claim.take(1, NOW), NOW)
    ledger.recover(NOW + 2 * ledger.LEASE)
    return only_delivery()


def test_sent_again_it_keeps_its_message_id() -> None:
    row = make_uncertain()
    settling.send_again(row, by=make_editor(), now=NOW)
    assert sending.drain(NOW) == {"accepted": 1}
    assert only_delivery().message_id == row.message_id
    assert AuditEntry.objects.get().verb == "send again"


def test_sent_again_it_does_not_read_as_refused() -> None:
    row = make_uncertain()
    settling.send_again(row, by=make_editor(), now=NOW)
    assert obstacle(row.mailing) == ""


def test_sent_again_the_dead_worker_can_no_longer_speak_for_it() -> None:
    row = make_uncertain()
    assert row.claim is not None
    settling.send_again(row, by=None, now=NOW)
    assert only_delivery().claim is None


def test_left_it_stays_uncertain_and_leaves_the_list() -> None:
    row = make_uncertain()
    settling.leave(row, by=make_editor(), now=NOW)
    assert row.state == State.UNCERTAIN
    assert row.settled_at == NOW
    assert not Delivery.objects.to_settle().exists()
    assert AuditEntry.objects.get().verb == "leave uncertain"


def test_it_is_decided_once() -> None:
    row = make_uncertain()
    settling.leave(row, by=None, now=NOW)
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(MailingError, match="settled already"):
            decide(row, by=None, now=NOW)


def test_what_is_certain_is_not_sent_again() -> None:
    mailing = make_mailing(readers=1)
    sending.drain(NOW)
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(MailingError):
            decide(only_delivery(), by=None, now=NOW)
    assert states(mailing) == {"accepted": 1}


def test_nothing_of_a_cancelled_mailing_is_sent_again() -> None:
    make_uncertain()
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    row = only_delivery()
    with pytest.raises(MailingError, match="cancelled"):
        settling.send_again(row, by=None, now=NOW)


def test_it_takes_the_permission() -> None:
    row = make_uncertain()
    charlie = make_staff("charlie", "delivery.view_delivery")
    for decide in (settling.leave, settling.send_again):
        with pytest.raises(NotAllowedError):
            decide(row, by=charlie, now=NOW)
    assert only_delivery().state == State.UNCERTAIN
