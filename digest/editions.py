"""What a reader's copy of a page depends on: enough to say "not modified" without drawing it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Subquery
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from digest.models import FormerSlug, Issue, RenderedIssue
from publication.masthead import current
from publication.models import Publication

View = Callable[..., HttpResponse]

# What an address asks for, as a question to the issues that are out.
ASKED = {"number": "number", "slug": "items__section_slug", "domain": "items__domain"}


def public_page(view: View) -> View:
    """A page that readers and caches may keep, and ask about before each use."""
    conditional = condition(etag, last_modified)(view)
    return require_safe(cache_control(public=True, max_age=0, must_revalidate=True)(conditional))


def edition() -> str:
    """Names what is published at present: who we are, what is out, how pages are drawn."""
    return _named(current(), _published())


def etag(request: HttpRequest, **asked: Any) -> str | None:
    """The edition. What is not there has none: whoever asks for it is told so, whatever they
    hold."""
    published = _edition(request, asked)
    if published is None:
        return None
    return _named(getattr(request, "publication", None) or current(), published)


def last_modified(request: HttpRequest, **asked: Any) -> datetime | None:
    """When something was last published or corrected."""
    latest = _edition(request, asked)
    if not latest or not latest["last"]:
        return None
    made = RenderedIssue.objects.values_list("created_at", flat=True).get(pk=latest["last"])
    return max(latest["out"], made)


def _edition(request: HttpRequest, asked: dict[str, Any]) -> dict[str, Any] | None:
    """What all pages depend on, asked once a request; None where the issue `number`, section
    `slug` or source `domain` of the address is not out."""
    if not hasattr(request, "edition"):
        published = Issue.objects.published()
        there = all(published.filter(**{ASKED[name]: asked[name]}).exists() for name in asked)
        request.edition = _published() if there else None  # type: ignore[attr-defined]
    return request.edition  # type: ignore[attr-defined]


def _named(publication: Publication, published: dict[str, Any]) -> str:
    drawn = [max(_drawn_at()), static("newsdesk/site.css")]
    parts = repr([model_to_dict(publication), published, drawn])
    return f'"{sha256(parts.encode()).hexdigest()[:16]}"'


def _published() -> dict[str, Any]:
    """From indexes alone: an artefact's row is as wide as its page."""
    published = Issue.objects.published().order_by()
    # A section that moved: its former page must not be answered from memory any more.
    moved = Subquery(FormerSlug.objects.order_by("-pk").values("pk")[:1])
    return published.aggregate(
        count=Count("pk", distinct=True),
        out=Max("published_at"),
        last=Max("rendered__pk"),
        moved=Max(moved),
    )


def _drawn_at() -> Iterator[float]:
    """When each public template was changed: a new release is seen at once."""
    folder = Path(settings.BASE_DIR) / "templates"
    for path in (folder / "base.html", *folder.glob("archive/*.html")):
        yield path.stat().st_mtime
