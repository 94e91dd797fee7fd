"""What a reader's copy of a page depends on: enough to say "not modified" without drawing it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from digest.models import Issue
from publication.masthead import current

View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """A page that readers and caches may keep, and ask about before each use."""
    conditional = condition(etag, last_modified)(view)
    return require_safe(cache_control(public=True, max_age=0, must_revalidate=True)(conditional))


def etag(request: HttpRequest, number: int | None = None) -> str | None:
    """Changes with what is published, with who we are, and with how pages are drawn.

    An issue that is not out has none: whoever asks for it is told so, whatever they hold.
    """
    published = _published(number)
    if published is None:
        return None
    parts = [model_to_dict(current()), published, max(_drawn_at()), static("newsdesk/site.css")]
    return f'"{sha256(repr(parts).encode()).hexdigest()[:16]}"'


def last_modified(request: HttpRequest, number: int | None = None) -> datetime | None:
    """When something was last published or corrected."""
    latest = _published(number) or {}
    return max(filter(None, [latest.get("out"), latest.get("made")]), default=None)


def _published(number: int | None) -> dict[str, Any] | None:
    """What all pages depend on; None if issue `number` is asked for and not out."""
    asked = Q() if number is None else Q(number=number)
    found = (
        Issue.objects.published()
        .order_by()
        .aggregate(
            count=Count("pk", distinct=True),
            out=Max("published_at"),
            made=Max("rendered__created_at"),
            last=Max("rendered__pk"),
            asked=Count("pk", filter=asked),
        )
    )
    there = found.pop("asked") or number is None
    return found if there else None


def _drawn_at() -> Iterator[float]:
    """When each public template was changed: a new release is seen at once."""
    folder = Path(settings.BASE_DIR) / "templates"
    for path in (folder / "base.html", *folder.glob("archive/*.html")):
        yield path.stat().st_mtime
