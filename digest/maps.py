"""What search engines are told: which pages there are, and which are not for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from digest import listing
from digest.editions import public_page
from digest.models import Issue
from toolbox.urls import absolute_url

# sitemaps.org: a file holds at most 50,000 addresses.
MOST = 49_000
# Of nobody's interest but the person's who was sent there.
PRIVATE = ["admin", "confirm", "unsubscribe", "preferences", "search"]


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every issue and section, and the pages that lead to them."""
    issues = Issue.objects.published()[:MOST]
    pages = [absolute_url(name) for name in ("archive:home", "archive:issue_list")]
    pages += [absolute_url("archive:section", shelf.slug) for shelf in listing.shelves()]
    context = {"issues": issues, "pages": pages}
    return render(request, "archive/sitemap.xml", context, content_type="application/xml")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309."""
    refused = "".join(f"Disallow: /{name}/\n" for name in PRIVATE)
    lines = f"User-agent: *\n{refused}\nSitemap: {absolute_url('archive:sitemap')}\n"
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")
