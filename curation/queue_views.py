"""The door of the queue: one page, and its deeds as posts.

To a script that prefers JSON a deed answers with the link's row as it is now; to a plain form
with a message and the way back. Both go through the same addresses.
"""

import re
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from curation import queue as verbs
from curation import queue_page
from curation.models import Feed, Link
from curation.queue_address import SHELVES, Asked
from curation.wording import condition
from toolbox.text import one_line

SNOOZE = timedelta(days=7)
# A link's number, within what a row can have.
LINK = re.compile(r"[0-9]{1,18}")


class DeedForm(forms.Form):
    """What a deed may come with."""

    link = forms.ModelChoiceField(
        Link.objects.all(), error_messages={"invalid_choice": "This link is gone: it was deleted."}
    )
    version = forms.IntegerField(min_value=0)
    section = forms.ModelChoiceField(
        queue_page.sections(),
        to_field_name="slug",
        required=False,
        error_messages={"invalid_choice": "There is no such section to sort links into."},
    )
    reason = forms.CharField(required=False)
    number = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    until = forms.DateField(
        required=False, error_messages={"invalid": "Write the day as 2026-11-30."}
    )


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """A page of the queue, with one link in focus."""
    asked, now = Asked.read(request.GET), timezone.now()
    page = queue_page.read(asked, now)
    if _by_script(request):
        rows = [_html(row, asked) for row in page.rows]
        return JsonResponse({"rows": rows, "older": _older(asked, page)})
    context = _surroundings(asked, now) | _focus(page, request.GET.get("focus", ""))
    context |= {"page": page, "older": _older(asked, page)}
    return render(request, "admin/queue/queue.html", admin.site.each_context(request) | context)


@require_POST
def deed(request: HttpRequest, name: str) -> HttpResponse:
    """Shortlist, reject, snooze or move one link."""
    form = DeedForm(request.POST)
    if name not in ("shortlist", "reject", "snooze", "section", "follow-up"):
        raise Http404
    if not form.is_valid():
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        return _answer(request, request.POST.get("link", ""), " ".join(faults), status=400)
    link = form.cleaned_data["link"]
    try:
        said = _do(name, form.cleaned_data, cast("User", request.user))
    except verbs.QueueError as refusal:
        return _answer(request, link.pk, str(refusal), status=409)
    return _answer(request, link.pk, f"“{one_line(link.title, 60)}” {said}.")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back one's newest deed."""
    try:
        undone = verbs.undo(by=cast("User", request.user))
    except verbs.QueueError as refusal:
        return _answer(request, refusal.link and refusal.link.pk, str(refusal), status=409)
    link = undone.link
    said = f"Undone: “{one_line(link.title, 60)}” is {condition(link)} again."
    if passed := verbs.passed_over(undone):
        said += f" Not undone: {' '.join(map(str, passed))}"
    return _answer(request, link.pk, said, focus=link.pk)


def _do(name: str, said: dict[str, Any], by: User) -> str:
    """The one verb that a deed calls; answers what the link is after it."""
    link, held = said["link"], {"by": by, "version": said["version"]}
    match name:
        case "shortlist":
            verbs.shortlist(link, section=said["section"], **held)
        case "reject":
            verbs.reject(link, reason=said["reason"], **held)
        case "snooze":
            verbs.snooze(link, until=_morning(said["until"]), now=timezone.now(), **held)
        case "section":
            verbs.set_section(link, said["section"], **held)
            return f"moved to {link.section}" if link.section else "stands in no section"
        case "follow-up":
            verbs.follow_up(link, said["number"], **held)
            number = link.follow_up_of
            return f"is a follow-up of #{number}" if number else "follows nothing up"
    return condition(link)


def _morning(day: Any) -> datetime:
    """The first moment of a day in the publication's time zone; of a day in a week by default."""
    day = day or timezone.localdate() + SNOOZE
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _answer(
    request: HttpRequest, pk: Any, said: str, *, status: int = 200, focus: int | None = None
) -> HttpResponse:
    """What was done or why not, and the link's row if it still stands where the person is."""
    back, now = Asked.read(QueryDict(request.POST.get("back", ""))), timezone.now()
    row = queue_page.find(int(pk), back.show, now) if LINK.fullmatch(str(pk)) else None
    if _by_script(request):
        shown = _html(row, back) if row else None
        answer = {"said": said, "link": pk, "row": shown, "counts": queue_page.counts(now)}
        return JsonResponse(answer, status=status)
    (messages.success if status == 200 else messages.error)(request, said)
    onto = focus or (row.link.pk if row else request.POST.get("next"))
    return redirect(f"{reverse('queue:queue')}?{back.query(focus=onto)}")


def _by_script(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _html(row: queue_page.Row, asked: Asked) -> str:
    return render_to_string("admin/queue/row.html", {"row": row, "asked": asked})


def _older(asked: Asked, page: queue_page.Page) -> str:
    return asked.query(after=page.after) if page.after else ""


def _focus(page: queue_page.Page, wanted: str) -> dict[str, Any]:
    """The row in focus, and the one that follows when it has been dealt with."""
    pks = [str(row.link.pk) for row in page.rows]
    at = pks.index(wanted) if wanted in pks else 0
    following = pks[at + 1 : at + 2] or pks[at - 1 : at] or [""]
    return {"focus": page.rows[at] if pks else None, "next": following[0]}


def _surroundings(asked: Asked, now: datetime) -> dict[str, Any]:
    """What stands around the links: shelves, sections, sources, and the days to snooze to."""
    counts = queue_page.counts(now)
    return {
        "title": "Queue",
        "asked": asked,
        "here": asked.query(),
        "shelves": [(show, counts[show], asked.query(show=show, after="")) for show in SHELVES],
        "sections": list(queue_page.sections()),
        "feeds": list(queue_page.feeds()),
        "polled_at": Feed.objects.aggregate(at=Max("last_poll_at"))["at"],
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "in_a_week": timezone.localdate() + SNOOZE,
        "searched": queue_page.SEARCHED,
    }
