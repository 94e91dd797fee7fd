"""Each request knows its publication, and shows times in the publication's time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from publication.masthead import current


class PublicationTimeZoneMiddleware:
    """Sets `request.publication` and activates its time zone for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.publication = current()  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(request.publication.time_zone)):  # type: ignore[attr-defined]
            return self.get_response(request)
