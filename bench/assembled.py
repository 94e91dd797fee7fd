"""The peer of bench/archive.py: an issue's page put together anew for each reader.

A WSGI module of its own, with the product's settings, models and templates.
"""

import os
import re
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

settings.ROOT_URLCONF = "bench.assembled"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.safestring import mark_safe

from config.urls import urlpatterns as product
from digest import tree
from digest.drawing import Press
from digest.models import Issue
from digest.outputs import WEB
from publication.masthead import current


def issue(request: HttpRequest, number: int) -> HttpResponse:
    """By queries and templates, as a site without artefacts has to."""
    published = Issue.objects.published()
    row = get_object_or_404(published, number=number)
    body = mark_safe(Press(row, tree.read(row), current()).draw(WEB))
    vars(row)["web_body"] = body
    context = {
        "issue": row,
        "rendered": row,
        "description": row.preheader,
        "newer": published.filter(number__gt=number).order_by("number").first(),
        "older": published.filter(number__lt=number).first(),
    }
    return render(request, "archive/issue.html", context)


patterns: list[Any] = product
urlpatterns = [
    path("issues/<int:number>/", issue),
    *(entry for entry in patterns if not re.match("admin", str(entry.pattern))),
]
