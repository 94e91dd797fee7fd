"""What became of a link: where it ran, and who did what to it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from curation.models.link import Link

# After this deed a link does not stand for itself; the other two make it stand again.
MERGED, UNMERGED, SPLIT = "merged", "unmerged", "split off"


class LinkUse(models.Model):
    """A place a link stands in. Written by the digest through `curation.uses`; plain values only.

    "Ran in #N" is answered here. A use without a date is placed in a draft.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="uses")
    issue_number = models.PositiveIntegerField(db_index=True)
    section = models.CharField(max_length=100)
    block_uid = models.UUIDField(unique=True)
    placed_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["issue_number", "pk"]

    def __str__(self) -> str:
        return f"#{self.issue_number}, {self.section}"


class LinkEventQuerySet(models.QuerySet["LinkEvent"]):
    """Questions about deeds."""

    def undoable(self) -> Self:
        """Deeds that still stand and may be taken back: nobody did anything to the link after,
        it was not merged in another deed, and no issue has taken it since."""
        later = LinkEvent.objects.filter(
            link=OuterRef("link"), undone_at=None, pk__gt=OuterRef("pk")
        )
        placed = LinkUse.objects.filter(link=OuterRef("link"), placed_at__gte=OuterRef("at"))
        there = Q(link__merged_into=None) | Q(verb=MERGED)
        return self.filter(there, ~Exists(later), ~Exists(placed), undone_at=None)


class LinkEvent(models.Model):
    """One deed on one link: who, when, what, and the values before and after. History and undo."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=20)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # Shared by deeds that were one act, and are one to undo.
    batch = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    objects = LinkEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # Serves undo: the newest deed of one person that still stands.
            models.Index(
                fields=["actor", "-id"], condition=Q(undone_at=None), name="linkevent_undoable"
            ),
            # Serves undo of what was done to several links in one act.
            models.Index(
                fields=["batch"], condition=Q(batch__isnull=False), name="linkevent_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.link_id}"
