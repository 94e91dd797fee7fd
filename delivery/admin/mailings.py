"""Where each mailing stands, and an editor's hand on it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from delivery import fence, mailings, rehearsal, settling
from delivery.admin import passing
from delivery.admin.forms import HourForm, ReadersForm, RehearsalForm, starting_with
from delivery.admin.person import MAY_SEND, person
from delivery.mailings import MailingError
from delivery.message import NoWayOutError
from delivery.models import Instance, Mailing
from delivery.progress import obstacle, tally, to_get
from digest.models import Issue
from publication.access import NotAllowedError
from publication.masthead import current
from toolbox.readonly import ReadOnlyAdmin

# Uncertain rows shown on the mailing's page; the ledger has the others.
SHOWN = 10
SAID = {
    "pause": "Paused: nothing leaves any more.",
    "resume": "Resumed.",
    "cancel": "Cancelled: nobody else gets it.",
    "reschedule": "It has another hour.",
}


class Standing(admin.SimpleListFilter):
    """Where it stands, as the list says: to the rows, being sent and sent are one state."""

    title = "where it stands"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Mailing.State.choices, ("sent", "Sent")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked = self.value()
        if asked in {Mailing.State.RELEASED, "sent"}:
            running, released = queryset.running(), queryset.filter(state=Mailing.State.RELEASED)
            return running if asked != "sent" else released.exclude(pk__in=running.values("pk"))
        return queryset.filter(state=asked) if asked else queryset


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    """The list, a page for each mailing, and its buttons. Every button is a POST."""

    nothing_yet = (
        "No mailings yet. An issue that is published with an hour for its mail stands here."
    )
    list_display = ["issue", "standing", "mail_at", "done"]
    list_filter = [Standing]
    list_select_related = ["issue"]
    list_per_page = 25
    change_list_template = "admin/delivery/mailings.html"

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
        site = self.admin_site.admin_view
        act = site(require_POST(self.act))
        deeds = [
            path(f"<int:pk>/{deed}/", act, {"deed": deed}, name=f"delivery_mailing_{deed}")
            for deed in SAID
        ]
        settle, open_ = site(require_POST(self.settle)), site(require_POST(self.open))
        return [
            *deeds,
            path("<int:pk>/settle/", settle, name="delivery_mailing_settle"),
            path("<int:pk>/live/", site(require_GET(self.live)), name="delivery_mailing_live"),
            path("test/<int:issue_pk>/", site(self.rehearse), name="delivery_mailing_test"),
            path("open/", open_, name="delivery_mailing_open"),
            path("passing/", site(self.passing), name="delivery_mailing_passing"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), **_fence(request)})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One page: where it stands, who is left, what can be done."""
        mailing = self._find(request, object_id)
        uncertain = mailing.deliveries.to_settle().select_related("subscriber")
        context = self._about(request, mailing) | {
            **_fence(request),
            "title": str(mailing),
            "buttons": _buttons(request, mailing),
            "to_get": to_get(mailing, timezone.now()) if mailing.state == "paused" else 0,
            "may_send": request.user.has_perm(MAY_SEND),
            "form": HourForm(initial={"mail_at": mailing.mail_at}),
            "to_settle": uncertain.count(),
            "uncertain": uncertain[:SHOWN],
        }
        return TemplateResponse(request, "admin/delivery/mailing.html", context)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes by itself, for its script to put in place."""
        context = self._about(request, self._find(request, str(pk)))
        return TemplateResponse(request, "admin/delivery/live.html", context)

    def act(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """One of the buttons."""
        _require_sender(request)
        mailing = get_object_or_404(Mailing, pk=pk)
        now = timezone.now()
        form = _form(deed, request, mailing, now)
        if not form.is_valid():
            return self._back(request, pk, form)
        values: dict[str, Any] = {} if deed == "pause" else {"now": now}
        if deed == "reschedule":
            values["mail_at"] = form.cleaned_data["mail_at"]
        verb = getattr(mailings, deed)
        _try(request, partial(verb, mailing, by=person(request), **values), SAID[deed])
        return redirect("admin:delivery_mailing_change", pk)

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One click on one uncertain mail, or on all of them: a number typed before many leave."""
        _require_sender(request)
        mailing = get_object_or_404(Mailing, pk=pk)
        again, only = request.POST.get("deed") == "again", request.POST.get("delivery", "")
        rows = mailing.deliveries.to_settle()
        if only:
            rows = rows.filter(pk=only if only.isdecimal() else 0)
        form = ReadersForm(request.POST, audience=rows.count() if again and not only else 0)
        if not form.is_valid():
            return self._back(request, pk, form)
        verb = settling.send_again if again else settling.leave
        said = "will be sent again, under the same Message-ID." if again else "left as they are."
        deed = partial(verb, rows, by=person(request), now=timezone.now())
        _try(request, deed, f"{{}} {said}")
        return redirect("admin:delivery_mailing_change", pk)

    def open(self, request: HttpRequest) -> HttpResponse:
        """This is the install that sends."""
        said = "Newsdesk sends from here. Mailings that had begun are on hold: look at each."
        _try(request, partial(fence.open_again, by=person(request), now=timezone.now()), said)
        return redirect("admin:delivery_mailing_changelist")

    def rehearse(self, request: HttpRequest, issue_pk: int) -> HttpResponse:
        """Send the approved mail to a few addresses, and show what the server said to each."""
        _require_sender(request)
        issue = get_object_or_404(Issue, pk=issue_pk)
        initial = starting_with(person(request).email, current().seed_list)
        form = RehearsalForm(request.POST if request.method == "POST" else None, initial=initial)
        tried: list[rehearsal.Tried] = []
        if form.is_valid():
            try:
                addresses, now = form.cleaned_data["addresses"], timezone.now()
                tried = rehearsal.send_test(issue, addresses, by=person(request), now=now)
            except (MailingError, NoWayOutError) as error:
                form.add_error(None, str(error))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Test mail of #{issue.number}",
            "issue": issue,
            "form": form,
            "tried": tried,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/delivery/test.html", context)

    def passing(self, request: HttpRequest) -> HttpResponse:
        """What makes mail pass."""
        return passing.show(request, {**self.admin_site.each_context(request), "opts": self.opts})

    def _back(self, request: HttpRequest, pk: int, form: forms.Form) -> HttpResponse:
        """To the mailing's page, with what is wrong."""
        wrong = (str(said) for errors in form.errors.values() for said in errors)
        messages.error(request, " ".join(wrong))
        return redirect("admin:delivery_mailing_change", pk)

    def _find(self, request: HttpRequest, object_id: str) -> Mailing:
        if not self.has_view_permission(request):
            raise PermissionDenied
        known = Mailing.objects.select_related("issue")
        return get_object_or_404(known, pk=object_id if object_id.isdecimal() else 0)

    def _about(self, request: HttpRequest, mailing: Mailing) -> dict[str, Any]:
        now = timezone.now()
        return {
            **self.admin_site.each_context(request),
            "mailing": mailing,
            "tally": tally(mailing, now),
            "obstacle": obstacle(mailing),
            "opts": self.opts,
        }


