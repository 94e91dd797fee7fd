"""The issues as RSS, Atom and JSON Feed: whole, as approved, and the same for everybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from digest import shelving
from digest.editions import public_page
from digest.models import Issue, PublishedItem, RenderedIssue
from publication import masthead
from toolbox.syndication import AtomFeed, RssFeed
from toolbox.text import one_line
from toolbox.urls import absolute_url

LENGTH = 10
ITEMS = 50


@public_page
def rss(request: HttpRequest) -> HttpResponse:
    """RSS 2.0."""
    return _answer(request, RssFeed, "archive:rss")


@public_page
def atom(request: HttpRequest) -> HttpResponse:
    """Atom 1.0."""
    return _answer(request, AtomFeed, "archive:atom")


@public_page
def json(request: HttpRequest) -> HttpResponse:
    """JSON Feed 1.1."""
    publication = masthead.of(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publication.name,
        "description": publication.tagline or publication.name,
        "language": publication.language,
        "home_page_url": absolute_url("archive:home"),
        "feed_url": absolute_url("archive:json"),
        "authors": [{"name": publication.sender_name}],
        "items": [_json_item(*latest) for latest in _latest()],
    }
    return JsonResponse(feed, content_type="application/feed+json")


@public_page
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """The items of one section, an entry each, as Atom."""
    items = PublishedItem.objects.in_feeds().filter(section_slug=slug).select_related("issue")
    latest = list(items[:ITEMS])
    if not latest:
        now = shelving.current_slug(slug)
        if now == slug:
            raise Http404
        return redirect("archive:section_atom", now, permanent=True)
    publication = masthead.of(request)
    feed = AtomFeed(
        title=f"{publication.name}: {latest[0].section_title}",
        link=absolute_url("archive:section", slug),
        description="",
        language=publication.language,
        author_name=publication.sender_name,
        feed_url=absolute_url("archive:section_atom", slug),
    )
    mended = RenderedIssue.objects.corrections().filter(item_uid__in=[it.uid for it in latest])
    notes = list(mended.only("item_uid", "note", "created_at"))
    for item in latest:
        feed.add_item(**_entry(item, [it for it in notes if it.item_uid == item.uid]))
    return _written(feed)


def _answer(request: HttpRequest, kind: type[RssFeed | AtomFeed], name: str) -> HttpResponse:
    publication = masthead.of(request)
    feed = kind(
        title=publication.name,
        link=absolute_url("archive:home"),
        description=publication.tagline or publication.name,
        subtitle=publication.tagline or None,
        language=publication.language,
        author_name=publication.sender_name,
        feed_url=absolute_url(name),
    )
    for issue, rendered, notes in _latest():
        feed.add_item(**_item(issue, rendered, notes))
    return _written(feed)


def _written(feed: RssFeed | AtomFeed) -> HttpResponse:
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


def _entry(item: PublishedItem, notes: list[RenderedIssue]) -> dict[str, Any]:
    """One item by itself: what was paid for says so, and all say where they ran."""
    ran = f"{absolute_url('archive:issue', item.number)}#{item.uid}"
    content = format_html(
        '{}{}{}<p><a href="{}">Issue {}</a></p>',
        format_html("<p>{}</p>", item.label) if item.label else "",
        # Cleaned when it was approved: digest.values.
        mark_safe(item.blurb),
        _told(notes),
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
        "updateddate": notes[0].created_at if notes else item.issue.published_at,
    }


def _told(notes: list[RenderedIssue]) -> SafeString:
    """What was corrected, dated: behind the words, where a reader who knows them finds it."""
    days = [(date_format(localtime(note.created_at), "j F Y"), note.note) for note in notes]
    return format_html_join("", "<p><strong>Corrected on {}.</strong> {}</p>", days)


def _item(issue: Issue, rendered: RenderedIssue, notes: list[RenderedIssue]) -> dict[str, Any]:
    address = absolute_url("archive:issue", issue.number)
    return {
        "title": one_line(issue.heading),
        "link": address,
        # The address is the id: it never changes, whatever is corrected.
        "unique_id": address,
        "unique_id_is_permalink": True,
        "description": escape(rendered.preheader) or None,
        "content": rendered.feed_body + _told(notes),
        "pubdate": issue.published_at,
        # Approved before it was published, or corrected after.
        "updateddate": max(rendered.created_at, issue.published_at or rendered.created_at),
    }


def _json_item(issue: Issue, rendered: RenderedIssue, notes: list[RenderedIssue]) -> dict[str, Any]:
    item = _item(issue, rendered, notes)
    return {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": rendered.preheader,
        "content_html": item["content"],
        "date_published": item["pubdate"].isoformat(),
        "date_modified": item["updateddate"].isoformat(),
    }


def _latest() -> list[tuple[Issue, RenderedIssue, list[RenderedIssue]]]:
    """The newest issues, each with its latest revision and its corrections, the newest first: two
    queries."""
    issues = list(Issue.objects.published()[:LENGTH])
    rows = RenderedIssue.objects.filter(issue__in=issues).order_by("revision")
    needed = rows.only("issue_id", "feed_body", "preheader", "created_at", "item_uid", "note")
    by_issue: dict[int, list[RenderedIssue]] = {}
    for rendered in needed:
        by_issue.setdefault(rendered.issue_id, []).insert(0, rendered)
    return [(it, by_issue[it.pk][0], _corrections(by_issue[it.pk])) for it in issues]


def _corrections(revisions: list[RenderedIssue]) -> list[RenderedIssue]:
    return [rendered for rendered in revisions if rendered.item_uid]
