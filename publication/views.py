"""The look of the site, and the page that says who we are."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, etag, require_safe

from publication.look import stylesheet
from publication.masthead import current

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="{}"/><text x="16" y="23" text-anchor="middle"'
    ' font-family="Georgia, serif" font-weight="700" font-size="20" fill="{}">{}</text></svg>'
)


def _look_etag(request: HttpRequest) -> str:
    return f'"{sha256(stylesheet(current().accent).encode()).hexdigest()[:16]}"'


@require_safe
@cache_control(public=True, max_age=3600)
@etag(_look_etag)
def look(request: HttpRequest) -> HttpResponse:
    """The publication's colours and fonts as CSS custom properties."""
    return HttpResponse(stylesheet(current().accent), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def icon(request: HttpRequest) -> HttpResponse:
    """The publication's initial on its accent, for the browser's tab."""
    publication = current()
    colours = publication.look.light
    drawn = format_html(ICON, colours.accent, colours.paper, publication.name[:1])
    return HttpResponse(drawn, content_type="image/svg+xml")


@require_safe
@conditional_page
@cache_control(public=True, max_age=0, must_revalidate=True)
def about(request: HttpRequest) -> HttpResponse:
    """Who makes this, and how to follow it."""
    return render(request, "archive/about.html")
