"""The names of a feed's elements as feedparser knows them, for `curation.quickfeed`.

feedparser knows most namespaces by their address, and the rest by the prefix a feed gives them.
"""

import re
from functools import lru_cache
from typing import Any

from feedparser.api import StrictFeedParser

PREFIXES = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
ATOM = "http://www.w3.org/2005/atom"
RSS_1 = "http://purl.org/rss/1.0/"
# The first of these that is declared is the version of a feed, unless its root says otherwise.
VERSIONS = {ATOM, RSS_1, "http://my.netscape.com/rdf/simple/0.9/"}

# What feedparser does something about, and nothing that concerns us.
HARMLESS_SPACES = {"admin", "cc", "creativecommons", "georss", "gml", "psc"}
HARMLESS = {
    "dc:contributor", "dc:publisher", "dc:rights", "dcterms:valid", "feedburner:browserfriendly",
    "itunes:block", "itunes:explicit", "itunes:image", "itunes:subtitle",
    "media:credit", "media:license", "media:player", "media:rating", "media:restriction",
    "media:thumbnail",
}  # fmt: skip
# Prefixes that must stand for nothing else. The last four are none: with the underscore that
# feedparser puts behind a prefix, they begin names that mean something to us.
RESERVED = {
    "content", "dc", "dcterms", "feedburner", "itunes", "media", "rdf", "xhtml", "xml",
    "summary", "published", "updated", "created",
}  # fmt: skip
# Names under which we look for something, and which feedparser gives to any element.
MEANT = {
    "date", "date_parsed", "links", "authors", "summary_detail", "published_parsed",
    "updated_parsed", "created_parsed",
}  # fmt: skip

_DECLARED = re.compile(r"""xmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)""")


class Unsure(Exception):  # noqa: N818 - no error: the feed is fine, and another reads it
    """It is not certain what feedparser makes of this."""


def name_of(element: Any) -> str:
    """`title` or `dc:creator`, in lower case, by feedparser's prefix. Raises Unsure."""
    if name := _known(element.tag):
        return name
    prefix, local = (element.prefix or "").lower(), element.tag.rpartition("}")[2].lower()
    if prefix in RESERVED:
        raise Unsure
    return f"{prefix}:{local}" if prefix else local


@lru_cache(1024)
def is_ignored(name: str) -> bool:
    """Whether nothing is read of elements of that name: feedparser does not know it either, or
    does something with it that we need not know."""
    key = name.replace(":", "_")
    if name in HARMLESS or name.partition(":")[0] in HARMLESS_SPACES:
        return True
    known = hasattr(StrictFeedParser, f"_start_{key}") or hasattr(StrictFeedParser, f"_end_{key}")
    return not known and key not in MEANT


def check_inside(element: Any, *allowed: str) -> None:
    """Raises Unsure where something stands inside `element` that is read elsewhere."""
    for inner in element.iterdescendants() if len(element) else ():
        name = name_of(inner)
        if not is_ignored(name) and name not in allowed:
            raise Unsure


def declared(text: str) -> set[str]:
    """The namespaces that decide what version the feed in `text` is.

    Raises Unsure where a prefix by which feedparser knows one namespace stands for another, or
    one prefix for two.
    """
    spaces = {(prefix.lower(), uri.lower()) for prefix, uri in _DECLARED.findall(text)}
    prefixes = [prefix for prefix, _ in spaces if prefix]
    if len(prefixes) > len(set(prefixes)):
        raise Unsure
    for prefix, uri in spaces:
        known = PREFIXES.get(uri)
        if prefix in RESERVED and known != prefix:
            raise Unsure
        if known is None and "backend.userland.com/rss" in uri:
            raise Unsure
    return {uri for _, uri in spaces} & VERSIONS


@lru_cache(1024)
def _known(tag: str) -> str:
    uri, _, local = tag.rpartition("}")
    prefix = PREFIXES.get(uri[1:].lower())
    return "" if prefix is None else f"{prefix}:{local}".removeprefix(":").lower()
