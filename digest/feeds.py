"""The issues as RSS, Atom and JSON Feed: whole, as approved, and the same for everybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from digest import shelving
from digest.editions import public_page
from digest.models import Issue, PublishedItem, RenderedIssue
from publication import masthead
from toolbox.syndication import AtomFeed, JsonFeed, RssFeed
from toolbox.text import one_line
from toolbox.urls import absolute, absolute_url

Feed = RssFeed | AtomFeed | JsonFeed
FORMS: dict[str, type[Feed]] = {"rss": RssFeed, "atom": AtomFeed, "json": JsonFeed}
LENGTH = 10
ITEMS = 50


@public_page
def issues(request: HttpRequest, form: str) -> HttpResponse:
    """The newest issues, whole."""
    publication = masthead.of(request)
    feed = _feed(
        request,
        form,
        title=publication.name,
        link=absolute_url("archive:home"),
        description=publication.tagline or publication.name,
        subtitle=publication.tagline or None,
    )
    for latest in _latest():
        feed.add_item(**_item(*latest))
    return _written(feed)


@public_page
def section(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The items of one section, an entry each."""
    items = PublishedItem.objects.in_feeds().filter(section_slug=slug).select_related("issue")
    latest = list(items[:ITEMS])
    if not latest:
        now = shelving.current_slug(slug)
        if now == slug:
            raise Http404
        return redirect(f"archive:section_{form}", now, permanent=True)
    title = f"{masthead.of(request).name}: {latest[0].section_title}"
    page = absolute_url("archive:section", slug)
    feed = _feed(request, form, title=title, link=page, description=title)
    mended = RenderedIssue.objects.corrections().filter(item_uid__in=[it.uid for it in latest])
    notes = list(mended.only("item_uid", "note", "created_at"))
    for item in latest:
        feed.add_item(**_entry(item, [it for it in notes if it.item_uid == item.uid]))
    return _written(feed)


def _feed(request: HttpRequest, form: str, **about: Any) -> Feed:
    publication = masthead.of(request)
    return FORMS[form](
        language=publication.language,
        author_name=publication.sender_name,
        feed_url=absolute(request.path),
        **about,
    )


def _written(feed: Feed) -> HttpResponse:
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
        "unique_id_is_permalink": False,
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
        "summary": rendered.preheader,
        "content": rendered.feed_body + _told(notes),
        "pubdate": issue.published_at,
        # Approved before it was published, or corrected after.
        "updateddate": max(rendered.created_at, issue.published_at or rendered.created_at),
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
