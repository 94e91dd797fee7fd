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


def public_page(view: View) -> View:
    """A page that readers and caches may keep, and ask about before each use."""
    conditional = condition(etag, last_modified)(view)
    return require_safe(cache_control(public=True, max_age=0, must_revalidate=True)(conditional))


def etag(request: HttpRequest, **_: Any) -> str:
    """Changes with what is published, with who we are, and with how pages are drawn."""
    parts = [model_to_dict(current()), _published(), max(_drawn_at()), static("newsdesk/site.css")]
    return f'"{sha256(repr(parts).encode()).hexdigest()[:16]}"'


def last_modified(request: HttpRequest, **_: Any) -> datetime | None:
    """When something was last published or corrected."""
    latest = _published()
    moments = [moment for moment in (latest["out"], latest["made"]) if moment]
    return max(moments, default=None)


def _published() -> dict[str, Any]:
    return (
        Issue.objects.published()
        .order_by()
        .aggregate(
            count=Count("pk", distinct=True),
            out=Max("published_at"),
            made=Max("rendered__created_at"),
            last=Max("rendered__pk"),
        )
    )


def _drawn_at() -> Iterator[float]:
    """When each public template was changed: a new release is seen at once."""
    folder = Path(settings.BASE_DIR) / "templates"
    for path in (folder / "base.html", *folder.glob("archive/*.html")):
        yield path.stat().st_mtime
