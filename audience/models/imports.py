"""A list of subscribers that was uploaded, and how far it is."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class ImportQuerySet(models.QuerySet["Import"]):
    """Questions about uploaded lists."""

    def due(self) -> Self:
        """Those a worker has something to do for: to count, or to take in."""
        return self.filter(state__in=[Import.State.COUNTING, Import.State.TAKING_IN])

    def abandoned(self, before: datetime) -> Self:
        """Those that were counted, and nobody came back to."""
        return self.filter(state=Import.State.COUNTED, uploaded_at__lt=before)


class Import(models.Model):
    """One list: counted first, taken in when a person says so, and then forgotten.

    What is left of it are figures. The list itself, full of addresses, is emptied at the end.
    """

    class State(models.TextChoices):
        COUNTING = "counting", "Being counted"
        COUNTED = "counted", "Counted: nothing is changed yet"
        TAKING_IN = "taking_in", "Being taken in"
        DONE = "done", "Done"
        FAILED = "failed", "Not taken in"
        DROPPED = "dropped", "Dropped"

    name = models.CharField(max_length=200)
    # gzip: an upload reaches a worker on another machine, and a backup, by the database.
    content = models.BinaryField(default=bytes)
    state = models.CharField(max_length=10, choices=State, default=State.COUNTING, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # Lines of the table that were looked at, with all that came of them, in one commit.
    line = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    # The first of the refused and the doubted: [line, reason]. No address stands in it.
    refused = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "failed", "dropped"]) | Q(content=b""),
                name="import_ended_is_emptied",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_busy(self) -> bool:
        """A worker has it, or will."""
        return self.state in {Import.State.COUNTING, Import.State.TAKING_IN}
