"""Who asked: subscribers and their consent, and addresses that must not be mailed again."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Q

from publication.models import Section


def new_token() -> str:
    """22 characters, 128 bits: fixed width, so that a mail's lines keep their length."""
    return secrets.token_urlsafe(16)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Questions about subscribers."""

    def active(self) -> Self:
        """Those who confirmed and have not left: the only ones who are mailed."""
        return self.filter(state=Subscriber.State.ACTIVE)


class Subscriber(models.Model):
    """One person's address, and the proof that they asked."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        ACTIVE = "active", "Active"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"

    # As the person wrote it, the domain in lower case and punycode: audience.addresses.normalise.
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
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_at__isnull=False),
                name="subscriber_active_has_confirmed",
            ),
        ]
        indexes = [
            # Serves SubscriberQuerySet.active when a mailing makes its rows.
            models.Index(fields=["id"], condition=Q(state="active"), name="subscriber_active"),
        ]

    def __str__(self) -> str:
        return self.email


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