def _require_sender(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_SEND):
        raise PermissionDenied


def _form(deed: str, request: HttpRequest, mailing: Mailing, now: datetime) -> forms.Form:
    """What is typed beside a button."""
    if deed == "reschedule":
        return HourForm(request.POST)
    if deed == "resume":
        return ReadersForm(request.POST, audience=to_get(mailing, now))
    return forms.Form(request.POST)


def _try(request: HttpRequest, deed: Callable[[], object], said: str) -> None:
    """Do it and say so, or say why not."""
    try:
        messages.success(request, said.format(deed()))
    except MailingError as error:
        messages.error(request, str(error))
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from error


def _fence(request: HttpRequest) -> dict[str, Any]:
    known = Instance.objects.first()
    closed = known.closed_because if known else ""
    return {"closed_because": closed, "may_send": request.user.has_perm(MAY_SEND)}


def _buttons(request: HttpRequest, mailing: Mailing) -> list[str]:
    """What this person can do with this mailing now."""
    if mailing.is_sent or not request.user.has_perm(MAY_SEND):
        return []
    buttons = {
        Mailing.State.SCHEDULED: ["pause", "cancel"],
        Mailing.State.RELEASED: ["pause", "cancel"],
        Mailing.State.PAUSED: ["resume", "cancel"],
    }.get(Mailing.State(mailing.state), [])
    begun = mailing.state != Mailing.State.SCHEDULED or mailing.released_at is not None
    return buttons if begun else [*buttons, "reschedule"]
