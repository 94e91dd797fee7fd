"""The planet for machines: what the feeds said, as one feed, and the list of those feeds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from curation.models import Entry
from curation.opml import export_opml
from publication.masthead import current
from toolbox.addresses import followable, host
from toolbox.syndication import AtomFeed
from toolbox.text import one_line
from toolbox.urls import absolute_url

LENGTH = 50
FRESH = 300  # seconds a reader's copy is good for


@require_safe
@conditional_page
@cache_control(public=True, max_age=FRESH)
def planet_atom(request: HttpRequest) -> HttpResponse:
    """The newest entries of all feeds as Atom, each with the feed it is from."""
    publication = current()
    feed = AtomFeed(
        title=f"{publication.name}: planet",
        link=absolute_url("planet:planet"),
        description="",
        subtitle="What the sources we read have published.",
        # RFC 4287 wants one, for the entries that name nobody.
        author_name=publication.name,
        feed_url=absolute_url("planet:atom"),
    )
    newest = Entry.objects.filter(published_at__lte=timezone.now())
    for entry in newest.select_related("feed", "link", "content")[:LENGTH]:
        feed.add_item(**_entry(entry))
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


@require_safe
@conditional_page
@cache_control(public=True, max_age=FRESH)
def planet_opml(request: HttpRequest) -> HttpResponse:
    """The feeds we follow, as a list another reader takes in."""
    return HttpResponse(
        export_opml(current().name),
        content_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="planet.opml"'},
    )


def _entry(entry: Entry) -> dict[str, Any]:
    """What a feed said, in its words: its HTML was cleaned on the way in."""
    here, source = absolute_url("planet:planet"), entry.feed.title or host(entry.feed.url)
    content = getattr(entry, "content", None)
    return {
        "title": one_line(entry.title),
        "link": followable(entry.link.url if entry.link else entry.url) or here,
        "unique_id": f"{here}#entry-{entry.pk}",
        "description": None,
        "content": content.html if content else "",
        "author_name": entry.author or source,
        "pubdate": entry.published_at,
        "updateddate": entry.published_at,
        "source": (source, entry.feed.url),
    }
