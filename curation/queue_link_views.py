"""The page of one link: who tells it, where it ran, what was done to it, what it may be one with.

To the queue's script the same as a fragment, for its dialog.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from curation import queue_page
from curation.likeness import alike
from curation.models import Entry, Link, LinkUse
from curation.queue_address import Asked
from curation.queue_answers import by_script
from curation.queue_rows import Row, rows
from curation.telling import history

# Of a list of sources so many; beyond, nobody reads them here.
TOLD = 100
# Links that a search for the other half offers.
OFFERED = 9


@require_GET
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one link; with ?q= other links to merge it with."""
    found = get_object_or_404(Link.objects.select_related("section", "merged_into"), pk=pk)
    back = Asked.read(QueryDict(request.GET.get("back", "")))
    context = _context(found, request.GET.get("q", "").strip()) | {"back": back.query()}
    if by_script(request):
        fragment = render_to_string("admin/queue/link_about.html", context, request)
        return JsonResponse({"title": found.title, "html": fragment})
    return render(request, "admin/queue/link.html", admin.site.each_context(request) | context)


def _context(found: Link, q: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "title": found.title,
        "row": rows([found], "published_at", now)[0],
        "q": q,
        "offered": _searched(found, q) if q else _proposed(found),
        "told": Entry.objects.filter(link=found).select_related("feed").order_by("pk")[:TOLD],
        "uses": LinkUse.objects.filter(link=found)[:TOLD],
        "merged": Link.objects.filter(merged_into=found)[:TOLD],
        "history": history(found),
    }


def _proposed(found: Link) -> list[tuple[Row, str]]:
    """Links that may tell the same story, each with the reason."""
    near = [] if found.merged_into_id else alike(found)[:OFFERED]
    shown = rows([other for other, _ in near], "published_at", timezone.now())
    return [(row, why) for row, (_, why) in zip(shown, near, strict=True)]


def _searched(found: Link, q: str) -> list[tuple[Row, str]]:
    page = queue_page.read(Asked(show="everything", q=q), timezone.now())
    return [(row, "") for row in page.rows if row.link.pk != found.pk][:OFFERED]
