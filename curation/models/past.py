"""What ran, as it ran: remembered so that nothing runs twice unknowingly."""

from django.db import models


class PastItem(models.Model):
    """One item of a published issue, in the words that readers saw.

    Beside LinkUse, since an item may have been typed in or imported, and its words may have been
    edited. Written by the digest through `curation.memory`; plain values only.
    """

    block_uid = models.UUIDField(unique=True)
    issue_number = models.PositiveIntegerField()
    section = models.CharField(max_length=100)
    title = models.CharField(max_length=500)
    blurb = models.TextField(blank=True)
    url = models.TextField(blank=True)
    # curation.identity.address_identity of `url`; none without a web address.
    address = models.UUIDField(null=True, blank=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at", "pk"]
        indexes = [
            # Serves "did this address run?", over all issues.
            models.Index(fields=["address"], name="pastitem_by_address"),
            # Serves the comparison of words: the latest items.
            models.Index(fields=["-published_at", "-id"], name="pastitem_newest"),
        ]

    def __str__(self) -> str:
        return f"#{self.issue_number}: {self.title}"
