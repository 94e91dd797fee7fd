"""The link: what an editor sees in the queue, and the addresses it is known by."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from curation.models.feed import URL_LENGTH
from publication.models import Section

NARROWED_BY = ("section", "kind", "language")
# Leaves out what ran since it was chosen, without a look at where: the same words as the index.
UNSETTLED = Q(settled_at=None) | Q(settled_at__lt=F("state_since"))


# The reason of what curation.flood holds aside.
HELD = "Held aside: its feed brought many old entries at once"


class LinkQuerySet(models.QuerySet["Link"]):
    """Questions about links. A merged link answers none of them."""

    def update(self, **kwargs: Any) -> int:
        """As Django's; where a version grows, `changed_at` follows, whichever verb wrote it."""
        if "version" in kwargs:
            kwargs.setdefault("changed_at", timezone.now())
        return super().update(**kwargs)

    def standing(self) -> Self:
        """Links in their own right."""
        return self.filter(merged_into=None)

    def waiting(self, now: datetime) -> Self:
        """Links an editor should look at: new ones that no rule hides, and those whose snooze
        is over."""
        woken = Q(state=Link.State.SNOOZED, snoozed_until__lte=now)
        return self.standing().shown().filter(Q(state=Link.State.NEW) | woken)

    def shown(self) -> Self:
        """Links that no rule keeps out of the queue."""
        return self.filter(hidden_by="")

    def hidden(self) -> Self:
        """Links that would wait, did not a rule keep them out of the queue."""
        return self.standing().exclude(hidden_by="")

    def shortlisted(self) -> Self:
        """Links chosen for an issue, placed or not."""
        return self.standing().filter(state=Link.State.SHORTLISTED)

    def due_for_check(self, state: "Link.State", now: datetime) -> Self:
        """Links of one state whose page is to be looked at, newest first: once each, and again
        where it could not be had."""
        come = Q(next_check_at=None) | Q(next_check_at__lte=now)
        unchecked = self.standing().filter(come, state=state, hidden_by="", checked_at=None)
        return unchecked.order_by("-pk")

    def unplaced(self) -> Self:
        """The shortlist: chosen, and not placed since. What ran before may be chosen again."""
        left = self.shortlisted().filter(UNSETTLED)
        return left.exclude(uses__placed_at__gte=F("state_since"))

    def due_for_score(self, now: datetime) -> Self:
        """Waiting links whose score is to be looked at, the longest due first."""
        due = self.standing().filter(state=Link.State.NEW, next_score_at__lte=now)
        return due.order_by("next_score_at")


