"""Entries and links, to look up."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from curation import opening
from curation.models import Entry, Link
from publication.access import NotAllowedError
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """What feeds said, word for word."""

    list_display = ["title", "feed", "published_at", "date_is_ours"]
    list_select_related = ["feed"]
    search_fields = ["title", "url"]
    show_full_result_count = False
    exclude = ["identity"]
    actions = ["open_into_items"]

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


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """Every link there ever was. They are sorted in the queue."""

    list_display = ["title", "source_label", "section", "state", "published_at"]
    list_filter = ["state", "kind", "section"]
    list_select_related = ["section"]
    search_fields = ["title", "url", "source_label"]
    show_full_result_count = False
