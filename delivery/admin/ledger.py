"""The ledger: who got what, and who did not."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from audience.addresses import address_key
from delivery import settling
from delivery.admin import address
from delivery.admin.person import MAY_SEND, person
from delivery.mailings import MailingError
from delivery.models import Delivery
from toolbox.addresses import AddressError
from toolbox.paging import found_once
from toolbox.readonly import ReadOnlyAdmin

Verb = Callable[..., int]
TITLE = "The ledger: who got what"


class ToSettle(admin.SimpleListFilter):
    """What waits for a person's word."""

    title = "arrival"
    parameter_name = "settle"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Nobody knows: to settle")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.to_settle() if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """The ledger, to search by address and issue. What is uncertain is settled here."""

    list_display = ["subscriber", "state", "issue", "reason", "attempts", "finished_at"]
    list_filter = [ToSettle, "state"]
    list_select_related = ["subscriber", "mailing__issue"]
    list_per_page = 50
    ordering = ["-pk"]
    show_full_result_count = False
    search_fields = ["subscriber__email"]
    search_help_text = "A whole address, also of somebody erased; #12 for issue 12"
    actions = ["send_again", "leave"]
    fieldsets = [
        (None, {"fields": ["subscriber", "issue", "state", "reason", "message_id"]}),
        ("On the wire", {"fields": ["wire_at", "attempts", "next_attempt_at", "finished_at"]}),
        (
            "Afterwards",
            {"fields": ["delivered_at", "bounced_at", "complained_at", "settled_at", "told_of_it"]},
        ),
    ]

    @admin.display(ordering="mailing__issue")
    def issue(self, delivery: Delivery) -> str:
        """Which issue it was."""
        return f"#{delivery.mailing.issue.number}"

    @admin.display
    def reason(self, delivery: Delivery) -> str:
        """Why it was skipped, or the mail server's words."""
        return delivery.skip_reason or delivery.last_answer

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """An address is found by its hash too: the row outlives the person."""
        term = search_term.strip()
        if term.startswith("#") and term[1:].isdecimal():
            return queryset.filter(mailing__issue__number=term[1:]), False
        try:
            return queryset.filter(address_key=address_key(term)), False
        except AddressError:
            found, _ = super().get_search_results(request, queryset, search_term)
            return found_once(queryset, found), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": TITLE, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        told = self.admin_site.admin_view(self.told)
        return [
            path("address/<int:pk>/", told, name="delivery_delivery_address"),
            *super().get_urls(),
        ]

    def told(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What mail servers said of one subscriber."""
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return address.show(request, context, pk)

    @admin.display(description="what was told of it")
    def told_of_it(self, delivery: Delivery) -> str:
        """A way to everything that was told of this person's mail."""
        if delivery.subscriber_id is None:
            return "–"
        page = reverse("admin:delivery_delivery_address", args=[delivery.subscriber_id])
        return format_html('<a href="{}">What mail servers said of them</a>', page)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Who may decide; asked by the actions below."""
        return request.user.has_perm(MAY_SEND)

    @admin.action(description="Send again, under the same Message-ID", permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """A mail program that has it already shows it once. Many are a mailing's page's matter."""
        if queryset.count() > self.list_per_page:
            many = f"More than {self.list_per_page} are sent again from the page of their mailing."
            messages.error(request, many)
            return
        self._settle(request, queryset, settling.send_again, "queued again")

    @admin.action(description="Leave as it is", permissions=["settle"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """It may have arrived, and that is good enough."""
        self._settle(request, queryset, settling.leave, "left as they are")

    def _settle(
        self, request: HttpRequest, rows: QuerySet[Delivery], verb: Verb, said: str
    ) -> None:
        try:
            settled = verb(rows, by=person(request), now=timezone.now())
        except MailingError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{settled} {said}.")
