"""The masthead, and the audit trail to read. The shelves: digest.admin, which knows what ran."""

from django.contrib import admin
from django.http import HttpRequest

from publication.models import AuditEntry, Publication
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Publication)
class PublicationAdmin(admin.ModelAdmin[Publication]):
    """One row: nothing to add, nothing to delete."""

    fieldsets = [
        (None, {"fields": ["name", "tagline", "about", "accent", "language"]}),
        (
            "Mail",
            {"fields": ["sender_name", "sender_email", "reply_to", "postal_address", "seed_list"]},
        ),
        ("Readers", {"fields": ["takes_links"]}),
        ("Rhythm", {"fields": ["publishing_day", "time_zone"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The trail is written by verbs."""

    list_display = ["at", "actor_name", "verb", "subject"]
    list_filter = ["verb"]
    search_fields = ["subject", "actor_name"]
