"""What is told of a mail after it was sent, and a person's word that it no longer counts."""

from django.conf import settings
from django.db import models

from delivery.models.ledger import Delivery
from publication.models import AppendOnlyQuerySet


class MailEvent(models.Model):
    """What a mail server or service told of one mail after it was sent. Never changed.

    Kept by the address's hash: what is told of an address counts against it, whoever has it.
    """

    class What(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        HARD = "hard", "Bounced: no such address"
        SOFT = "soft", "Bounced: not this time"
        # Speaks of the sender or of what was said, and never counts against the person.
        BLOCKED = "blocked", "Refused as spam or by policy"
        COMPLAINED = "complained", "Reported as spam"
        LEFT = "left", "Left at the mail service"

    # Who told us, and its own number for it: told again, it is the same.
    source = models.CharField(max_length=30)
    event_id = models.CharField(max_length=100)
    what = models.CharField(max_length=10, choices=What)
    # When it happened, as the source says, and when we were told.
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    # As the source names the mail; it may be told of before we have that name ourselves.
    message_id = models.CharField(max_length=200, db_index=True)
    # Of the address the source says it is about, where it says so.
    named_key = models.CharField(max_length=64, blank=True)
    # Empty: it is about a mail that is not known here (yet).
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.PROTECT, related_name="events"
    )
    address_key = models.CharField(max_length=64, blank=True, db_index=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} ({self.source})"


class Pardon(models.Model):
    """A person's word that what was told of an address until then no longer counts."""

    address_key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_name = models.CharField(max_length=150)
    why = models.CharField(max_length=300)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.why}"
