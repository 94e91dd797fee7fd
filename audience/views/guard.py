"""Pages whose address is a secret.

The token in the address is the whole authority, so the CSRF check has nothing to protect here;
mail programs post to the unsubscribe address without a cookie (RFC 8058).
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from audience import consent
from audience.tokens import UnknownLinkError
from toolbox.visitors import network_address

View = Callable[..., HttpResponse]


def token_page(view: View) -> View:
    """Kept out of caches, indexes and referrers.

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


def origin(request: HttpRequest) -> str | None:
    """Where the request came from; behind a Unix socket nobody knows."""
    address = network_address(request)
    try:
        return str(ip_address(address))
    except ValueError:
        return None
