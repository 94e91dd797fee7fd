"""Feeds, and what each of them said."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from publication.models import Section

URL_LENGTH = 2000
# A poll that is not done after so long was killed.
POLL_LASTS = timedelta(minutes=10)


# A feed that fell silent is told apart from one that never said much: below this nobody worries.
SILENT_FROM = timedelta(days=14)
# A feed that fails is worth a mail once a weekend cannot explain it.
FAILING_FROM = timedelta(hours=48)


class FeedQuerySet(models.QuerySet["Feed"]):
    """Questions about feeds."""

    def polled(self) -> Self:
        """Feeds that are asked at all."""
        return self.filter(state=Feed.State.ACTIVE)

    def due(self, now: datetime) -> Self:
        """Feeds whose next poll has come, never polled ones first, then the longest waiting."""
        come = Q(next_poll_at=None) | Q(next_poll_at__lte=now)
        return self.polled().filter(come).order_by(F("next_poll_at").asc(nulls_first=True), "pk")

    def failing(self) -> Self:
        """Feeds that are asked and could not be had the last time."""
        return self.polled().filter(error_streak__gt=0)

    def silent(self, now: datetime) -> Self:
        """Feeds that answer and have said nothing new for three times their usual gap."""
        gap = F("usual_gap")
        spoke = self.polled().filter(error_streak=0, last_new_at__lt=now - SILENT_FROM)
        missed_at = F("last_new_at") + gap + gap + gap
        return spoke.alias(missed_at=missed_at).filter(missed_at__lt=now)

    def ailing(self, now: datetime) -> Self:
        """Feeds the editors should hear of: failing for two days, silent, or given up."""
        failing = self.failing().filter(failing_since__lte=now - FAILING_FROM)
        given_up = self.filter(state=Feed.State.RETIRED, error_streak__gt=0)
        found = (part.order_by().values("pk") for part in (failing, given_up, self.silent(now)))
        return self.filter(Q(*(("pk__in", pks) for pks in found), _connector=Q.OR))

    def well(self, now: datetime) -> Self:
        """Feeds that nobody needs to be told of: they speak, or a person put them to rest."""
        at_rest = Q(state=Feed.State.PAUSED)
        silent = self.silent(now).order_by().values("pk")
        return self.filter(at_rest | Q(error_streak=0)).exclude(pk__in=silent)

    def in_hand(self, now: datetime) -> Self:
        """Feeds that a poll is asking at this moment."""
        open_ = Q(last_poll_at=None) | Q(last_poll_at__lt=F("asked_at"))
        return self.filter(open_, asked_at__gt=now - POLL_LASTS)


class Feed(models.Model):
    """A source that is polled: an RSS, Atom, RDF or JSON feed at one address."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        RETIRED = "retired", "Retired"

    # Text that a constraint or an index must hold stays below PostgreSQL's 2,704 bytes a row.
    url = models.CharField(max_length=URL_LENGTH, unique=True, verbose_name="feed address")
    title = models.CharField(max_length=300, blank=True)
    site_url = models.CharField(max_length=URL_LENGTH, blank=True, verbose_name="site")
    section = models.ForeignKey(
        Section,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="Suggested for what this feed brings.",
    )
    category = models.CharField(
        max_length=200, blank=True, help_text="Its folder in the list it was imported from."
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    format = models.CharField(max_length=20, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body_hash = models.CharField(max_length=64, blank=True)

    # The usual time between two of its entries; decides how often it is asked.
    usual_gap = models.DurationField(null=True, blank=True)
    # How long it says itself that it may be kept before it is asked again: ttl, updatePeriod.
    pace = models.DurationField(null=True, blank=True)
    next_poll_at = models.DateTimeField(null=True, blank=True)
    last_poll_at = models.DateTimeField(null=True, blank=True)
    # When a poll took it on; until `last_poll_at` has caught up it is being asked.
    asked_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    # When the editors were mailed that it fails or is silent; empty while it is well.
    alerted_at = models.DateTimeField(null=True, blank=True)
    error_streak = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True, help_text="In plain words.")
    # What was read, though not all was well: cut to 500 entries, truncated, wrongly encoded.
    warning = models.CharField(max_length=500, blank=True)

    # When it last sent its whole body, and not "unchanged".
    last_body_at = models.DateTimeField(null=True, blank=True)
    # The address was that of a page, and these are the feeds it names: [address, title].
    candidates = models.JSONField(default=list, blank=True)
    # What its line in an imported list said beyond our columns, to go out again with it.
    outline = models.JSONField(default=dict, blank=True)

    # A permanent redirect is believed after three equal answers over seven days.
    moved_to = models.CharField(max_length=URL_LENGTH, blank=True)
    moved_since = models.DateTimeField(null=True, blank=True)
    moved_streak = models.PositiveSmallIntegerField(default=0)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["title", "url"]
        indexes = [
            # Serves FeedQuerySet.due, asked by every tick of the clock.
            models.Index(
                fields=["next_poll_at"],
                condition=Q(state="active"),
                name="feed_active_by_next_poll",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url


class Entry(models.Model):
    """What one feed said, once. The raw guid, address and date are kept beside what we read."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="entries")
    # curation.identity.entry_identity: guid, link, or title and date, in 16 bytes.
    identity = models.UUIDField()
    link = models.ForeignKey(
        "curation.Link", null=True, blank=True, on_delete=models.SET_NULL, related_name="entries"
    )
    guid = models.TextField(blank=True)
    url = models.TextField(blank=True)
    title = models.CharField(max_length=500)
    raw_title = models.TextField(blank=True)
    author = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=list, blank=True)
    raw_date = models.CharField(max_length=100, blank=True)
    published_at = models.DateTimeField()
    # The feed gave no date, or one that cannot be: `published_at` is then when we first saw it.
    date_is_ours = models.BooleanField(default=False)
    # Some of its text came garbled; `content.garbled` holds it as it came.
    repaired = models.BooleanField(default=False)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "identity"], name="entry_once_per_feed"),
        ]
        indexes = [
            # Serves the planet page: the newest entries of all feeds.
            models.Index(fields=["-published_at", "-id"], name="entry_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class EntryContent(models.Model):
    """The HTML of an entry, cleaned on the way in. Apart, so that lists read narrow rows."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.CASCADE, related_name="content"
    )
    html = models.TextField(blank=True)
    # By field: what came garbled and was repaired, as it came.
    garbled = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Content of {self.entry_id}"
