"""What the wiring itself has to remember: that somebody is at work."""

from django.db import models


class Pulse(models.Model):
    """A sign of life, by what it is a sign of. Written by the clock, a few times a minute."""

    name = models.CharField(max_length=50, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
