"""What this room does when it hears of a fact, or is asked."""

from django.dispatch import receiver
from django.utils import timezone

from audience.models import Subscriber
from audience.signals import subscriber_confirmed
from delivery import mailings, telling, welcoming
from delivery.models import Mailing
from delivery.signals import mailing_held, sending_stopped
from delivery.tasks import send_due
from digest.signals import issue_published, readers_asked
from toolbox.nudges import nudge


@issue_published.listen("delivery.start_mailing")
def start_mailing(issue_id: int, revision: int | None = None, **_: object) -> None:
    """Plan its mailing, if it is to be mailed. Facts from before `revision` was told lack it."""
    if mailings.start(issue_id, revision) is not None:
        nudge(send_due)


@subscriber_confirmed.listen("delivery.welcome")
def welcome(subscriber_id: int) -> None:
    """Queue the latest issue for somebody new; told twice it is queued once."""
    if welcoming.welcome(subscriber_id):
        nudge(send_due)


@mailing_held.listen("delivery.tell_held")
def tell_held(mailing_id: int, reason: str) -> None:
    """Ask the editors to look."""
    telling.tell_held(Mailing.objects.select_related("issue").get(pk=mailing_id), reason)


@sending_stopped.listen("delivery.tell_stopped")
def tell_stopped(reason: str) -> None:
    """Ask the editors to look."""
    telling.tell_stopped(reason)


@receiver(readers_asked)
def count_readers(**_: object) -> int:
    """Whom an issue would go to that is mailed now."""
    return Subscriber.objects.mailable(timezone.now()).count()
