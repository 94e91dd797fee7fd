"""Entries, to look up."""

from django.contrib import admin

from curation.models import Entry
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What feeds said, word for word."""

    list_display = ["title", "feed", "published_at", "date_is_ours"]
    list_select_related = ["feed"]
    search_fields = ["title", "url"]
    show_full_result_count = False
    exclude = ["identity"]
