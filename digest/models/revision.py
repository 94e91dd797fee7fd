"""What an issue was after each save."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from digest.models.issue import Issue


class Revision(models.Model):
    """Every row of an issue as one save left it. Not to be mixed up with `RenderedIssue`."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="revisions")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_name = models.CharField(max_length=150)
    # digest.guards.edit_token: the page that was opened on this revision carries it along.
    token = models.CharField(max_length=64)
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # Serves a save that came second: what was on the page it was made on.
            models.Index(fields=["issue", "token"], name="revision_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.issue}, {self.at:%Y-%m-%d %H:%M}"
