"""Sending it, once to each: the mailing, the mail, and one row for every person."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from audience.models import Subscriber
from digest.models import Issue, RenderedIssue


class MailingQuerySet(models.QuerySet["Mailing"]):
    """Questions about mailings."""

    def due(self, now: datetime) -> Self:
        """Mailings whose hour has come and that nobody holds back."""
        return self.filter(state=Mailing.State.SCHEDULED, mail_at__lte=now)

    def running(self) -> Self:
        """Released ones that are not through."""
        opened = Delivery.objects.open().filter(mailing=OuterRef("pk"))
        return self.filter(Exists(opened), state=Mailing.State.RELEASED)

    def with_work(self, now: datetime) -> Self:
        """Released ones with a row to send at this hour, the oldest first."""
        due = Delivery.objects.due(now).filter(mailing=OuterRef("pk"))
        return self.filter(Exists(due), state=Mailing.State.RELEASED).order_by("pk")

    def counted(self) -> Self:
        """With `total` and `unended`: how many rows each has, and how many are open.

        Subqueries, since a page of mailings then counts its own rows and nobody else's.
        """
        rows = Delivery.objects.filter(mailing=OuterRef("pk"))
        return self.annotate(total=_how_many(rows), unended=_how_many(rows.open()))


def _how_many(rows: "DeliveryQuerySet") -> Coalesce:
    counted = rows.order_by().values("mailing").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class Mailing(models.Model):
    """The intent to mail one issue. Progress is a query; "sent" means no open row."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        RELEASED = "released", "Being sent"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"

    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="mailing")
    rendered = models.ForeignKey(RenderedIssue, on_delete=models.PROTECT, related_name="+")
    mail_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.SCHEDULED, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Who had confirmed by then gets it: a rerun adds the same people.
    released_at = models.DateTimeField(null=True)
    # Why it stands still, where no person held it back.
    hold_reason = models.CharField(max_length=300, blank=True)
    # When a person last said to go on. Its lateness and its errors are counted anew from there.
    confirmed_at = models.DateTimeField(null=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("send_mailing", "Can send, pause and cancel a mailing")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_at__isnull=False),
                name="mailing_released_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"Mailing of {self.issue}"

    def progress(self) -> dict[str, int]:
        """How many rows stand in each state."""
        counts = self.deliveries.values_list("state").annotate(Count("pk")).order_by()
        return dict(counts)

    @property
    def standing(self) -> str:
        """The state as a person would say it."""
        return self.standing_with(has_open=self.deliveries.open().exists())

    def standing_with(self, *, has_open: bool) -> str:
        """The same, for somebody who knows already whether a row is open."""
        return "Sent" if self._is_sent_with(has_open=has_open) else self.get_state_display()

    @property
    def is_sent(self) -> bool:
        """Let out, and no row is open any more. A query: there is no flag to lose."""
        return self._is_sent_with(has_open=self.deliveries.open().exists())

    def _is_sent_with(self, *, has_open: bool) -> bool:
        return self.state == Mailing.State.RELEASED and not has_open


class RenderedMail(models.Model):
    """One mail with placeholders: built once for everybody who gets the same sections."""

    rendered = models.ForeignKey(RenderedIssue, on_delete=models.PROTECT, related_name="mails")
    # The slugs of the sections left out, sorted; empty: none. `welcome` before it: delivery.mails.
    sections = models.CharField(max_length=500, blank=True)
    source = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rendered", "sections"], name="mail_once_per_choice"),
        ]

    def __str__(self) -> str:
        return f"{self.rendered}, {self.sections or 'all sections'}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def open(self) -> Self:
        """Rows whose end is not known yet. By OR, since each half has an index of its own."""
        return self.filter(Q(state=Delivery.State.QUEUED) | Q(state=Delivery.State.SENDING))

    def due(self, now: datetime) -> Self:
        """Rows that wait and whose pause is over. Whether the mailing is let out, it knows."""
        return self.filter(state=Delivery.State.QUEUED, next_attempt_at__lte=now)

    def troubled(self) -> Self:
        """Those the mail server's answers speak against, or its silence: not a worker's death."""
        unanswered = Q(state=Delivery.State.UNCERTAIN, attempts__gt=0)
        return self.filter(Q(state=Delivery.State.FAILED) | unanswered)

    def to_settle(self) -> Self:
        """Those of which nobody knows whether they arrived, and nobody has said what to do."""
        return self.filter(state=Delivery.State.UNCERTAIN, settled_at=None)


class Delivery(models.Model):
    """One mail to one person. The row is the truth; at most one is ever on the wire for it."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        ACCEPTED = "accepted", "Accepted"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"
        UNCERTAIN = "uncertain", "Uncertain"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"

    # Without indexes of their own: a row is written anew three times on its way, and each index
    # with it. Constraints below serve the mailing; nobody asks for the rows of one mail.
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    # The address as sent, hashed: the row outlives the person's erasure.
    address_key = models.CharField(max_length=64)
    mail = models.ForeignKey(
        RenderedMail, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    skip_reason = models.CharField(max_length=50, blank=True)
    message_id = models.CharField(max_length=200)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    # Set and committed before the first byte of the message: from here on it may have arrived.
    wire_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_answer = models.CharField(max_length=500, blank=True)
    # What a mail service calls it, and what it told us of later.
    provider_id = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # When a person looked at an uncertain one and left it at that.
    settled_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["pk"]
        constraints = [
            # And not `unique` at the field, which makes PostgreSQL a second index for LIKE.
            models.UniqueConstraint(fields=["message_id"], name="delivery_message_id"),
            models.UniqueConstraint(
                fields=["mailing", "subscriber"], name="delivery_once_per_subscriber"
            ),
            # The address first: it also serves the ledger's search for one.
            models.UniqueConstraint(
                fields=["address_key", "mailing"], name="delivery_once_per_address"
            ),
            # Only what is being sent is somebody's.
            models.CheckConstraint(
                condition=Q(state="sending", claim__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_until__isnull=True)),
                name="delivery_sending_is_claimed",
            ),
            # Queued means no byte of it can have left.
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(wire_at__isnull=True),
                name="delivery_queued_was_not_on_the_wire",
            ),
        ]
        indexes = [
            # Serves MailingQuerySet.with_work and the sweep over a table that only grows.
            models.Index(
                fields=["mailing", "next_attempt_at"],
                condition=Q(state="queued"),
                name="delivery_queued",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="sending"), name="delivery_sending"
            ),
            # Serves delivery.pace and the rate on a mailing's page: what left within a window.
            models.Index(
                fields=["wire_at"], condition=Q(wire_at__isnull=False), name="delivery_on_the_wire"
            ),
            # Serves DeliveryQuerySet.to_settle.
            models.Index(
                fields=["mailing"],
                condition=Q(state="uncertain", settled_at__isnull=True),
                name="delivery_to_settle",
            ),
            # Serves delivery.events: what a mail service tells of, by its own name for it.
            models.Index(
                fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_provider_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.pk} {self.state}"


def as_told(otherwise: str) -> Case:
    """A sent row's state by what was told of it since, in whatever order it was told."""
    state = Delivery.State
    return Case(
        When(complained_at__isnull=False, then=Value(state.COMPLAINED)),
        When(bounced_at__isnull=False, then=Value(state.BOUNCED)),
        When(delivered_at__isnull=False, then=Value(state.DELIVERED)),
        default=Value(otherwise),
        output_field=models.CharField(),
    )
