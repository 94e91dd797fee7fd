"""Entries, to look up."""

from django.contrib import admin
from django.utils.html import format_html_join

from curation.models import Entry, EntryContent
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What feeds said, word for word."""

    list_display = ["title", "feed", "published_at", "date_is_ours"]
    list_select_related = ["feed"]
    search_fields = ["title", "url"]
    show_full_result_count = False
    list_filter = ["repaired", "date_is_ours"]
    exclude = ["identity"]
    readonly_fields = ["as_it_came"]

    @admin.display(description="repaired from")
    def as_it_came(self, entry: Entry) -> str:
        """What came garbled, field by field, before it was read as it was meant."""
        content = EntryContent.objects.filter(entry=entry).first()
        garbled = content.garbled.items() if content else ()
        return format_html_join("", "<p><b>{}</b> {}</p>", garbled) or "–"
