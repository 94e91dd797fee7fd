"""The public door of this room: the planet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from curation import planet


@require_safe
def planet_page(request: HttpRequest) -> HttpResponse:
    """What the feeds said, by day."""
    page = planet.read(request.GET.get("after", ""), timezone.now())
    return render(request, "archive/planet.html", {"page": page})
