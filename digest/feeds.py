"""The issues as RSS, Atom and JSON Feed: whole, as approved, and the same for everybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from digest.editions import public_page
from digest.models import Issue, PublishedItem, RenderedIssue
from publication.masthead import current
from toolbox.syndication import AtomFeed, RssFeed
from toolbox.text import one_line
from toolbox.urls import absolute_url

LENGTH = 10
ITEMS = 50


@public_page
def rss(request: HttpRequest) -> HttpResponse:
    """RSS 2.0."""
    return _answer(RssFeed, "archive:rss")


@public_page
def atom(request: HttpRequest) -> HttpResponse:
    """Atom 1.0."""
    return _answer(AtomFeed, "archive:atom")


@public_page
def json(request: HttpRequest) -> HttpResponse:
    """JSON Feed 1.1."""
    publication = current()
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publication.name,
        "description": publication.tagline or publication.name,
        "language": publication.language,
        "home_page_url": absolute_url("archive:home"),
        "feed_url": absolute_url("archive:json"),
        "authors": [{"name": publication.sender_name}],
        "items": [_json_item(issue, rendered) for issue, rendered in _latest()],
    }
    return JsonResponse(feed, content_type="application/feed+json")


@public_page
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """The items of one section, an entry each, as Atom."""
    items = PublishedItem.objects.in_feeds().filter(section_slug=slug).select_related("issue")
    latest = list(items[:ITEMS])
    if not latest:
        raise Http404
    publication = current()
    feed = AtomFeed(
        title=f"{publication.name}: {latest[0].section_title}",
        link=absolute_url("archive:section", slug),
        description="",
        language=publication.language,
        author_name=publication.sender_name,
        feed_url=absolute_url("archive:section_atom", slug),
    )
    for item in latest:
        feed.add_item(**_entry(item))
    return _written(feed)


def _answer(kind: type[RssFeed | AtomFeed], name: str) -> HttpResponse:
    publication = current()
    feed = kind(
        title=publication.name,
        link=absolute_url("archive:home"),
        description=publication.tagline or publication.name,
        subtitle=publication.tagline or None,
        language=publication.language,
        author_name=publication.sender_name,
        feed_url=absolute_url(name),
    )
    for issue, rendered in _latest():
        feed.add_item(**_item(issue, rendered))
    return _written(feed)


def _written(feed: RssFeed | AtomFeed) -> HttpResponse:
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


def _entry(item: PublishedItem) -> dict[str, Any]:
    """One item by itself: what was paid for says so, and all say where they ran."""
    ran = f"{absolute_url('archive:issue', item.number)}#{item.uid}"
    content = format_html(
        '{}{}<p><a href="{}">Issue {}</a></p>',
        format_html("<p>{}</p>", item.label) if item.label else "",
        # Cleaned when it was approved: digest.values.
        mark_safe(item.blurb),
        ran,
        item.number,
    )
    return {
        "title": one_line(item.title),
        "link": item.url or ran,
        "unique_id": item.uid.urn,
        "description": None,
        "content": content,
        "pubdate": item.issue.published_at,
        "updateddate": item.issue.published_at,
    }


def _item(issue: Issue, rendered: RenderedIssue) -> dict[str, Any]:
    address = absolute_url("archive:issue", issue.number)
    return {
        "title": one_line(issue.heading),
        "link": address,
        # The address is the id: it never changes, whatever is corrected.
        "unique_id": address,
        "unique_id_is_permalink": True,
        "description": escape(rendered.preheader) or None,
        "content": rendered.feed_body,
        "pubdate": issue.published_at,
        # Approved before it was published, or corrected after.
        "updateddate": max(rendered.created_at, issue.published_at or rendered.created_at),
    }


def _json_item(issue: Issue, rendered: RenderedIssue) -> dict[str, Any]:
    item = _item(issue, rendered)
    return {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": rendered.preheader,
        "content_html": item["content"],
        "date_published": item["pubdate"].isoformat(),
        "date_modified": item["updateddate"].isoformat(),
    }


def _latest() -> list[tuple[Issue, RenderedIssue]]:
    """The newest issues, each with its latest revision: two queries."""
    issues = list(Issue.objects.published()[:LENGTH])
    rows = RenderedIssue.objects.filter(issue__in=issues).order_by("revision")
    needed = rows.only("issue_id", "feed_body", "preheader", "created_at")
    by_issue = {rendered.issue_id: rendered for rendered in needed}
    return [(issue, by_issue[issue.pk]) for issue in issues]