class Link(models.Model):
    """One story, whoever brought it. Placed and published are uses, not states."""

    class State(models.TextChoices):
        NEW = "new", "New"
        SHORTLISTED = "shortlisted", "Shortlisted"
        REJECTED = "rejected", "Rejected"
        SNOOZED = "snoozed", "Snoozed"

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        VIDEO = "video", "Video"
        PODCAST = "podcast", "Podcast"
        PROJECT = "project", "Project"
        RELEASE = "release", "Release"
        JOB = "job", "Job"
        EVENT = "event", "Event"
        FORUM = "forum", "Forum"

    class Origin(models.TextChoices):
        FEED = "feed", "Feed"
        BOOKMARKLET = "bookmarklet", "Bookmarklet"
        SUBMISSION = "submission", "Submission"
        IMPORT = "import", "Import"

    url = models.CharField(max_length=URL_LENGTH)
    title = models.CharField(max_length=500)
    # The title as it came, where it is shown without the name of its site and the like.
    raw_title = models.TextField(blank=True)
    blurb = models.TextField(blank=True)
    source_label = models.CharField(max_length=100, blank=True)
    author = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, blank=True)
    image = models.CharField(max_length=URL_LENGTH, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="links"
    )
    section_reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    # What curation.scoring made of it, why in words, and when to look again.
    score = models.FloatField(default=0)
    score_reason = models.CharField(max_length=200, blank=True)
    next_score_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.FEED)
    submitted_by = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField()
    seen_at = models.DateTimeField(auto_now_add=True)
    # When its page was last asked where it redirects and what it says of itself, and when again.
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)

    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    state_since = models.DateTimeField(auto_now_add=True)
    reject_reason = models.CharField(max_length=200, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # When it was placed last in an issue that came out; kept by curation.uses.
    settled_at = models.DateTimeField(null=True, blank=True)
    # The rule that keeps it out of the queue, in words.
    hidden_by = models.CharField(max_length=200, blank=True)
    # The number of an issue whose story this goes on with.
    follow_up_of = models.PositiveIntegerField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )
    # Grows with every deed: two editors never act on the same link unknowingly.
    version = models.PositiveIntegerField(default=0)
    # When the version last grew; an open queue page asks for what changed since it last asked.
    changed_at = models.DateTimeField(default=timezone.now)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        permissions = [("triage_link", "Can sort the queue: shortlist, reject, snooze")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="snoozed") | Q(snoozed_until__isnull=False),
                name="link_snoozed_has_until",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="link_not_merged_into_itself",
            ),
        ]
        # After its order each index carries what the queue can be narrowed by, so that a filter
        # that hits little reads the index through and not the table.
        indexes = [
            # Serves the queue: LinkQuerySet.waiting, newest first.
            models.Index(
                fields=["state", "hidden_by", "-published_at", "-id", *NARROWED_BY],
                condition=Q(merged_into=None),
                name="link_by_state_newest",
            ),
            # Serves the queue's other shelves: shortlisted, snoozed, rejected, latest deed first.
            models.Index(
                fields=["state", "-state_since", "-id", *NARROWED_BY, "published_at"],
                condition=Q(merged_into=None),
                name="link_by_state_since",
            ),
            # Serves LinkQuerySet.unplaced, latest deed first: few among years of what ran.
            models.Index(
                fields=["state", "-state_since", "-id", *NARROWED_BY, "published_at"],
                condition=Q(state="shortlisted", merged_into=None) & UNSETTLED,
                name="link_unsettled",
            ),
            # Serves every shelf in the order of the score.
            models.Index(
                fields=["state", "hidden_by", "-score", "-id", *NARROWED_BY, "published_at"],
                condition=Q(merged_into=None),
                name="link_by_state_score",
            ),
            # Serves the shelf of everything.
            models.Index(
                fields=["-published_at", "-id", *NARROWED_BY],
                condition=Q(merged_into=None),
                name="link_newest",
            ),
            # Serves LinkQuerySet.hidden, newest first: few among many.
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(merged_into=None) & ~Q(hidden_by=""),
                name="link_hidden_newest",
            ),
            # Serves curation.flood: what waits for a decision, few among all that was rejected.
            models.Index(
                fields=["reject_reason"],
                condition=Q(state="rejected", reject_reason=HELD, merged_into=None),
                name="link_held",
            ),
            # Serves LinkQuerySet.due_for_check, asked by every tick of the clock.
            models.Index(
                fields=["state", "hidden_by", "-id"],
                condition=Q(checked_at=None, merged_into=None),
                name="link_unchecked_newest",
            ),
            # Serves those whose snooze ends: few of the many that sleep.
            models.Index(
                fields=["snoozed_until"], condition=Q(state="snoozed"), name="link_by_snooze"
            ),
            # Serves open queue pages: what changed since they last asked.
            models.Index(fields=["changed_at"], name="link_by_change"),
            # Serves curation.ranking: waiting links whose score is due.
            models.Index(
                fields=["next_score_at"],
                condition=Q(state="new", merged_into=None),
                name="link_by_next_score",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LinkAddress(models.Model):
    """A canonical address a link is known by. Redirects, rel=canonical and merges add more."""

    # curation.identity.address_identity: 16 bytes of the canonical URL's hash.
    identity = models.UUIDField(unique=True)
    url = models.TextField()
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="addresses")

    class Meta:
        verbose_name_plural = "link addresses"

    def __str__(self) -> str:
        return self.url


class LinkHint(models.Model):
    """Two links that may be one story, by what a page said. Proposed to a person, never decided."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="hints")
    other = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "other"], name="linkhint_once"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} and {self.other_id}: {self.reason}"
