"""One link to look at: what it is made of, and taking out of it what does not belong."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from curation import link_page
from curation.deeds import PERMISSION, QueueError
from curation.merging import unmerge
from curation.models import Entry, Link, LinkAddress
from curation.searching import matching
from curation.splitting import split
from curation.wording import condition
from publication.access import NotAllowedError
from toolbox.addresses import followable
from toolbox.readonly import ReadOnlyAdmin


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """Every link there ever was. They are sorted in the queue."""

    list_display = ["title", "source_label", "section", "state", "published_at"]
    list_filter = ["state", "kind", "section"]
    list_select_related = ["section"]
    search_fields = ["title", "url", "source_label"]
    # As they came: by the key, which needs no sorting of all there are.
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Link], search_term: str
    ) -> tuple[QuerySet[Link], bool]:
        """By the queue's index: every word, from its beginning. No words: all of them."""
        term = search_term.strip()
        return (matching(queryset, term) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Callable[..., HttpResponse]) -> URLPattern:
            name = f"curation_link_{view.__name__}"
            return path(route, self.admin_site.admin_view(require_POST(view)), name=name)

        return [
            own("<int:pk>/take-out/", self.take_out),
            own("<int:pk>/split-entry/<int:part>/", self.split_entry),
            own("<int:pk>/split-address/<int:part>/", self.split_address),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One page: its words, its sources and addresses, what became of it."""
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        links = Link.objects.select_related("section", "merged_into")
        link = get_object_or_404(links, pk=object_id if object_id.isdecimal() else 0)
        context = {
            **self.admin_site.each_context(request),
            "title": link.title,
            "page": link_page.read(link),
            "url": followable(link.url),
            "condition": condition(link),
            "may_part": request.user.has_perm(PERMISSION),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/curation/link.html", context)

    def take_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Unmerge a link."""
        link = get_object_or_404(Link, pk=pk)
        return self._part(
            request, link, lambda by: unmerge(link, by=by, now=timezone.now()), "taken out"
        )

    def split_entry(self, request: HttpRequest, pk: int, part: int) -> HttpResponse:
        """Split off what a feed said."""
        link, entry = get_object_or_404(Link, pk=pk), get_object_or_404(Entry, pk=part)
        return self._part(
            request,
            link,
            lambda by: split(link, entries=[entry], by=by, now=timezone.now()),
            "split off",
        )

    def split_address(self, request: HttpRequest, pk: int, part: int) -> HttpResponse:
        """Split off an address."""
        link, address = get_object_or_404(Link, pk=pk), get_object_or_404(LinkAddress, pk=part)
        return self._part(
            request,
            link,
            lambda by: split(link, addresses=[address], by=by, now=timezone.now()),
            "split off",
        )

    def _part(
        self, request: HttpRequest, link: Link, verb: Callable[[User], Link], said: str
    ) -> HttpResponse:
        """Do it and go to what stands for itself now; or say why not."""
        try:
            link = verb(cast("User", request.user))
        except QueueError as error:
            messages.error(request, str(error))
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error
        else:
            messages.success(request, f"“{link.title}” is {said}. It is {condition(link)}.")
        return redirect("admin:curation_link_change", link.pk)
