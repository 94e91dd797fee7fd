"""What a reader's copy of a page depends on: enough to say "not modified" without drawing it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Subquery
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from digest.models import FormerSlug, Issue, RenderedIssue
from publication import masthead
from publication.models import Publication

View = Callable[..., HttpResponse]

# Where a server in front leaves how to ask for the edition that it knows: config.pages.
KNOWN = "newsdesk.edition"
# What an address asks for, as a question to the issues that are out.
ASKED = {"number": "number", "slug": "items__section_slug", "domain": "items__domain"}


@dataclass(frozen=True)
class Edition:
    """What is published at present: the ETag that names it, and when that last changed."""

    etag: str
    modified: datetime | None


def public_page(view: View) -> View:
    """A page that readers and caches may keep, and ask about before each use."""
    conditional = condition(etag, last_modified)(view)
    return require_safe(cache_control(public=True, max_age=0, must_revalidate=True)(conditional))


def edition() -> Edition:
    """The present one."""
    return _edition_of(masthead.current())


def etag(request: HttpRequest, **asked: Any) -> str | None:
    """The edition's. What is not there has none: whoever asks for it is told so, whatever they
    hold."""
    found = _edition(request, asked)
    return found.etag if found else None


def last_modified(request: HttpRequest, **asked: Any) -> datetime | None:
    """When something was last published or corrected."""
    found = _edition(request, asked)
    return found.modified if found else None


def _edition(request: HttpRequest, asked: dict[str, Any]) -> Edition | None:
    """The edition, asked once a request; None where the issue `number`, section `slug` or source
    `domain` of the address is not out."""
    if not hasattr(request, "edition"):
        published = Issue.objects.published()
        there = all(
            published.filter(**{ASKED[name]: asked[name]}).exists() for name in asked.keys() & ASKED
        )
        request.edition = _known(request) if there else None  # type: ignore[attr-defined]
    return request.edition  # type: ignore[attr-defined]


def _known(request: HttpRequest) -> Edition:
    known: Edition | None = request.META[KNOWN]() if KNOWN in request.META else None
    return known or _edition_of(masthead.of(request))


def _edition_of(publication: Publication) -> Edition:
    """Who we are, what is out, how pages are drawn."""
    published = _published()
    last = published["last"]
    return Edition(_name(publication, published), last and max(published["out"], last[1]))


def _name(publication: Publication, published: dict[str, Any]) -> str:
    drawn = [max(_drawn_at()), static("newsdesk/site.css")]
    parts = repr([model_to_dict(publication), published, drawn])
    return f'"{sha256(parts.encode()).hexdigest()[:16]}"'


def _published() -> dict[str, Any]:
    """The latest artefact alone is read: its row is as wide as its page."""
    # A section that moved: its former page must not be answered from memory any more.
    moved = Subquery(FormerSlug.objects.order_by("-pk").values("pk")[:1])
    out = Issue.objects.published().order_by()
    is_out = Exists(out.filter(pk=OuterRef("issue")))
    rendered = RenderedIssue.objects.filter(is_out).order_by("-pk")
    return {
        **out.aggregate(count=Count("pk"), out=Max("published_at"), moved=Max(moved)),
        "last": rendered.values_list("pk", "created_at").first(),
    }


def _drawn_at() -> Iterator[float]:
    """When each public template was changed: a new release is seen at once."""
    folder = Path(settings.BASE_DIR) / "templates"
    for path in (folder / "base.html", *folder.glob("archive/*.html")):
        yield path.stat().st_mtime
