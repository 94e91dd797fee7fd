"""The audit trail to read. Masthead and shelves: digest.admin, which knows how they are shown."""

from django.contrib import admin

from publication.models import AuditEntry
from toolbox.readonly import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The trail is written by verbs."""

    list_display = ["at", "actor_name", "verb", "subject"]
    list_filter = ["verb"]
    search_fields = ["subject", "actor_name"]
