"""Entries, to look up."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from curation import opening
from curation.models import Entry, EntryContent
from curation.searching import entries
from publication.access import NotAllowedError
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What feeds said, word for word."""

    list_display = ["title", "feed", "published_at", "date_is_ours"]
    list_select_related = ["feed"]
    search_fields = ["link"]  # see get_search_results
    search_help_text = "Words of the story, or of its address"
    show_full_result_count = False
    list_filter = ["repaired", "date_is_ours"]
    exclude = ["identity"]
    readonly_fields = ["as_it_came"]
    actions = ["open_into_items"]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """By the index of links."""
        return (entries(queryset, search_term) if search_term else queryset), False

    @admin.action(description="Open: offer each story in it to the queue")
    def open_into_items(self, request: HttpRequest, queryset: QuerySet[Entry]) -> None:
        """For an entry that is a whole newsletter, or the notes of an episode."""
        person = cast("User", request.user)
        for entry in queryset.select_related("feed", "content"):
            try:
                opened = opening.open_entry(entry, by=person, now=timezone.now())
            except NotAllowedError as error:
                messages.error(request, str(error))
                return
            said = f"“{entry}”: {opened.new} offered in the queue, {opened.known} known already."
            (messages.success if opened.new else messages.info)(request, said)
            for flag in opened.flags:
                messages.warning(request, f"“{entry}”: {flag}")

    @admin.display(description="repaired from")
    def as_it_came(self, entry: Entry) -> str:
        """What came garbled, field by field, before it was read as it was meant."""
        content = EntryContent.objects.filter(entry=entry).first()
        garbled = content.garbled.items() if content else ()
        return format_html_join("", "<p><b>{}</b> {}</p>", garbled) or "–"
