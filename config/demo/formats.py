"""A bundled feed in one of the four formats feeds come in, dated back from a given moment."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from typing import Any

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from config.demo.sources import Source, Story

RDF = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{site}"><title>{title}</title><link>{site}</link>
<description>{title}</description><items><rdf:Seq>{index}</rdf:Seq></items></channel>
{items}</rdf:RDF>
"""
RDF_ITEM = """<item rdf:about="{url}"><title>{title}</title><link>{url}</link>
<description>{text}</description><dc:creator>{author}</dc:creator><dc:date>{date}</dc:date></item>
"""


class _Rss(Rss201rev2Feed):
    """RSS that names the site an entry was collected from."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["source"]:
            handler.addQuickElement("source", item["source"], {"url": item["link"]})


def write(source: Source, since: datetime) -> tuple[str, bytes]:
    """Content type and body of a feed whose stories are dated back from `since`."""
    content_type, body = FORMATS[source.format](source, since)
    return content_type, body.encode()


def _date(story: Story, since: datetime) -> datetime:
    return (since - timedelta(days=story.age)).replace(microsecond=0)


def _generated(kind: type[SyndicationFeed], source: Source, since: datetime) -> str:
    feed = kind(title=source.title, link=source.site, description=source.title)
    for story in source.stories:
        feed.add_item(
            title=story.title,
            link=story.url,
            description=f"<p>{escape(story.text, quote=False)}</p>",
            unique_id=story.url,
            author_name=story.author or None,
            source=story.source,
            pubdate=_date(story, since),
            updateddate=_date(story, since),
        )
    return feed.writeString("utf-8")


def _rss(source: Source, since: datetime) -> tuple[str, str]:
    return "application/rss+xml", _generated(_Rss, source, since)


def _atom(source: Source, since: datetime) -> tuple[str, str]:
    return "application/atom+xml", _generated(Atom1Feed, source, since)


def _rdf(source: Source, since: datetime) -> tuple[str, str]:
    items = "".join(
        RDF_ITEM.format(
            url=escape(story.url),
            title=escape(story.title),
            text=escape(story.text),
            author=escape(story.author),
            date=_date(story, since).isoformat(),
        )
        for story in source.stories
    )
    index = "".join(f'<rdf:li rdf:resource="{escape(story.url)}"/>' for story in source.stories)
    title, site = escape(source.title), escape(source.site)
    return "application/rdf+xml", RDF.format(title=title, site=site, index=index, items=items)


def _json(source: Source, since: datetime) -> tuple[str, str]:
    items = [
        {
            "id": story.url,
            "url": story.url,
            "title": story.title,
            "content_html": f"<p>{escape(story.text, quote=False)}</p>",
            "date_published": _date(story, since).isoformat(),
            "authors": [{"name": story.author}] if story.author else [],
        }
        for story in source.stories
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": source.title, "items": items}
    return "application/feed+json", json.dumps(feed | {"home_page_url": source.site})


FORMATS: dict[str, Callable[[Source, datetime], tuple[str, str]]] = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json,
}
