"""Which install sends from this database."""

from django.db import models
from django.db.models import Q


class Instance(models.Model):
    """Who sends from this database: one row, to compare with what only this machine knows.

    A dump that is restored elsewhere, or of yesterday, brings the row along and not the other
    half: `delivery.fence`.
    """

    token = models.CharField(max_length=64)
    # When its clock last looked.
    seen_at = models.DateTimeField()
    # Why nothing leaves until a person says that this is the one; empty: it is.
    closed_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="instance_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.closed_because or "open"
