"""What the sign-up form remembers for a while, so that it is no weapon."""

from django.db import models
from django.db.models import Q


class SignUp(models.Model):
    """One press of the form, by hashes only: what the caps are counted from, for two days."""

    # toolbox.visitors.network_key.
    network = models.CharField(max_length=64)
    # HMACs: the mail domain, the mailbox whatever is behind a plus, and the address itself.
    domain = models.CharField(max_length=64)
    mailbox = models.CharField(max_length=64)
    address_key = models.CharField(max_length=64)
    # The browser spent some work on it: audience.proof.
    proven = models.BooleanField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            # Each serves one cap of audience.signing_up.
            models.Index(fields=["network", "at"], name="signup_by_network"),
            models.Index(fields=["domain", "at"], name="signup_by_domain"),
            models.Index(fields=["mailbox", "at"], name="signup_by_mailbox"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Breaker(models.Model):
    """One row: since when no confirmation mail leaves, and why. Empty `open_since`: all is well."""

    open_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    # When a person last said to go on; what was asked before is not counted again.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="breaker_is_one_row")]

    def __str__(self) -> str:
        return self.reason or "closed"
