"""The archive: what was published, as it was approved. Nothing is rendered anew."""

import re
from itertools import groupby
from operator import attrgetter

from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from digest import listing, shelving, structured
from digest.card import drawn
from digest.editions import public_page
from digest.models import Issue, PublishedItem
from digest.searching import QUESTION, Search
from publication import masthead
from toolbox.text import one_line

RECENT = 5  # past issues on the home page
YEAR = 365 * 24 * 3600  # seconds
GLIMPSE = 3  # titles that describe an issue to search engines


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The latest issue at a glance, and the way to get the next one."""
    issues = list(Issue.objects.published()[: RECENT + 1])
    items = PublishedItem.objects.filter(issue__in=issues[:1], in_web=True)
    sections = [list(group) for _, group in groupby(items, key=attrgetter("section_title"))]
    context = {"latest": issues[:1], "sections": sections, "recent": issues[1:]}
    return render(request, "archive/home.html", context)


@public_page
def issue_list(request: HttpRequest) -> HttpResponse:
    """Every issue, by year."""
    years = groupby(Issue.objects.published().only("number", "title", "date"), key=_year)
    context = {
        "years": [(year, list(issues)) for year, issues in years],
        "shelves": listing.shelves(),
    }
    return render(request, "archive/issue_list.html", context)


@public_page
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """One issue, from the frozen artefact of its latest revision. Drafts are not found."""
    published = Issue.objects.published()
    named = published.only("number", "title")
    row = get_object_or_404(published, number=number)
    titles = row.items.filter(in_web=True).values_list("title", flat=True)[:GLIMPSE]
    rendered = row.rendered.only("revision", "web_body", "preheader", "created_at").latest()
    mended = row.rendered.corrections().only("item_uid", "note", "created_at")
    description = row.preheader or ", ".join(titles)
    publication = masthead.of(request)
    context = {
        "issue": row,
        "rendered": rendered,
        "corrections": mended if rendered.revision > 1 else [],
        "description": description,
        "structured": structured.article(row, publication, description, rendered.created_at),
        "newer": named.filter(_out(row, "gt")).last(),
        "older": named.filter(_out(row, "lt")).first(),
    }
    return render(request, "archive/issue.html", context)


@public_page
def card(request: HttpRequest, number: int) -> HttpResponse:
    """The picture that stands for an issue where it is shared."""
    row = get_object_or_404(Issue.objects.published(), number=number)
    return HttpResponse(drawn(row, masthead.of(request)), content_type="image/png")


@public_page
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that ever ran in one section, under the name it had last."""
    items = PublishedItem.objects.on_pages().filter(section_slug=slug)
    latest = items.first()
    if latest is None:
        now = shelving.current_slug(slug)
        if now == slug:
            raise Http404
        return redirect("archive:section", now, permanent=True)
    page = listing.page_of(items, request.GET.get("after", ""))
    context = {"page": page, "title": latest.section_title, "slug": slug}
    return render(request, "archive/section.html", context)


@public_page
def source(request: HttpRequest, domain: str) -> HttpResponse:
    """Everything that ever ran from one site."""
    items = PublishedItem.objects.on_pages().filter(domain=domain)
    page = listing.page_of(items, request.GET.get("after", ""))
    if not page.runs and "after" not in request.GET:
        raise Http404
    return render(request, "archive/source.html", {"page": page, "domain": domain})


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Everything that ran, by its words; an address that cannot be understood asks for nothing."""
    year, given = request.GET.get("year", ""), request.GET.get
    asked = Search(
        text=one_line(given("q", ""), QUESTION),
        section=shelving.current_slug(given("section", "")[:50]),
        year=int(year) if re.fullmatch("[0-9]{4}", year) and year > "0000" else None,
    )
    days = Issue.objects.published().values_list("date", flat=True)
    context = {
        "search": asked,
        "page": asked.page(given("after", "")),
        "shelves": listing.shelves(),
        "years": sorted({day.year for day in days}, reverse=True),
    }
    return render(request, "archive/search.html", context)


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture of an issue. Its name is random and it never changes."""
    try:
        return FileResponse(default_storage.open(f"issues/{name}"))
    except FileNotFoundError as error:
        raise Http404 from error


def _out(issue: Issue, which: str) -> Q:
    """Issues that came out after ("gt") or before ("lt") this one; the number settles a tie."""
    same = {"published_at": issue.published_at, f"number__{which}": issue.number}
    return Q(**{f"published_at__{which}": issue.published_at}) | Q(**same)


def _year(issue: Issue) -> int:
    return issue.date.year
