"""Facts on their way. A Fact is what happened; a Receipt is what one listener makes of it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class Fact(models.Model):
    """Something that happened, in the words of its sender. Stored with the sender's rows."""

    signal = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    happened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.signal} {self.arguments}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Questions about what is still to be told."""

    def due(self, now: datetime) -> Self:
        """Open receipts whose pause is over and whom nobody is working on."""
        return self.filter(state=Receipt.State.OPEN, next_try_at__lte=now).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )


class Receipt(models.Model):
    """One listener's duty towards one fact."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        GIVEN_UP = "given_up", "Given up"

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="receipts")
    listener = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["fact", "listener"], name="receipt_once_per_listener"),
        ]
        indexes = [
            # Serves ReceiptQuerySet.due, asked every few seconds over a table that only grows.
            models.Index(
                fields=["next_try_at"], condition=Q(state="open"), name="receipt_open_by_try"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact.signal} → {self.listener}"
