"""Every feed with its health in plain words."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html

from curation import flood, following
from curation.admin.feed_doors import FeedDoors, person
from curation.admin.forms import FeedForm
from curation.admin.shown import shortly, when
from curation.health import (
    Health,
    diagnosis,
    health,
    move_in_words,
    rhythm_in_words,
    summary,
    with_health,
)  # fmt: skip
from curation.models import Feed
from curation.progress import progress

HEALTH: tuple[str, ...] = (
    "condition", "ok", "new", "usually", "failed", "asked", "next", "format", "moved",
)  # fmt: skip


class HealthFilter(admin.SimpleListFilter):
    """Feeds that need somebody to look."""

    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(word), word.label) for word in Health]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        word = self.value()
        return with_health(queryset, timezone.now()).filter(health=word) if word else queryset


@admin.register(Feed)
class FeedAdmin(FeedDoors):
    """The list, and the form of one feed."""

    form = FeedForm
    nothing_yet = "No feeds yet. Add one by its address or its site’s, or import a list (OPML)."
    list_display = ["name", "condition", "section", "last_ok", "last_new", "next_poll"]
    list_filter = [HealthFilter, "state", "section"]
    list_select_related = ["section"]
    list_per_page = 50
    search_fields = ["title", "url", "site_url", "category"]
    actions = ["ask_now"]
    formfield_overrides = {
        models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}
    }
    fieldsets = [
        (None, {"fields": ["url", "pick", "title", "site_url", "section", "category", "state"]}),
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
        now = timezone.now()
        return format_html(
            '<span class="feed-health {}">{}</span>', health(feed, now), diagnosis(feed, now)
        )

    @admin.display(ordering="last_ok_at", description="last OK")
    def last_ok(self, feed: Feed) -> str:
        return shortly(feed.last_ok_at)

    @admin.display(ordering="last_new_at", description="last new")
    def last_new(self, feed: Feed) -> str:
        return shortly(feed.last_new_at)

    @admin.display(description="last OK")
    def ok(self, feed: Feed) -> str:
        return when(feed.last_ok_at)

    @admin.display(description="last new")
    def new(self, feed: Feed) -> str:
        return when(feed.last_new_at)

    @admin.display(description="last poll")
    def asked(self, feed: Feed) -> str:
        return when(feed.last_poll_at)

    @admin.display(description="next poll")
    def next(self, feed: Feed) -> str:
        if feed.state != Feed.State.ACTIVE:
            return "Not before it is active again."
        return "As soon as the worker is free." if _is_due(feed) else when(feed.next_poll_at)

    @admin.display(description="usually")
    def usually(self, feed: Feed) -> str:
        return rhythm_in_words(feed, timezone.now())

    @admin.display(description="failed")
    def failed(self, feed: Feed) -> str:
        if not feed.error_streak:
            return "–"
        times = "once" if feed.error_streak == 1 else f"{feed.error_streak} times running"
        return format_html("{}, the first {}", times, when(feed.failing_since))

    @admin.display(ordering="next_poll_at", description="next poll")
    def next_poll(self, feed: Feed) -> str:
        if feed.state != Feed.State.ACTIVE:
            return "–"
        return "now" if _is_due(feed) else shortly(feed.next_poll_at)

    @admin.display(description="moved")
    def moved(self, feed: Feed) -> str:
        return move_in_words(feed) or "–"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now = timezone.now()
        held = flood.notices()
        names = Feed.objects.in_bulk(held)
        context = {
            "title": "Feeds",
            "summary": summary(now).items(),
            "progress": progress(now),
            "floods": [(names[pk], count) for pk, count in held.items()],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        feed = self.get_object(request, object_id)
        context = {"held": flood.held(feed).count() if feed else 0, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def get_fieldsets(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        """Whoever only looks is offered no choice."""
        if not obj:
            return self.fieldsets[:1]
        if self.has_change_permission(request, obj):
            return self.fieldsets
        [(name, entered), health] = self.fieldsets
        seen = [field for field in entered["fields"] if field != "pick"]
        return [(name, {"fields": seen}), health]

    def save_model(self, request: HttpRequest, obj: Feed, form: Any, change: Any) -> None:
        following.save(obj, by=person(request), now=timezone.now(), entered=form.entered)
        if form.entered:
            page, feed = form.entered, obj.url
            messages.info(request, f"What you entered is the page {page}; its feed is {feed}")
        if form.doubt:
            messages.warning(request, f"It did not answer with a feed just now: {form.doubt}")

    @admin.action(description="Poll now", permissions=["change"])
    def ask_now(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        """Paused and retired feeds, too: whoever asks by hand wants an answer."""
        count = following.ask_now(queryset, by=person(request), now=timezone.now())
        asked = "this feed" if count == 1 else f"these {count} feeds"
        messages.success(request, f"The worker asks {asked} as soon as it is free.")


def _is_due(feed: Feed) -> bool:
    return feed.next_poll_at is None or feed.next_poll_at <= timezone.now()
