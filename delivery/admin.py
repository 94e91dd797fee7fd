"""An editor's hand on the mailings, and the ledger: who got what, and who did not."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from audience.addresses import address_key
from delivery import mailings, settling
from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from delivery.progress import obstacle, tally
from publication.access import NotAllowedError
from toolbox.addresses import AddressError
from toolbox.readonly import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAY_SEND = "delivery.send_mailing"
Verb = Callable[..., None]


def _cancel(mailing: Mailing, *, by: "User") -> None:
    mailings.cancel(mailing, by=by, now=timezone.now())


def _resume(mailing: Mailing, *, by: "User") -> None:
    mailings.resume(mailing, by=by, now=timezone.now())


DEEDS: dict[str, tuple[Verb, str]] = {
    "pause": (mailings.pause, "Paused: nothing leaves any more."),
    "resume": (_resume, "Resumed: it goes on within seconds."),
    "cancel": (_cancel, "Cancelled: nobody else gets it."),
}


def _person(request: HttpRequest) -> "User":
    """The admin's login let in nobody else."""
    return cast("User", request.user)


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    """Where each mailing stands, and the buttons to hold it back."""

    list_display = ["issue", "standing", "mail_at", "done"]
    list_filter = ["state"]
    list_select_related = ["issue"]
    list_per_page = 25

    @admin.display(description="state", ordering="state")
    def standing(self, mailing: Any) -> str:
        """The state in a word, as a person would say it."""
        return str(mailing.standing_with(has_open=mailing.unended > 0))

    @admin.display
    def done(self, mailing: Any) -> str:
        """How many rows have ended, of all."""
        ended = mailing.total - mailing.unended
        return f"{ended:,} of {mailing.total:,}" if mailing.total else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mailing]:
        return Mailing.objects.counted()

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        buttons = [
            path(f"<int:pk>/{deed}/", act, {"deed": deed}, name=f"delivery_mailing_{deed}")
            for deed in DEEDS
        ]
        return [*buttons, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One page: where it stands, who is left, what can be done."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mailing = get_object_or_404(
            Mailing.objects.select_related("issue"), pk=object_id if object_id.isdecimal() else 0
        )
        context = {
            **self.admin_site.each_context(request),
            "title": str(mailing),
            "mailing": mailing,
            "tally": tally(mailing),
            "obstacle": obstacle(mailing),
            "buttons": _buttons(request, mailing),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/delivery/mailing.html", context)

    def act(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """One of the buttons."""
        verb, said = DEEDS[deed]
        try:
            verb(get_object_or_404(Mailing, pk=pk), by=_person(request))
            messages.success(request, said)
        except MailingError as error:
            messages.error(request, str(error))
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error
        return redirect("admin:delivery_mailing_change", pk)


def _buttons(request: HttpRequest, mailing: Mailing) -> list[str]:
    """What this person can do with this mailing now."""
    if mailing.is_sent or not request.user.has_perm(MAY_SEND):
        return []
    return {
        Mailing.State.SCHEDULED: ["pause", "cancel"],
        Mailing.State.RELEASED: ["pause", "cancel"],
        Mailing.State.PAUSED: ["resume", "cancel"],
    }.get(Mailing.State(mailing.state), [])


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

    list_display = ["subscriber", "issue", "state", "reason", "attempts", "finished_at"]
    list_filter = [ToSettle, "state"]
    list_select_related = ["subscriber", "mailing__issue"]
    ordering = ["-pk"]
    show_full_result_count = False
    search_fields = ["subscriber__email"]
    search_help_text = "A whole address, also of somebody erased; #12 for issue 12"
    actions = ["send_again", "leave"]
    fieldsets = [
        (None, {"fields": ["subscriber", "issue", "state", "reason", "message_id"]}),
        ("On the wire", {"fields": ["wire_at", "attempts", "next_attempt_at", "finished_at"]}),
        ("Afterwards", {"fields": ["settled_at"]}),
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
            return super().get_search_results(request, queryset, search_term)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Who may decide; asked by the actions below."""
        return request.user.has_perm(MAY_SEND)

    @admin.action(description="Send again, under the same Message-ID", permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """A mail program that has it already shows it once."""
        self._settle(request, queryset, settling.send_again, "queued again")

    @admin.action(description="Leave as it is", permissions=["settle"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """It may have arrived, and that is good enough."""
        self._settle(request, queryset, settling.leave, "left as they are")

    def _settle(
        self, request: HttpRequest, rows: QuerySet[Delivery], verb: Verb, said: str
    ) -> None:
        refused: list[str] = []
        chosen = list(rows.select_related("mailing__issue"))
        for row in chosen:
            try:
                verb(row, by=_person(request), now=timezone.now())
            except MailingError as error:
                refused.append(str(error))
        messages.success(request, f"{len(chosen) - len(refused)} {said}.")
        for words in refused[:3]:
            messages.error(request, words)
