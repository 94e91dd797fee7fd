"""The public pages of a subscription. None needs JavaScript, sets a cookie or acts on a GET.

The token in the address is the whole authority, so the CSRF check has nothing to protect here;
mail programs post to the unsubscribe address without a cookie (RFC 8058).
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from audience import consent
from audience.forms import WORDING, SubscribeForm
from audience.tokens import UnknownLinkError, subscriber_of

View = Callable[..., HttpResponse]


def token_page(view: View) -> View:
    """A page whose address is a secret: kept out of caches, indexes and referrers.

    A link that is cut short or no longer known ends on a page that says what to do.
    """

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except UnknownLinkError:
            response = render(request, "audience/unknown_link.html", status=404)
        except consent.LinkTooOldError:
            response = render(request, "audience/link_too_old.html", status=410)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. What it answers says nothing about who is subscribed."""
    now = timezone.now()
    form = SubscribeForm(request.POST if request.method == "POST" else None, now=now)
    if form.is_trapped:
        return redirect("audience:check_inbox")
    if not form.is_valid():
        return render(request, "audience/subscribe.html", {"form": form})
    consent.subscribe(
        form.cleaned_data["email"], asked_from=_origin(request), asked_on=WORDING, now=now
    )
    return redirect("audience:check_inbox")


@require_safe
def check_inbox(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "audience/check_inbox.html")


@token_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, since mail scanners open every link; the POST confirms."""
    now = timezone.now()
    if request.method == "POST":
        consent.confirm(token, confirmed_from=_origin(request), now=now)
        return render(request, "audience/confirmed.html")
    subscriber = consent.asked_with(token, now=now)
    return render(request, "audience/confirm.html", {"subscriber": subscriber})


@token_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button; the POST acts, whether a person pressed it or a mail program did (RFC 8058)."""
    if request.method == "POST":
        consent.unsubscribe(token, now=timezone.now())
        return render(request, "audience/unsubscribed.html")
    return render(request, "audience/unsubscribe.html", {"subscriber": subscriber_of(token)})


@token_page
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What we hold about this subscription, and the way out."""
    return render(request, "audience/preferences.html", {"subscriber": subscriber_of(token)})


def _origin(request: HttpRequest) -> str | None:
    """Where the request came from; behind a Unix socket nobody knows."""
    return request.META.get("REMOTE_ADDR") or None
