"""The door of the queue: one page, and its deeds as posts.

To a script that prefers JSON a deed answers with the rows as they are now; to a plain form with
a message and the way back. Both go through the same addresses.
"""

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from curation import announcing, bulk, queue_deeds, queue_page, watching
from curation import queue as verbs
from curation.models import Feed, Link
from curation.queue_address import SHELVES, Asked
from curation.queue_answers import answer, by_script, changes, html
from curation.queue_forms import SNOOZE, BulkForm, DeedForm, days, faults


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """A page of the queue, with one link in focus."""
    asked, now = Asked.read(request.GET), timezone.now()
    page = queue_page.read(asked, now)
    if by_script(request):
        rows = [html(row, asked) for row in page.rows]
        return JsonResponse({"rows": rows, "older": _older(asked, page)})
    context = _surroundings(asked, now) | _focus(page, request.GET.get("focus", ""))
    context |= {"page": page, "older": _older(asked, page), "editing": "edit" in request.GET}
    return render(request, "admin/queue/queue.html", admin.site.each_context(request) | context)


@require_POST
def deed(request: HttpRequest, name: str) -> HttpResponse:
    """One deed on one link: shortlist, reject, and what else `queue_deeds` knows."""
    form, by = DeedForm(request.POST), cast("User", request.user)
    if name not in queue_deeds.NAMES:
        raise Http404
    if not form.is_valid():
        sent = request.POST.get("link", "")
        pks = [int(sent)] if sent.isascii() and sent.isdigit() and len(sent) < 19 else []
        return answer(request, pks, faults(form), status=400)
    link, said = form.cleaned_data["link"], form.cleaned_data
    touched = [link.pk] + ([said["into"].pk] if said["into"] else [])
    try:
        queue_deeds.sorting(name, said, by)(link, said["version"])
    except verbs.QueueError as refusal:
        return answer(request, touched, str(refusal), status=409)
    return answer(request, touched, queue_deeds.done(name, said))


@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """One deed on the links that were ticked."""
    form, by = BulkForm(request.POST), cast("User", request.user)
    if not form.is_valid():
        return answer(request, [], faults(form), status=400)
    said = form.cleaned_data
    try:
        outcome = bulk.together(said["pick"], queue_deeds.sorting(said["deed"], said, by), by)
    except verbs.QueueError as refusal:
        return answer(request, [], str(refusal), status=409)
    pks = [pick.pk for pick in said["pick"]]
    return answer(request, pks, queue_deeds.counted(outcome), status=200 if outcome.done else 409)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back one's newest act."""
    try:
        undone = verbs.undo(by=cast("User", request.user))
    except verbs.QueueError as refusal:
        pks = [refusal.link.pk] if refusal.link else []
        return answer(request, pks, str(refusal), status=409)
    said = announcing.undone(undone)
    if passed := verbs.passed_over(undone):
        said += f" Not undone: {' '.join(map(str, passed))}"
    return answer(request, verbs.taken_back(undone), said, focus=undone.link_id)


@require_GET
def changed(request: HttpRequest) -> HttpResponse:
    """What changed since the page last asked, by whoever: nothing, in one query, as a rule."""
    asked, now = Asked.read(request.GET), timezone.now()
    since = _since(request.GET.get("since", ""), now)
    links = watching.changed(since, now)
    told: dict[str, Any] = {"now": now.isoformat()}
    if len(links) > watching.MOST:
        told |= {"many": True, "counts": queue_page.counts(now)}
    elif links:
        others = watching.deeds_of_others(links, cast("User", request.user), since)
        told |= {"links": changes(asked, links, now), "counts": queue_page.counts(now)}
        told["said"] = announcing.others(others)
    return JsonResponse(told)


def _since(text: str, now: datetime) -> datetime:
    """A moment as this page gave it; what is none means now."""
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), now)
    except (ValueError, OverflowError):
        return now


def _older(asked: Asked, page: queue_page.Page) -> str:
    return asked.query(after=page.after) if page.after else ""


def _focus(page: queue_page.Page, wanted: str) -> dict[str, Any]:
    """The row in focus, and the one that follows when it has been dealt with."""
    pks = [str(row.link.pk) for row in page.rows]
    at = pks.index(wanted) if wanted in pks else 0
    following = pks[at + 1 : at + 2] or pks[at - 1 : at] or [""]
    return {"focus": page.rows[at] if pks else None, "next": following[0]}


def _surroundings(asked: Asked, now: datetime) -> dict[str, Any]:
    """What stands around the links: shelves, what to narrow by, and the days to snooze to."""
    counts = queue_page.counts(now)
    # A shelf of its own for what rules hide is worth its place when they do.
    shown = [
        show for show in SHELVES if show != "hidden" or counts[show] != "0" or asked.show == show
    ]
    return {
        "title": "Queue",
        "asked": asked,
        "here": asked.query(),
        "now": now.isoformat(),
        "shelves": [
            (show, counts[show], asked.query(show=show, after="", order="")) for show in shown
        ],
        "sections": list(queue_page.sections()),
        "feeds": queue_page.feeds(asked.feed),
        "kinds": Link.Kind.choices,
        "languages": sorted({*queue_page.languages(), asked.language} - {""}),
        "polled_at": Feed.objects.aggregate(at=Max("last_poll_at"))["at"],
        "days": days(),
        "in_a_week": timezone.localdate() + SNOOZE,
    }
