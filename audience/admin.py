"""Subscribers and suppressed addresses, to read. Consent is given and taken back elsewhere."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audience import consent
from audience.models import Subscriber, Suppression
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    """Find a person, see what they agreed to, take them out when they ask."""

    nothing_yet = "No subscribers yet. The form is on the front page and at /subscribe/."
    list_display = ["email", "state", "asked_at", "confirmed_at", "left_at"]
    list_filter = ["state", "confirmed_at"]
    search_fields = ["email"]
    search_help_text = "An address, or a part of one"
    actions = ["unsubscribe"]
    fieldsets = [
        (None, {"fields": ["email", "state", "sections", "paused_until"]}),
        ("Asked", {"fields": ["asked_at", "asked_from", "asked_on"]}),
        ("Confirmation mail", {"fields": ["confirmation_sent_at", "confirmations_sent"]}),
        ("Confirmed", {"fields": ["confirmed_at", "confirmed_from"]}),
        ("Left", {"fields": ["left_at"]}),
    ]

    def has_unsubscribe_permission(self, request: HttpRequest) -> bool:
        """Who may take somebody out; asked by the action below."""
        return request.user.has_perm("audience.change_subscriber")

    @admin.action(description="Unsubscribe", permissions=["unsubscribe"])
    def unsubscribe(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        """As their own click would."""
        by = request.user if isinstance(request.user, User) else None
        for subscriber in queryset:
            consent.unsubscribe_by_hand(subscriber, by=by, now=timezone.now())
        messages.success(request, f"{len(queryset)} unsubscribed.")


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Known by hash only: the rows outlive the people."""

    list_display = ["address_key", "reason", "since"]
    list_filter = ["reason"]
