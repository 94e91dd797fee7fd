"""Entries and links, to look up."""

from django.contrib import admin

from curation.models import Entry, Link
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What feeds said, word for word."""

    list_display = ["title", "feed", "published_at", "date_is_ours"]
    list_select_related = ["feed"]
    search_fields = ["title", "url"]
    show_full_result_count = False
    exclude = ["identity"]


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """Every link there ever was. They are sorted in the queue."""

    list_display = ["title", "source_label", "section", "state", "published_at"]
    list_filter = ["state", "kind", "section"]
    list_select_related = ["section"]
    search_fields = ["title", "url", "source_label"]
    show_full_result_count = False
