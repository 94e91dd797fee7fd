"""What the pre-flight remembers: what was seen at an address, and what a person let pass."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from digest.models.issue import Issue


class VisitQuerySet(models.QuerySet["Visit"]):
    """Questions about addresses."""

    def due(self, now: datetime) -> Self:
        """Addresses somebody wants looked at, that nobody looks at now."""
        return self.filter(due_at__lte=now)


class Visit(models.Model):
    """One address in an issue, and what was there when it was last looked at."""

    class Seen(models.TextChoices):
        UNSEEN = "", "not looked at yet"
        FINE = "fine", "fine"
        MOVED = "moved", "moved"
        HOME = "home", "leads to the front page"
        DEAD = "dead", "gone"
        SILENT = "silent", "no answer"
        CLOSED = "closed", "closed to robots"

    # The hash of the address, letter by letter: http and https may answer differently.
    identity = models.UUIDField(unique=True)
    url = models.CharField(max_length=2000)
    seen = models.CharField(max_length=6, choices=Seen, default=Seen.UNSEEN, blank=True)
    # What it answered, in a sentence, and where it led.
    said = models.CharField(max_length=200, blank=True)
    led_to = models.CharField(max_length=2000, blank=True)
    looked_at = models.DateTimeField(null=True)
    # Since which look it was gone at every one.
    gone_since = models.DateTimeField(null=True)
    # Wanted since then; while it is looked at, the end of that worker's lease.
    due_at = models.DateTimeField(null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        indexes = [
            # Serves the worker's question which addresses are wanted.
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="visit_wanted"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Override(models.Model):
    """A blocker that a person let pass, with the reason. The audit trail has it too, for good."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="overrides")
    # digest.preflight.findings.Finding.key: of this check, this block and what was said of it.
    key = models.CharField(max_length=64)
    code = models.CharField(max_length=50)
    text = models.TextField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Outlives the account.
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "key"], name="override_once_a_finding"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"
