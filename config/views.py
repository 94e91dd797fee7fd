"""The doors for who watches over us: `/healthz`, `/metrics`, and the front page's week."""

import logging
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import health
from config.metrics import text
from config.week import week
from toolbox.text import first_line

logger = logging.getLogger("newsdesk.health")

HEALTHZ = "/healthz"


class HealthzMiddleware:
    """Answers before anything else does: a monitor asks by any host name, without TLS, and while
    the database is away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path == HEALTHZ else self.get_response(request)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when all is well, 503 with the reasons when it is not."""
    try:
        found = health.look(timezone.now())
    except Error as error:
        logger.warning("The database is away: %s", first_line(error))
        return JsonResponse({"ok": False, "faults": ["The database is away."]}, status=503)
    seen = found.worker_seen
    said = {
        "ok": not found.faults,
        "faults": found.faults,
        "worker_seen_seconds": seen and round(seen.total_seconds()),
        "overdue_seconds": {
            room: round(age.total_seconds()) for room, age in found.overdue.items()
        },
    }
    return JsonResponse(said, status=503 if found.faults else 200)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has METRICS_TOKEN; without one there is no such page."""
    asked = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    token = settings.METRICS_TOKEN
    if not settings.LAPTOP and not (token and constant_time_compare(asked, token)):
        raise Http404
    content_type = "text/plain; version=0.0.4; charset=utf-8"
    return HttpResponse(text(timezone.now()), content_type=content_type)


@never_cache
@require_safe
def glance(request: HttpRequest) -> HttpResponse:
    """The week, as a part of the front page that is asked for again and again."""
    person = cast("User", request.user)
    return render(request, "admin/week.html", {"week": week(person, timezone.now())})
