"""Every feed with its health in plain words; lists of feeds in and out."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince, timeuntil

from curation import following, opml
from curation.admin.forms import FeedForm, ListForm
from curation.health import diagnosis, health
from curation.models import Feed
from curation.outlines import OpmlError
from publication.masthead import current

# Refused lines that are named one by one.
NAMED = 20
HEALTH: tuple[str, ...] = (
    "condition", "format", "last_new_at", "last_ok_at", "last_poll_at", "next_poll_at",
    "usual_gap", "error_streak", "failing_since", "moved_to",
)  # fmt: skip


class HealthFilter(admin.SimpleListFilter):
    """Feeds that need somebody to look."""

    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", "Failing"), ("flawed", "Not all is well"), ("waiting", "Not asked yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        conditions = {
            "failing": Q(error_streak__gt=0),
            "flawed": Q(error_streak=0) & ~Q(warning=""),
            "waiting": Q(error_streak=0, last_ok_at=None),
        }
        condition = conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin[Feed]):
    """Every feed with its health in plain words."""

    form = FeedForm
    list_display = ["name", "condition", "section", "last_new", "next_poll"]
    list_filter = [HealthFilter, "state", "section"]
    list_select_related = ["section"]
    search_fields = ["title", "url", "site_url", "category"]
    actions = ["ask_now"]
    formfield_overrides = {
        models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}
    }
    fieldsets = [
        (None, {"fields": ["url", "title", "site_url", "section", "category", "state"]}),
        ("Health", {"fields": HEALTH}),
    ]
    readonly_fields = HEALTH

    class Media:
        css = {"all": ["newsdesk/feeds.css"]}

    @admin.display(ordering="title", description="feed")
    def name(self, feed: Feed) -> str:
        return str(feed)

    @admin.display(ordering="-error_streak", description="health")
    def condition(self, feed: Feed) -> str:
        return format_html(
            '<span class="feed-health {}">{}</span>',
            health(feed),
            diagnosis(feed, timezone.now()),
        )

    @admin.display(ordering="last_new_at", description="last new")
    def last_new(self, feed: Feed) -> str:
        return _when(feed.last_new_at)

    @admin.display(ordering="next_poll_at", description="next poll")
    def next_poll(self, feed: Feed) -> str:
        return _when(feed.next_poll_at) if feed.state == Feed.State.ACTIVE else "–"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Feeds", **(extra_context or {})})

    def get_fieldsets(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.fieldsets[:1]

    def save_model(self, request: HttpRequest, obj: Feed, form: Any, change: Any) -> None:
        following.save(obj, by=_person(request), now=timezone.now())

    @admin.action(description="Poll now", permissions=["change"])
    def ask_now(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        """Paused and retired feeds, too: whoever asks by hand wants an answer."""
        count = following.ask_now(queryset, by=_person(request), now=timezone.now())
        messages.success(request, f"The worker asks {count} feeds as soon as it is free.")

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any) -> URLPattern:
            return path(
                f"{route}/", self.admin_site.admin_view(view), name=f"curation_feed_{route}"
            )

        return [
            own("import", self.import_list),
            own("export", self.export_list),
            *super().get_urls(),
        ]

    def import_list(self, request: HttpRequest) -> HttpResponse:
        """Take in an uploaded list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ListForm(request.POST or None, request.FILES or None)
        if form.is_valid() and self._import(request, form):
            return redirect("admin:curation_feed_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": "Import a list of feeds",
        }
        return render(request, "admin/curation/feed/import.html", context)

    def export_list(self, request: HttpRequest) -> HttpResponse:
        """All feeds, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponse(
            opml.export_opml(current().name),
            content_type="text/x-opml; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="feeds.opml"'},
        )

    def _import(self, request: HttpRequest, form: ListForm) -> bool:
        try:
            imported = opml.import_opml(
                form.cleaned_data["file"].read(),
                section=form.cleaned_data["section"],
                by=_person(request),
                now=timezone.now(),
            )
        except OpmlError as error:
            form.add_error("file", str(error))
            return False
        messages.success(request, f"{imported}.")
        for line, reason in imported.refused[:NAMED]:
            messages.warning(request, f"Not added: {line}: {reason}")
        if imported.damage:
            messages.warning(request, imported.damage)
        return True


def _when(moment: datetime | None) -> str:
    """How long ago, or in how long; the date itself shows where the pointer rests."""
    if moment is None:
        return "–"
    now = timezone.now()
    words = (
        f"in {timeuntil(moment, now, depth=1)}"
        if moment > now
        else f"{timesince(moment, now, depth=1)} ago"
    )
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


def _person(request: HttpRequest) -> User:
    """Who is at the door: the admin lets nobody in without a name."""
    return cast("User", request.user)
