"""The doors of the feeds' pages beyond list and form: lists in and out, progress, decisions."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from curation import flood, following, opml
from curation.admin.forms import ListForm
from curation.models import Feed
from curation.outlines import OpmlError
from curation.progress import progress
from publication.masthead import current

# Refused lines that are named one by one.
NAMED = 20


class FeedDoors(admin.ModelAdmin[Feed]):
    """Each calls one verb and tells the person."""

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"curation_feed_{name}")

        return [
            own("import/", self.import_list, "import"),
            own("export/", self.export_list, "export"),
            own("progress/", self.progress, "progress"),
            own("<int:pk>/ask/", self.ask_one, "ask"),
            own("<int:pk>/held/", self.decide, "held"),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest) -> HttpResponse:
        """How far the polls are: a part of the list's page, asked for again while they run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"progress": progress(timezone.now()), "was_asked": True}
        response = render(request, "admin/curation/feed/progress.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def ask_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Poll this feed now."""
        feed = self._to_change(request, pk)
        if isinstance(feed, HttpResponse):
            return feed
        feeds = Feed.objects.filter(pk=feed.pk)
        following.ask_now(feeds, by=person(request), now=timezone.now())
        messages.success(request, "The worker asks it as soon as it is free.")
        return redirect("admin:curation_feed_change", pk)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What becomes of the old entries that were held aside."""
        feed = self._to_change(request, pk)
        if isinstance(feed, HttpResponse):
            return feed
        if request.POST.get("do") == "offer":
            count = flood.offer_all(feed, by=person(request), now=timezone.now())
            messages.success(request, f"{count} links wait in the queue now.")
        else:
            count = flood.leave(feed, by=person(request))
            messages.success(request, f"{count} links stay among the rejected.")
        return redirect("admin:curation_feed_change", pk)

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
                by=person(request),
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

    def _to_change(self, request: HttpRequest, pk: int) -> Feed | HttpResponse:
        """The feed that a button was pressed for."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        feed = get_object_or_404(Feed, pk=pk)
        if not self.has_change_permission(request, feed):
            raise PermissionDenied
        return feed


def person(request: HttpRequest) -> User:
    """Who is at the door: the admin lets nobody in without a name."""
    return cast("User", request.user)
