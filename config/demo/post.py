"""How far the demo's mail is."""

from django.db.models import Count
from django.utils import timezone

from delivery.models import Delivery, Mailing
from outbox.models import Receipt
from toolbox import mailbox


def pending() -> bool:
    """Whether anything waits for its first try: a fact to be told, a mailing, a mail."""
    return (
        Receipt.objects.filter(state=Receipt.State.OPEN, attempts=0).exists()
        or Mailing.objects.due(timezone.now()).exists()
        or Delivery.objects.open().exists()
    )


def summary() -> str:
    """What became of the mails, in one line."""
    ends = Delivery.objects.order_by().values_list("state").annotate(Count("pk"))
    counts = ", ".join(f"{count} {state}" for state, count in ends) or "none yet"
    return f"Mails of issues: {counts}; {len(mailbox.names())} mails in the local mailbox"
