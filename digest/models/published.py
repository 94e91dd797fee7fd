"""What was approved, word for word, and what it holds, flat."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from digest.models.issue import Issue
from publication.models import AppendOnlyQuerySet, SectionKind


class RenderedIssueQuerySet(AppendOnlyQuerySet):
    """Questions about what was frozen."""

    def corrections(self) -> Self:
        """Revisions that mended an issue after it came out, newest first."""
        return self.filter(item_uid__isnull=False).order_by("-created_at", "-pk")


class RenderedIssue(models.Model):
    """The artefact: every output of one issue from one read of its blocks. Append-only.

    Approving writes revision 1; a correction adds a revision, the mailing keeps its own.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="rendered")
    revision = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    preheader = models.CharField(max_length=200, blank=True)
    email_html = models.TextField()
    email_text = models.TextField()
    web_body = models.TextField()
    feed_body = models.TextField()
    # The items as values: what publishing writes to PublishedItem and dates in the queue.
    items = models.JSONField(default=list)
    # Where each section stands in the mail: digest.parts. Empty: it goes out whole.
    parts = models.JSONField(default=list)
    # digest.fingerprint at the moment of approval: an issue edited since is no longer this one.
    fingerprint = models.CharField(max_length=64)
    # What a correction says of itself, dated, on the page. Revision 1 has nothing to say.
    note = models.CharField(max_length=300, blank=True)
    # The item it is about, and whether the next issue is to tell it, too.
    item_uid = models.UUIDField(null=True, db_index=True)
    erratum = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RenderedIssueQuerySet.as_manager()

    class Meta:
        ordering = ["-revision"]
        get_latest_by = "revision"
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "revision"], name="rendered_once_per_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue}, revision {self.revision}"


class PublishedItemQuerySet(models.QuerySet["PublishedItem"]):
    """Questions about what ran."""

    def on_pages(self) -> Self:
        """What public pages show, newest issue first."""
        return self.filter(in_web=True)

    def in_feeds(self) -> Self:
        """What feeds hold, newest issue first."""
        return self.filter(in_feeds=True)


class PublishedItem(models.Model):
    """One published item. The flat table of search, section, source and planet pages."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items")
    # Of the issue. What came first is told by the day: an imported issue may have a high number.
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    uid = models.UUIDField(unique=True)
    section_slug = models.CharField(max_length=50, blank=True)
    section_title = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=SectionKind)
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=2000, blank=True)
    domain = models.CharField(max_length=255, blank=True)
    # What was said of it, as rich text for feeds and in plain words for search.
    blurb = models.TextField(blank=True)
    text = models.TextField(blank=True)
    # Of what was paid for: shown wherever it is.
    label = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField()
    # Off: it ran elsewhere only. Public pages leave it out; whether a job is new counts it.
    in_web = models.BooleanField(default=True)
    in_feeds = models.BooleanField(default=True)

    # Set on what a search found: digest.searching.
    marked_title: str = ""
    excerpt: str = ""

    objects = PublishedItemQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-number", "position"]
        indexes = [
            # Serves the search: its answers, newest issue first.
            models.Index(fields=["-published_at", "-number", "position"], name="item_by_time"),
            # Serves a section's page: everything that ran in it, newest issue first.
            models.Index(
                fields=["section_slug", "-published_at", "-number", "position"],
                name="item_by_section",
            ),
            # Serves the list of sections: their names, without reading the items.
            models.Index(
                fields=["section_slug"],
                condition=Q(in_web=True) & ~Q(kind="sponsor"),
                name="item_by_shelf",
            ),
            # Serves a source's page: everything from one host, newest issue first.
            models.Index(
                fields=["domain", "-published_at", "-number", "position"], name="item_by_domain"
            ),
        ]

    def __str__(self) -> str:
        return self.title
