"""Who we are. One row of Publication, the shelves links are sorted onto, and the audit trail."""

from typing import Any, NoReturn

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from publication.look import Look, look
from publication.validators import (
    all_mailable,
    known_time_zone,
    language_tag,
    mailable,
    single_line,
)


class Weekday(models.IntegerChoices):
    """ISO weekdays, as `datetime.date.isoweekday` counts them."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Publication(models.Model):
    """The newsletter itself: what it is called, how it looks, who sends it. Exactly one row."""

    name = models.CharField(max_length=100, validators=[single_line])
    tagline = models.CharField(max_length=200, blank=True, validators=[single_line])
    about = models.TextField(blank=True, help_text="Shown on the about page.")
    accent = models.CharField(
        max_length=7,
        default="#0c4b33",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write a colour as #0c4b33.")],
        help_text="The one colour of the site and the mails, as #rrggbb.",
    )
    sender_name = models.CharField(max_length=100, validators=[single_line])
    sender_email = models.EmailField(validators=[mailable])
    reply_to = models.EmailField(blank=True, validators=[mailable])
    postal_address = models.CharField(
        max_length=300, help_text="Printed below every mail, as the law asks in many countries."
    )
    seed_list = models.TextField(
        blank=True,
        validators=[all_mailable],
        help_text="Who gets test mails beside you, one address a line: inboxes to look at them in.",
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_time_zone])
    language = models.CharField(
        max_length=12,
        default="en",
        validators=[language_tag],
        help_text="BCP 47, such as en or pt-BR.",
    )
    publishing_day = models.PositiveSmallIntegerField(
        choices=Weekday.choices, default=Weekday.FRIDAY
    )

    takes_links = models.BooleanField(
        "takes links from readers",
        default=True,
        help_text="Off: the page for suggestions says that none are taken,"
        " and nothing leads there.",
    )

    class Meta:
        verbose_name_plural = "publication"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="publication_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def look(self) -> Look:
        """The colours and fonts of its pages and mails."""
        return look(self.accent)


class SectionKind(models.TextChoices):
    """What a section holds; decides which blocks may stand in it."""

    LINKS = "links", "Links"
    TEXT = "text", "Text"
    JOBS = "jobs", "Jobs"
    PROJECTS = "projects", "Projects"
    EVENTS = "events", "Events"
    MEDIA = "media", "Videos and podcasts"
    SPONSOR = "sponsor", "Sponsor"


class SectionQuerySet(models.QuerySet["Section"]):
    """Questions about the shelves."""

    def active(self) -> "SectionQuerySet":
        """The shelves of the next issue, in their order."""
        return self.filter(active=True)


class Section(models.Model):
    """A shelf links are sorted onto, and the template of a new issue's sections."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=SectionKind, default=SectionKind.LINKS)
    position = models.PositiveSmallIntegerField(default=0, db_index=True)
    active = models.BooleanField(default=True, help_text="Part of every new issue.")

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class AppendOnlyError(Exception):
    """Somebody tried to rewrite what is written once."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are added and read, never changed or deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted.")


class AuditEntry(models.Model):
    """Who did what to which thing, and when. Written by verbs, in their transaction."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Outlives the account: a row must still say who after the person left.
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=50)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            # Serves "everything that was done to this thing".
            models.Index(fields=["subject", "-at"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.subject}"
