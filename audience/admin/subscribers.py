"""Subscribers and suppressed addresses, to read. Consent is given and taken back elsewhere."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from audience import breaker, consent, erasing, exporting
from audience.addresses import address_key
from audience.growth import Growth
from audience.models import ConsentEvent, Subscriber, Suppression
from toolbox.addresses import AddressError
from toolbox.paging import found_once
from toolbox.readonly import ReadOnlyAdmin


def person(request: HttpRequest) -> User:
    """Who is at the door: the admin lets nobody in without a name."""
    return cast("User", request.user)


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    """Find a person, see all that happened to them, take them out when they ask."""

    nothing_yet = "No subscribers yet. The form is on the front page and at /subscribe/."
    list_display = ["email", "state", "asked_at", "confirmed_at", "left_at"]
    list_filter = ["state", "confirmed_at", "sections"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["email"]
    search_help_text = "An address, or a part of one"
    actions = ["unsubscribe"]
    fieldsets = [
        (None, {"fields": ["email", "state", "sections", "paused_until"]}),
        ("Asked", {"fields": ["asked_at", "asked_from", "asked_on"]}),
        ("Confirmation mail", {"fields": ["confirmation_sent_at", "confirmations_sent"]}),
        ("Confirmed", {"fields": ["confirmed_at", "confirmed_from"]}),
        ("Left", {"fields": ["left_at", "bounced_at"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"audience_subscriber_{name}")

        return [
            own("export/", self.export, "export"),
            own("breaker/", self.decide, "breaker"),
            own("<int:pk>/erase/", self.erase, "erase"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {
            "growth": Growth(timezone.now()),
            "breaker": breaker.current(),
            "waiting": Subscriber.objects.owed_a_confirmation().count(),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = Subscriber.objects.filter(pk=object_id) if object_id.isdecimal() else None
        subscriber = found.first() if found is not None else None
        shown = {"history": history(subscriber)} if subscriber else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """A whole address is found at once, however it is spelt."""
        try:
            key = address_key(search_term)
        except AddressError:
            found, _ = super().get_search_results(request, queryset, search_term)
            return found_once(queryset, found), False
        return queryset.filter(address_key=key), False

    def export(self, request: HttpRequest) -> StreamingHttpResponse | HttpResponse:
        """Everybody, as a file. It puts a line on record, so it takes a button."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("audience.export_subscriber"):
            raise PermissionDenied
        named = {"Content-Disposition": 'attachment; filename="subscribers.csv"'}
        pieces = exporting.export(by=person(request))
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=named)

    def decide(self, request: HttpRequest) -> HttpResponse:
        """What becomes of the confirmation mails that the breaker holds."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_unsubscribe_permission(request):
            raise PermissionDenied
        who, now = person(request), timezone.now()
        if request.POST.get("do") == "discard":
            messages.success(request, f"{breaker.discard(by=who, now=now)} requests thrown away.")
        else:
            messages.success(request, f"{breaker.go_on(by=who, now=now)} mails are on their way.")
        return redirect("admin:audience_subscriber_changelist")

    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Erase somebody who asked for it, after one more look."""
        subscriber = get_object_or_404(Subscriber, pk=pk)
        if not request.user.has_perm("audience.erase_subscriber"):
            raise PermissionDenied
        if request.method == "POST":
            erasing.erase(subscriber, by=person(request), now=timezone.now())
            messages.success(
                request, "Erased. A hash keeps the address from coming back by a list."
            )
            return redirect("admin:audience_subscriber_changelist")
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "subscriber": subscriber,
            "title": "Erase a subscriber",
        }
        return render(request, "admin/audience/subscriber/erase.html", page)

    def has_unsubscribe_permission(self, request: HttpRequest) -> bool:
        """Who may take somebody out; asked by the action below."""
        return request.user.has_perm("audience.change_subscriber")

    @admin.action(description="Unsubscribe", permissions=["unsubscribe"])
    def unsubscribe(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        """As their own click would."""
        for subscriber in queryset:
            consent.unsubscribe_by_hand(subscriber, by=person(request), now=timezone.now())
        messages.success(request, f"{len(queryset)} unsubscribed.")


def history(subscriber: Subscriber) -> QuerySet[ConsentEvent]:
    """All that happened to them and to their address, before an erasure too; the latest first."""
    theirs = Q(subscriber=subscriber) | Q(address_key=subscriber.address_key)
    return ConsentEvent.objects.filter(theirs).order_by("-at", "-pk")


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Known by hash only: the rows outlive the people."""

    nothing_yet = "Nobody has left yet."
    list_display = ["address_key", "reason", "since"]
    list_filter = ["reason"]
    search_fields = ["address_key"]
    search_help_text = "A whole address: it is looked up by its hash"

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """An address is found by its hash."""
        try:
            return queryset.filter(address_key=address_key(search_term)), False
        except AddressError:
            return super().get_search_results(request, queryset, search_term)
