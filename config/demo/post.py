"""How far the demo's mail is."""

from django.db.models import Count, Q
from django.utils import timezone

from delivery.models import Delivery, Mailing
from outbox.models import Receipt
from toolbox import mailbox


def pending() -> bool:
    """Whether anything waits for its first try, or is in it: a fact to be told, a mailing, a mail.

    What failed once waits for its pause; the demo does not.
    """
    untold = Q(attempts=0) | Q(attempts=1, lease_until__gt=timezone.now())
    return (
        Receipt.objects.filter(untold, state=Receipt.State.OPEN).exists()
        or Mailing.objects.due(timezone.now()).exists()
        or Delivery.objects.open().exists()
    )


def summary() -> str:
    """What became of the mails, in one line."""
    ends = Delivery.objects.order_by().values_list("state").annotate(Count("pk"))
    counts = ", ".join(f"{count} {state}" for state, count in ends) or "none yet"
    return f"Mails of issues: {counts}; {len(mailbox.names())} mails in the local mailbox"
