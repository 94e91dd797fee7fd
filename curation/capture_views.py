"""The doors for links that editors bring: the window of the bookmarklet, the share of a phone, and
a paste of many. A GET only looks; nothing is fetched while somebody waits.
"""

import json
from typing import Any, cast
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation import capture as verbs
from curation import pasting, queue_page
from curation.addressing import AddressRefusedError
from curation.deeds import QueueError
from curation.models import Link
from curation.wording import whereabouts
from publication.masthead import current
from toolbox.text import printable

# Of what a paste knew already and of what was no address, so many lines are shown.
LISTED = 200
# Bytes of a query: twice quoted on its way through the login, it still fits into a request line.
LONGEST = 2000
# Runs on the page of somebody else, so it only opens our window; ours does the rest.
BOOKMARKLET = """
(()=>{const e=encodeURIComponent,w=(t,n)=>{t=[...(t.toWellFormed?t.toWellFormed():t).slice(0,2000)];
while(e(t.join("")).length>n)t.length=t.length*.9|0;return e(t.join(""))},u=e(location.href),
a=%s+"?url="+u+"&title="+w(document.title,400)
+"&text="+w(String(getSelection()),Math.max(0,%d-u.length));
open(a,"newsdesk","popup,width=440,height=720")||(location.href=a)})()
"""


class CaptureForm(forms.Form):
    """What an editor says about a page they look at."""

    url = forms.CharField(required=False)
    title = forms.CharField(required=False)
    text = forms.CharField(required=False)
    section = forms.ModelChoiceField(
        queue_page.sections(), to_field_name="slug", required=False, empty_label="Section later"
    )
    note = forms.CharField(required=False)
    follow_up = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    shortlist = forms.BooleanField(required=False)


class PasteForm(forms.Form):
    """Addresses, and whatever came along with them."""

    text = forms.CharField(
        label="Addresses", error_messages={"required": "Paste some addresses first."}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def capture(request: HttpRequest) -> HttpResponse:
    """What is known about a page, and one button that puts it on the shortlist."""
    if request.method != "POST":
        return _window(request, request.GET)
    form = CaptureForm(request.POST)
    if not form.is_valid():
        return _window(request, request.POST, " ".join(_faults(form)))
    said = form.cleaned_data
    try:
        link = verbs.capture(
            verbs.Shared(said.pop("url"), said.pop("title"), said.pop("text")),
            **said,
            by=_person(request),
            now=timezone.now(),
        )
    except (AddressRefusedError, QueueError) as refusal:
        return _window(request, request.POST, str(refusal))
    return redirect("capture:kept", link.pk)


@require_safe
def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done. The window closes by itself where it may."""
    link = get_object_or_404(Link.objects.select_related("section"), pk=pk)
    context = {"title": "Kept", "link": link, "says": whereabouts(link, link.uses.all())}
    return _admin(request, "admin/capture/kept.html", context | {"is_popup": True})


@require_safe
def bookmarklet(request: HttpRequest) -> HttpResponse:
    """The bookmarklet to drag, the share of a phone, and what to do without either."""
    code = _code(request.build_absolute_uri(reverse("capture:capture")))
    context = {"title": "Bring links from anywhere", "code": code}
    return _admin(request, "admin/capture/bookmarklet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """Many addresses at once, and what became of each."""
    # Whatever was copied is pasted, and PostgreSQL takes no NUL.
    text = request.POST.get("text", "").replace("\0", " ")
    form = PasteForm({"text": text} if request.method == "POST" else None)
    pasted = None
    if form.is_valid():
        try:
            pasted = pasting.paste(
                form.cleaned_data["text"], by=_person(request), now=timezone.now()
            )
        except pasting.TooMuchPastedError as refusal:
            form.add_error("text", str(refusal))
    context = {"title": "Paste addresses", "form": form, "pasted": pasted, "listed": LISTED}
    return _admin(request, "admin/capture/paste.html", context)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo a whole paste."""
    key = printable(request.POST.get("paste", ""))
    taken = pasting.take_back(key, by=_person(request), now=timezone.now())
    messages.success(request, f"{taken} links of this paste were turned down.")
    return redirect("capture:paste")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to offer the queue among the places to share a page with."""
    name = current().name
    return JsonResponse(
        {
            "name": f"{name}: the desk",
            "short_name": name[:30],
            "id": reverse("queue:queue"),
            "start_url": reverse("queue:queue"),
            "scope": reverse("admin:index"),
            "display": "standalone",
            "background_color": current().look.light.paper,
            "theme_color": current().look.light.accent,
            "icons": [
                {"src": reverse("publication:icon"), "sizes": "any", "type": "image/svg+xml"}
            ],
            "share_target": {
                "action": reverse("capture:capture"),
                "method": "GET",
                "params": {"title": "title", "text": "text", "url": "url"},
            },
        },
        content_type="application/manifest+json",
    )


def _code(address: str) -> str:
    """The bookmarklet as an address."""
    script = BOOKMARKLET % (json.dumps(address), LONGEST)
    return "javascript:" + quote(script.replace("\n", ""), safe="()[]{}<>=!?:;,.|&+*/'")


def _window(request: HttpRequest, said: QueryDict, fault: str = "") -> HttpResponse:
    shared = verbs.Shared(*(said.get(name, "") for name in ("url", "title", "text")))
    context: dict[str, Any] = {"shared": shared, "said": said, "fault": fault}
    context["selection"] = shared.words[1]
    if any(vars(shared).values()):
        try:
            context["sighting"] = verbs.look(shared, timezone.now())
        except AddressRefusedError as refusal:
            context["fault"] = str(refusal)
    context |= {"sections": queue_page.sections(), "title": "Bring a link", "is_popup": True}
    return _admin(request, "admin/capture/capture.html", context)


def _admin(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, admin.site.each_context(request) | context)


def _faults(form: forms.Form) -> list[str]:
    return [str(fault) for faults in form.errors.values() for fault in faults]


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)
