"""How the queue answers a deed: to a script with the rows as they are now, to a form with a
message and the way back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from curation import queue_page
from curation.models import Link
from curation.queue_address import Asked
from curation.queue_rows import Row


def by_script(request: HttpRequest) -> bool:
    """Whether a script asks, that prefers JSON."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def html(row: Row, asked: Asked) -> str:
    """A row of the list, with its card."""
    return render_to_string("admin/queue/row.html", {"row": row, "asked": asked})


def answer(
    request: HttpRequest,
    pks: Collection[int],
    said: str,
    *,
    status: int = 200,
    focus: int | None = None,
) -> HttpResponse:
    """What was done or why not, and the rows of these links where the person is."""
    back, now = Asked.read(QueryDict(request.POST.get("back", ""))), timezone.now()
    rows = queue_page.find(pks, back, now, narrowed=False) if pks else {}
    if by_script(request):
        told = {"said": said, "links": links(pks, rows, back), "counts": queue_page.counts(now)}
        return JsonResponse(told, status=status)
    (messages.success if status == 200 else messages.error)(request, said)
    onto = focus or next(iter(rows), None) or request.POST.get("next")
    return redirect(f"{reverse('queue:queue')}?{back.query(focus=onto)}")


def links(pks: Collection[int], rows: dict[int, Row], asked: Asked) -> list[dict[str, Any]]:
    """Each link with its version, and its row unless it left the shelf."""
    versions = dict(Link.objects.filter(pk__in=pks).order_by().values_list("pk", "version"))
    return [
        {
            "link": pk,
            "version": versions.get(pk),
            "row": html(rows[pk], asked) if pk in rows else None,
        }
        for pk in pks
    ]


def changes(asked: Asked, changed: list[Link], now: datetime) -> list[dict[str, Any]]:
    """As `links`, for those that changed: shown where they are what is looked for."""
    rows = queue_page.find([link.pk for link in changed], asked, now, narrowed=True)
    return [
        {
            "link": link.pk,
            "version": link.version,
            "row": html(rows[link.pk], asked) if link.pk in rows else None,
        }
        for link in changed
    ]
