"""Who asked: subscribers and their consent, and addresses that must not be mailed again."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from publication.masthead import current
from publication.models import AppendOnlyQuerySet, Section

ASK_PAUSE = timedelta(days=1)
# As many confirmations until a quiet ASK_WINDOW has passed: a stranger who uses them up locks an
# address out for a month, not for good.
ASK_AT_MOST = 3
ASK_WINDOW = timedelta(days=30)


def new_token() -> str:
    """22 characters, 128 bits: fixed width, so that a mail's lines keep their length."""
    return secrets.token_urlsafe(16)


# Whose latest request has not been answered by mail: the same words as the index.
OWED = Q(asked_at__isnull=False) & (
    Q(confirmation_sent_at=None) | Q(confirmation_sent_at__lt=F("asked_at"))
)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Questions about subscribers."""

    def active(self) -> Self:
        """Those who confirmed and have not left: the only ones who are mailed."""
        return self.filter(state=Subscriber.State.ACTIVE)

    def askable(self) -> Self:
        """Those whom a fresh confirmation makes active. Never again whoever complained."""
        state = Subscriber.State
        return self.filter(state__in=[state.PENDING, state.UNSUBSCRIBED, state.BOUNCED])

    def may_be_asked(self, now: datetime) -> Self:
        """Those who may be sent a confirmation: once a day, three times a month until they click.

        A form is no weapon: whoever types your address into it a thousand times sends you one.
        Who clicked on the last one may ask again at once: leaving was a slip, perhaps.
        """
        clicked = Q(confirmed_at__gte=F("asked_at"))
        return self.askable().filter(
            Q(asked_at=None) | Q(asked_at__lte=now - ASK_PAUSE) | clicked,
            Q(confirmations_sent__lt=ASK_AT_MOST) | Q(asked_at__lte=now - ASK_WINDOW),
        )

    def never_answered(self, before: datetime) -> Self:
        """Those who were asked before that moment and have never confirmed anything."""
        asked = Coalesce("asked_at", "created_at")
        waiting = self.filter(state=Subscriber.State.PENDING, confirmed_at=None)
        return waiting.annotate(last_asked=asked).filter(last_asked__lt=before)

    def owed_a_confirmation(self) -> Self:
        """Those whose latest request has not been answered by mail."""
        return self.askable().filter(OWED)

    def reachable(self) -> Self:
        """The active ones whose address nothing forbids to mail."""
        suppressed = Suppression.objects.filter(address_key=OuterRef("address_key"))
        return self.active().filter(~Exists(suppressed))

    def mailable(self, now: datetime) -> Self:
        """Those an issue goes to at this hour: reachable, and not on a pause.

        A pause ends with the publication's day, wherever the server stands.
        """
        today = now.astimezone(ZoneInfo(current().time_zone)).date()
        return self.reachable().filter(Q(paused_until=None) | Q(paused_until__lte=today))


class Subscriber(models.Model):
    """One person's address, and the proof that they asked."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        ACTIVE = "active", "Active"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"

    # As the person wrote it, the domain in lower case and punycode: toolbox.addresses.normalise.
    email = models.EmailField(unique=True)
    # HMAC of the address folded further: one mailbox, one person. audience.addresses.address_key.
    address_key = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    # Lets one person out with one click, for good; never expires.
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    sections = models.ManyToManyField(
        Section, blank=True, help_text="Empty: every section.", related_name="+"
    )
    paused_until = models.DateField(null=True, blank=True)

    # Consent, first half: asked when, from where, on which form, with which words.
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_from = models.GenericIPAddressField(null=True, blank=True)
    asked_on = models.CharField(max_length=100, blank=True, help_text="Form and wording version.")
    # Changes with each request: an older confirmation link then no longer counts.
    confirm_nonce = models.CharField(max_length=22, default=new_token, editable=False)
    confirmation_sent_at = models.DateTimeField(null=True, blank=True)
    confirmations_sent = models.PositiveSmallIntegerField(default=0)
    # Consent, second half.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_from = models.GenericIPAddressField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    # In a row; one bounce for now is no reason to give somebody up.
    soft_bounces = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    # A fresh link for what a forwarded newsletter must not allow: audience.account.
    account_asked_at = models.DateTimeField(null=True, editable=False)
    account_sent_at = models.DateTimeField(null=True, editable=False)
    account_nonce = models.CharField(max_length=22, default=new_token, editable=False)
    # Where they want to move to, until they have answered from there.
    new_email = models.EmailField(blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("import_subscriber", "Can import subscribers"),
            ("export_subscriber", "Can export subscribers"),
            ("erase_subscriber", "Can erase a subscriber"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_at__isnull=False),
                name="subscriber_active_has_confirmed",
            ),
        ]
        indexes = [
            # Serves SubscriberQuerySet.active when a mailing makes its rows.
            models.Index(fields=["id"], condition=Q(state="active"), name="subscriber_active"),
            # Serves the counts of a front page: how many are how, who is new.
            models.Index(fields=["state", "confirmed_at"], name="subscriber_by_state"),
            models.Index(
                fields=["asked_at"], condition=Q(state="pending"), name="subscriber_pending"
            ),
            # Serves SubscriberQuerySet.owed_a_confirmation, asked by every tick of the clock.
            models.Index(fields=["asked_at"], condition=OWED, name="subscriber_owed"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def masked(self) -> str:
        """The address as a page shows it that somebody else may see: mails get forwarded."""
        local, _, domain = self.email.partition("@")
        return f"{local[0]}…@{domain}"


class Suppression(models.Model):
    """An address that must not be mailed, known only by its hash: it outlives erasing."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"

    address_key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=12, choices=Reason)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.reason} {self.address_key[:8]}"


def forget_person(collector: Any, field: Any, events: Any, using: str) -> None:
    """What erasing a subscriber leaves of their events: what and when, by hash, from nowhere."""
    collector.add_field_update(field.model._meta.get_field("from_ip"), None, events)
    models.SET_NULL(collector, field, events, using)


class ConsentEvent(models.Model):
    """One step into the newsletter or out of it: the proof, and what growth is counted from.

    The subscriber's row holds the latest of each; these are never changed. They outlive erasing.
    """

    class What(models.TextChoices):
        ASKED = "asked", "Asked"
        CONFIRMED = "confirmed", "Confirmed"
        LEFT = "left", "Left"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"
        IMPORTED = "imported", "Imported"
        CHOSE = "chose", "Changed what they get"
        MOVED = "moved", "Changed their address"
        ERASED = "erased", "Erased"

    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=forget_person, related_name="consent_events"
    )
    address_key = models.CharField(max_length=64, db_index=True)
    what = models.CharField(max_length=10, choices=What)
    at = models.DateTimeField()
    from_ip = models.GenericIPAddressField(null=True)
    form = models.CharField(max_length=100, blank=True, help_text="Form and wording version.")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            # Serves the count of who came and went, by day.
            models.Index(fields=["at", "what"], name="consent_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.address_key[:8]}"
