"""Who pays, and for which slot of which issue."""

from django.contrib import admin

from digest.models import Booking, Sponsor


@admin.register(Sponsor)
class SponsorAdmin(admin.ModelAdmin[Sponsor]):
    """The sponsors, by name."""

    list_display = ["name", "url", "contact"]
    search_fields = ["name"]


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin[Booking]):
    """The slots that are held or sold, soonest first."""

    list_display = ["issue_date", "slot", "sponsor", "headline", "state"]
    list_filter = ["state", "slot"]
    list_select_related = ["slot", "sponsor"]
    search_fields = ["sponsor__name", "headline"]
    autocomplete_fields = ["sponsor"]
    date_hierarchy = "issue_date"
