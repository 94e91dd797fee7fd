"""Erasing a person: nothing of the address is left but its hash, which keeps it out for good."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from audience.consent import note
from audience.models import ConsentEvent, Subscriber, Suppression
from publication import access

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def erase(subscriber: Subscriber, *, by: "User | None", now: datetime) -> None:
    """Erase them, mid-mailing too: what has not left is skipped. Raises NotAllowedError.

    `by`: the person of the staff who does it; None: they themselves.
    """
    access.require(by, "audience.erase_subscriber")
    Suppression.objects.get_or_create(
        address_key=subscriber.address_key, defaults={"reason": Suppression.Reason.UNSUBSCRIBED}
    )
    note(subscriber, ConsentEvent.What.ERASED, now)
    kind = ContentType.objects.get_for_model(Subscriber)
    LogEntry.objects.filter(content_type=kind, object_id=str(subscriber.pk)).delete()
    access.record(by, "erase", f"Subscriber {subscriber.pk}")
    subscriber.delete()
