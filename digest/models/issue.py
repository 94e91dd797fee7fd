"""The issue and its own sections."""

from datetime import datetime
from typing import Self

from content_editor.models import Region
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django_prose_editor.fields import ProseEditorField

from publication.models import Section, SectionKind

# The restricted rich text of blurbs and intros: what every output can carry.
RICH_TEXT = {
    "Bold": True,
    "Italic": True,
    "Code": True,
    "Link": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "HardBreak": True,
}


class IssueQuerySet(models.QuerySet["Issue"]):
    """Questions about issues."""

    def published(self) -> Self:
        """Issues anybody may read, newest first."""
        return self.filter(state=Issue.State.PUBLISHED).order_by("-number")

    def before(self, issue: "Issue") -> Self:
        """Issues dated before `issue`, or that day with a lower number; the last one first."""
        same_day = Q(date=issue.date, number__lt=issue.number)
        return self.filter(Q(date__lt=issue.date) | same_day).order_by("-date", "-number")

    def due(self, now: datetime) -> Self:
        """Approved issues whose hour has come."""
        return self.filter(state=Issue.State.READY, publish_at__lte=now)


class Issue(models.Model):
    """One number of the newsletter."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        READY = "ready", "Ready"
        PUBLISHED = "published", "Published"

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200, blank=True)
    subject = models.CharField(
        max_length=200, blank=True, help_text="Of the mail. Empty: the title is used."
    )
    preheader = models.CharField(
        max_length=200, blank=True, help_text="Shown after the subject in a list of mails."
    )
    date = models.DateField(help_text="Printed on the issue.")
    publish_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never mailed.")
    state = models.CharField(
        max_length=10, choices=State, default=State.DRAFT, editable=False, db_index=True
    )
    published_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        permissions = [
            ("approve_issue", "Can approve an issue"),
            ("publish_issue", "Can publish an issue"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="issue_published_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("archive:issue", args=[self.number])

    @property
    def heading(self) -> str:
        """What readers know it by."""
        return self.title or f"Issue {self.number}"

    @cached_property
    def regions(self) -> list[Region]:
        """This issue's sections as content-editor's regions. An unsaved issue has none."""
        if not self.pk:
            return []
        return [Region(key=section.key, title=section.title) for section in self.sections.all()]


class IssueSection(models.Model):
    """A section of this issue: its own copy, so that past issues never change."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=SectionKind, default=SectionKind.LINKS)
    position = models.PositiveSmallIntegerField(default=0)
    intro = ProseEditorField(blank=True, extensions=RICH_TEXT, sanitize=True)
    hidden = models.BooleanField(default=False, help_text="Kept here, left out of every output.")
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """The region's key. The kind is in it: it says which blocks may stand here."""
        return f"{self.kind}_{self.pk}"
