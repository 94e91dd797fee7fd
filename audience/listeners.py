"""What this room does when it hears of a fact."""

from django.utils import timezone

from audience import confirmation
from audience.signals import subscription_requested


@subscription_requested.listen("audience.send_confirmation")
def send_confirmation(subscriber_id: int) -> None:
    """Ask the address whether it was them."""
    confirmation.send(subscriber_id, now=timezone.now())
