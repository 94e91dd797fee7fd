"""The public doors of this room: the planet, and the way to send in a link.

The form needs no JavaScript and sets no cookie. It acts for nobody who is logged in, so the CSRF
check has nothing to protect here.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from curation import planet, submitting
from curation.addressing import AddressRefusedError
from curation.forms import SubmitForm
from toolbox.visitors import network_address


@require_safe
@conditional_page
@cache_control(public=True, max_age=0, must_revalidate=True)
def planet_page(request: HttpRequest) -> HttpResponse:
    """What the feeds said, by day."""
    page = planet.read(request.GET.get("after", ""), timezone.now())
    return render(request, "archive/planet.html", {"page": page})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """The form. It says before anything is sent whether a link is known."""
    now = timezone.now()
    if request.method != "POST":
        form = SubmitForm(initial=request.GET.dict(), now=now)
        return _form(request, form, **_known(request.GET.get("url", "")))
    form = SubmitForm(request.POST, now=now)
    if form.is_trapped:
        return redirect("planet:thanks")
    if not form.is_valid():
        return _form(request, form)
    try:
        submitting.submit(form.sent, origin=network_address(request), now=now)
    except submitting.AlreadyHereError as known:
        return _form(request, form, known=known)
    except submitting.ClosedError:
        return _form(request, form, status=403)
    except submitting.TooManyError as refusal:
        return _form(request, form, status=429, refusal=str(refusal))
    return redirect("planet:thanks")


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "archive/submit_thanks.html")


def _known(text: str) -> dict[str, Any]:
    """What there is to say about an address before it is sent."""
    if not text.strip():
        return {}
    try:
        return {"free": submitting.check(text)}
    except submitting.AlreadyHereError as known:
        return {"known": known}
    except AddressRefusedError as refusal:
        return {"fault": str(refusal)}


def _form(request: HttpRequest, form: SubmitForm, status: int = 200, **said: Any) -> HttpResponse:
    return render(request, "archive/submit.html", {"form": form, **said}, status=status)
