"""Each request knows its publication, and shows times in the publication's time zone."""

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from publication.masthead import current

logger = logging.getLogger("newsdesk.publication")


class PublicationTimeZoneMiddleware:
    """Sets `request.publication` and activates its time zone for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.publication = current()  # type: ignore[attr-defined]
        with timezone.override(_zone(request.publication.time_zone)):  # type: ignore[attr-defined]
            return self.get_response(request)


def _zone(name: str) -> ZoneInfo:
    """UTC where the name means nothing here: the page to correct it must still open."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        logger.error("The publication's time zone %r is not known here; UTC stands in.", name)
        return ZoneInfo("UTC")
