"""What tests ask a doomed process to do: each the product's own way, from a door inwards."""

from django.utils import timezone

from config import clock
from delivery import mailings, sending
from delivery.models import Mailing
from digest import publishing
from digest.models import Issue
from tests.tasks import work_off


def publish(number: int) -> None:
    """The click: publish an approved issue and mail it at once."""
    now = timezone.now()
    publishing.publish(Issue.objects.get(number=number), by=None, now=now, mail_at=now)


def work() -> None:
    """A worker, until nothing waits."""
    work_off()


def sweep() -> None:
    """One look of the clock."""
    assert not clock.tick(timezone.now()).failed


def release() -> None:
    """Let out the mailings that are due."""
    mailings.release_due(timezone.now())


def send() -> None:
    """A shift of sending, whatever the tasks say."""
    sending.drain(timezone.now())


def pause() -> None:
    """An editor holds back the only mailing."""
    mailings.pause(Mailing.objects.get(), by=None)
