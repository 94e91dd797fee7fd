"""The issues as RSS, Atom and JSON Feed: whole, as approved, and the same for everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from digest.editions import public_page
from digest.models import Issue, RenderedIssue
from publication.masthead import current
from toolbox.text import one_line
from toolbox.urls import absolute_url

LENGTH = 10


class RssFeed(Rss201rev2Feed):
    """RSS 2.0 with the whole issue in content:encoded."""

    def root_attributes(self) -> dict[str, str]:
        content = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return {**super().root_attributes(), **content}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class AtomFeed(Atom1Feed):
    """Atom with the whole issue as its content."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


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
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


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
