"""What the wiring itself has to remember: that somebody is at work, and who may claim it first."""

from django.db import models
from django.db.models import Q


class Pulse(models.Model):
    """A sign of life, by what it is a sign of. Written by the clock, a few times a minute."""

    name = models.CharField(max_length=50, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class SetupToken(models.Model):
    """The one token that opens a fresh install, hashed: `config.setup.claiming`."""

    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="setup_token_is_one_row"),
        ]

    def __str__(self) -> str:
        return f"made {self.made_at:%Y-%m-%d %H:%M}"
