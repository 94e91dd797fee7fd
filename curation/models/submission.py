"""Links that readers sent in, counted: how many from where, so that nobody floods the queue."""

from django.db import models

from curation.models.link import Link


class Submission(models.Model):
    """One link sent by the public form. Kept a month; the link itself stays."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="submissions")
    # toolbox.visitors.network_key: tells networks apart, and nothing about anybody.
    network = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # Serves the cap of one network.
            models.Index(fields=["network", "at"], name="submission_by_network"),
            # Serves the cap of all together, and forgetting.
            models.Index(fields=["at"], name="submission_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.link} at {self.at}"
