"""What feeds a web page names. Pure: HTML in, addresses out."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from curation.identity import web_address
from toolbox.text import one_line

# Pages name their feeds early; what is longer is made to be slow.
PAGE_LENGTH = 500_000
TYPES = {
    "application/atom+xml", "application/rss+xml", "application/rdf+xml", "application/feed+json",
    "application/xml", "text/xml",
}  # fmt: skip
_COMMENTS = re.compile(r"comment|kommentar|comentario|reacties", re.IGNORECASE)
_FEED_PATH = re.compile(r"/(?:feed|rss|atom|index)(?:\.(?:xml|rss|atom|json|rdf))?/?$", re.I)


@dataclass(frozen=True)
class Named:
    """A feed that a page names, by address and title."""

    url: str
    title: str = ""

    @property
    def is_of_comments(self) -> bool:
        """Whether this is what readers said, and not what the site says."""
        parts = urlsplit(self.url)
        return bool(_COMMENTS.search(f"{parts.path}?{parts.query} {self.title}"))


def feeds_named(html: str, url: str) -> list[Named]:
    """The feeds that the page at `url` names, in its order, those of comments last.

    `<link rel="alternate">` with the type of a feed counts before an `<a>` that looks like one.
    """
    page = _Page(url)
    page.feed(html[:PAGE_LENGTH])
    found: dict[str, Named] = {}
    for named in (*page.links, *page.anchors):
        found.setdefault(named.url, named)
    return sorted(found.values(), key=lambda named: named.is_of_comments)


class _Page(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url
        self.links: list[Named] = []
        self.anchors: list[Named] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag not in {"base", "link", "a"}:
            return
        url = web_address(said.get("href", ""), self.base)
        if not url:
            return
        if tag == "base":
            self.base = url
        elif tag == "link" and _is_feed(said):
            self.links.append(Named(url, one_line(said.get("title", ""), 100)))
        elif tag == "a" and _FEED_PATH.search(urlsplit(url).path):
            self.anchors.append(Named(url))


def _is_feed(said: dict[str, str]) -> bool:
    rel = said.get("rel", "").lower().split()
    type_ = said.get("type", "").partition(";")[0].strip().lower()
    # WordPress names its API the same way, as plain JSON.
    as_json = type_ == "application/json" and "feed" in said.get("href", "").lower()
    return "feed" in rel or ("alternate" in rel and (type_ in TYPES or as_json))
