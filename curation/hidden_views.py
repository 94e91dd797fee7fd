"""The door to what rules keep out of the queue: looked through, and taken back."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from curation import queue
from curation.deeds import QueueError
from curation.models import Link
from curation.paging import after, key_of
from curation.wording import age
from toolbox.addresses import followable, host

PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def hidden(request: HttpRequest) -> HttpResponse:
    """The hidden links, newest first, each with the rule that hid it."""
    if request.method == "POST":
        _take_back(request, request.POST.getlist("link"))
        return redirect("queue:hidden")
    links = Link.objects.hidden().order_by("-published_at", "-pk")
    found = list(after(links, "published_at", request.GET.get("after", ""))[: PAGE + 1])
    now, last = timezone.now(), found[PAGE - 1] if len(found) > PAGE else None
    rows = [
        (link, followable(link.url), host(link.url), age(link.published_at, now))
        for link in found[:PAGE]
    ]
    older = key_of(last.published_at, last.pk) if last else ""
    context = {"title": "Hidden links", "rows": rows, "older": older}
    return render(
        request, "admin/queue/hidden_links.html", admin.site.each_context(request) | context
    )


def _take_back(request: HttpRequest, pks: list[str]) -> None:
    """Let the chosen ones wait in the queue."""
    wanted = [int(pk) for pk in pks[:PAGE] if pk.isdecimal() and len(pk) < 16]
    back = 0
    for link in Link.objects.hidden().filter(pk__in=wanted):
        try:
            queue.unhide(link, by=cast("User", request.user))
            back += 1
        except QueueError as refusal:
            messages.error(request, str(refusal))
    if back:
        messages.success(request, f"{back} taken back: they wait in the queue.")
    elif not wanted:
        messages.error(request, "Tick the links to take back first.")
