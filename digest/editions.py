"""What a reader's copy of a page depends on: enough to say "not modified" without drawing it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from digest.models import Issue
from publication.masthead import current

View = Callable[..., HttpResponse]

# What an address asks for, as a question to the issues that are out.
ASKED = {"number": "number", "slug": "items__section_slug", "domain": "items__domain"}


def public_page(view: View) -> View:
    """A page that readers and caches may keep, and ask about before each use."""
    conditional = condition(etag, last_modified)(view)
    return require_safe(cache_control(public=True, max_age=0, must_revalidate=True)(conditional))


def etag(request: HttpRequest, **asked: Any) -> str | None:
    """Changes with what is published, with who we are, and with how pages are drawn.

    What is not there has none: whoever asks for it is told so, whatever they hold.
    """
    if (published := _edition(request, asked)) is None:
        return None
    parts = [model_to_dict(current()), published, max(_drawn_at()), static("newsdesk/site.css")]
    return f'"{sha256(repr(parts).encode()).hexdigest()[:16]}"'


def last_modified(request: HttpRequest, **asked: Any) -> datetime | None:
    """When something was last published or corrected."""
    latest = _edition(request, asked) or {}
    return max(filter(None, [latest.get("out"), latest.get("made")]), default=None)


def _edition(request: HttpRequest, asked: dict[str, Any]) -> dict[str, Any] | None:
    """What all pages depend on, asked once a request; None where the issue `number`, section
    `slug` or source `domain` of the address is not out."""
    if not hasattr(request, "edition"):
        published = Issue.objects.published()
        there = all(published.filter(**{ASKED[name]: asked[name]}).exists() for name in asked)
        request.edition = _published() if there else None  # type: ignore[attr-defined]
    return request.edition  # type: ignore[attr-defined]


def _published() -> dict[str, Any]:
    published = Issue.objects.published().order_by()
    return published.aggregate(
        count=Count("pk", distinct=True),
        out=Max("published_at"),
        made=Max("rendered__created_at"),
        last=Max("rendered__pk"),
    )


def _drawn_at() -> Iterator[float]:
    """When each public template was changed: a new release is seen at once."""
    folder = Path(settings.BASE_DIR) / "templates"
    for path in (folder / "base.html", *folder.glob("archive/*.html")):
        yield path.stat().st_mtime
