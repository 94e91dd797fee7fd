"""Feeds with whole contents: what Django's own generators leave out."""

import json
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.xmlutils import SimplerXMLGenerator


class RssFeed(Rss201rev2Feed):
    """RSS 2.0 with the item's `content`, HTML, in content:encoded."""

    def root_attributes(self) -> dict[str, str]:
        content = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return {**super().root_attributes(), **content}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class AtomFeed(Atom1Feed):
    """Atom (RFC 4287) with the item's `content`, HTML, and where it is from: `source`, a title
    and an address, for feeds made of others' feeds."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})
        if source := item.get("source"):
            self.add_source(handler, *source)

    def add_source(self, handler: SimplerXMLGenerator, title: str, address: str) -> None:
        """RFC 4287, 4.2.11."""
        handler.startElement("source", AttributesImpl({}))
        handler.addQuickElement("title", title)
        handler.addQuickElement("link", None, {"rel": "self", "href": address})
        handler.endElement("source")


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1 with the item's `content`, HTML, and its `summary`, plain."""

    content_type = "application/feed+json"

    def write(self, outfile: Any, encoding: str) -> None:
        """ASCII, whatever `encoding` says: JSON escapes the rest."""
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "authors": [{"name": self.feed["author_name"]}],
            "items": [self.item(item) for item in self.items],
        }
        json.dump(feed, outfile)

    def item(self, item: dict[str, Any]) -> dict[str, Any]:
        """One item, without what it has not."""
        told = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item.get("summary"),
            "content_html": item["content"],
            "date_published": item["pubdate"].isoformat(),
            "date_modified": item["updateddate"].isoformat(),
        }
        return {name: value for name, value in told.items() if value}
