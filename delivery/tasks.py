from django.tasks import task
from django.utils import timezone

from delivery import mailings, sending
from delivery.models import Mailing
from toolbox.nudges import nudge


@task(queue_name="mail")
def send_due() -> dict[str, int]:
    """Let out what is due and send for a few seconds; look again at once if that got somewhere."""
    mailings.release_due(timezone.now())
    sent = sending.drain(timezone.now())
    if sent and Mailing.objects.with_work(timezone.now()).exists():
        nudge(send_due)
    return dict(sent)
