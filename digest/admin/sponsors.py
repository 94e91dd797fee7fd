"""Who pays, and for which slot of which issue: a list, and the calendar of what is to come."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format

from digest import slots
from digest.admin.days import DAYS
from digest.admin.person import editor
from digest.models import Booking, Issue, Sponsor
from publication.access import record


@admin.register(Sponsor)
class SponsorAdmin(admin.ModelAdmin[Sponsor]):
    """The sponsors, by name."""

    nothing_yet = "No sponsors yet. Add one, then book a slot of an issue for it in the calendar."
    list_display = ["name", "url", "contact"]
    search_fields = ["name"]


class BookingForm(forms.ModelForm[Booking]):
    """A slot is sold once, before its issue is out, and approved when there is what to approve."""

    class Meta:
        model = Booking
        fields = ["sponsor", "issue_date", "slot", "state", "label", "headline", "body", "url"]

    def clean(self) -> dict[str, Any] | None:
        said = self.cleaned_data
        if said.get("state") == Booking.State.APPROVED and not (said["headline"] and said["url"]):
            raise ValidationError("Nothing to approve yet: write the headline and the URL first.")
        if said.get("issue_date") and said.get("slot") and said.get("state") != "cancelled":
            self._check_slot(said)
        return super().clean()

    def _check_slot(self, said: dict[str, Any]) -> None:
        day = date_format(said["issue_date"], "j F Y")
        wanted = Booking(pk=self.instance.pk, issue_date=said["issue_date"], slot=said["slot"])
        if rival := slots.taken_by(wanted):
            state = rival.get_state_display().lower()
            raise ValidationError(
                f"{said['slot']} of {day} is taken: {state} for {rival.sponsor}. Choose another "
                "slot or day, or cancel that booking first."
            )
        out = Issue.objects.filter(date=said["issue_date"], state=Issue.State.PUBLISHED).first()
        if out and {"issue_date", "slot", "sponsor"} & set(self.changed_data):
            raise ValidationError(f"The issue of {day} is out: {out}. Nobody can stand in it now.")


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin[Booking]):
    """The slots that are held or sold, soonest first."""

    form = BookingForm
    formfield_overrides = DAYS
    nothing_yet = "No slot is sold yet. The calendar shows the coming issues and their free slots."
    list_display = ["issue_date", "slot", "sponsor", "headline", "state"]
    list_filter = ["state", "slot"]
    list_select_related = ["slot", "sponsor"]
    search_fields = ["sponsor__name", "headline"]
    autocomplete_fields = ["sponsor"]
    date_hierarchy = "issue_date"
    fieldsets = [
        (None, {"fields": ["sponsor", ("issue_date", "slot"), "state"]}),
        ("What they say", {"fields": ["label", "headline", "body", "url"]}),
    ]
    actions = ["approve"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar_view)
        return [path("calendar/", view, name="digest_booking_calendar"), *super().get_urls()]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """The issues to come by their slots: what is sold, held and free."""
        if not self.has_view_permission(request):
            return redirect("admin:index")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Sponsors to come",
            "calendar": slots.calendar(timezone.now()),
            "may_book": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/digest/booking/calendar.html", context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django's; of two who book one slot at once, the second is told."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            messages.error(request, "Somebody took this slot just now. Nothing was saved.")
            return redirect("admin:digest_booking_calendar")

    def save_model(self, request: HttpRequest, obj: Booking, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        deed = "changed the booking" if change else "booked"
        record(editor(request), deed, str(obj), state=obj.state)

    def response_add(self, request: HttpRequest, obj: Booking, *args: Any) -> HttpResponse:
        return _to_calendar(request, super().response_add(request, obj, *args))

    def response_change(self, request: HttpRequest, obj: Booking) -> HttpResponse:
        return _to_calendar(request, super().response_change(request, obj))

    @admin.action(description="The sponsor approved the words", permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Those that have words."""
        ready = queryset.filter(state__in=["held", "booked"]).exclude(headline="").exclude(url="")
        for booking in ready:
            record(editor(request), "approved the words", str(booking))
        count = ready.update(state=Booking.State.APPROVED)
        messages.success(request, f"{count} approved.")


def _to_calendar(request: HttpRequest, usual: HttpResponse) -> HttpResponse:
    """Whoever came from the calendar goes back to it."""
    came = "calendar" in request.GET and not {"_continue", "_addanother"} & request.POST.keys()
    return redirect("admin:digest_booking_calendar") if came else usual
