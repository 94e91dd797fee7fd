"""Well-formed feeds of the usual shapes, read by lxml: what feedparser says, much faster.

It answers under feedparser's names, so that everything behind it is one path, and takes only what
it is certain of. An element that it does not know, or that stands where it may mean something
else; markup inside text; a document type: each is `Unsure`, and feedparser reads the whole feed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from curation.parsed import MAX_ENTRIES
from curation.quickentry import (
    CDF,
    PERSON,
    Attributes,
    Context,
    Entry,
    Scope,
    attributes_of,
    certain,
    text_of,
)
from curation.quicknames import ATOM, RSS_1, Unsure, check_inside, declared, is_ignored, name_of

RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
# Parts of a channel about which feedparser does something that does not concern us.
IGNORED = {
    "category", "cloud", "copyright", "dc:date", "dc:subject", "dcterms:created",
    "dcterms:modified", "generator", "info", "itunes:category", "itunes:keywords",
    "lastbuilddate", "media:category", "media:keywords", "modified", "pubdate", "published",
    "rights", "subtitle", "tagline", "updated", "webmaster",
}  # fmt: skip
# Parts whose own parts are not the channel's, as long as there are no others.
APART = {
    "image": {"title", "link", "description", "url", "width", "height"},
    "textinput": {"title", "link", "description", "name"},
    "contributor": {*PERSON},
}
IGNORED_INSIDE = ("itunes:category",)
# What stands beside the channel in RDF, not in it.
OUTSIDE = {"item", "image", "textinput"}


@dataclass
class Said:
    """A feed under feedparser's names."""

    version: str
    feed: dict[str, Any]
    # Those over the limit are empty.
    entries: list[dict[str, Any]] = field(default_factory=list)
    bozo: bool = False


def read(text: str, url: str) -> Said | None:
    """What feedparser would say of `text`, which came from `url`; None where it is unsure."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return _Reader(text, url).read()
    except (etree.XMLSyntaxError, Unsure):
        return None


def _tree(text: str) -> Any:
    """Strict, without network, within libxml2's limits of depth and size. Raises XMLSyntaxError,
    Unsure."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(text.encode(), parser)
    if len(parser.error_log):
        raise Unsure
    return root


class _Reader:
    def __init__(self, text: str, url: str) -> None:
        self.root = _tree(text)
        self.spaces = declared(text)
        self.scope = Scope(url).inside(attributes_of(self.root))
        self.feed = Context(atom=False)
        self.said = Said("", self.feed.values)
        self.summarised = self.titled = False

    def read(self) -> Said:
        """Raises Unsure."""
        name = name_of(self.root)
        if name in {"feed", "rss"} and self.scope.language:
            self.feed.values["language"] = self.scope.language.replace("_", "-")
        if name == "feed" and self.spaces == {ATOM}:
            self.said.version, self.feed.atom = "atom10", True
            self.take(self.root, self.scope)
        elif name == "rss" and self.spaces <= {ATOM}:
            number = self.root.get("version", "")
            rss = "rss20" if number.startswith("2.") else "rss"
            self.said.version = RSS_VERSIONS.get(number, rss)
            self.channel(self.root)
        elif name == "rdf:rdf" and self.spaces == {RSS_1}:
            self.said.version = "rss10"
            outside = [part for part in self.root if name_of(part) in OUTSIDE]
            self.channel(part for part in self.root if name_of(part) not in OUTSIDE)
            self.take(outside, self.scope)
        else:
            raise Unsure
        self.feed.finish()
        return self.said

    def channel(self, parts: Iterable[Any]) -> None:
        """The one part that there is."""
        channel, *others = [*parts, None]
        if channel is None or others != [None] or name_of(channel) != "channel":
            raise Unsure
        attributes = attributes_of(channel)
        if attributes.keys() & CDF:
            raise Unsure
        self.take(channel, self.scope.inside(attributes))

    def take(self, parts: Iterable[Any], scope: Scope) -> None:
        """Entries, and what the feed says of itself."""
        for part in parts:
            name = name_of(part)
            if name in {"item", "entry"}:
                self.entry(part, scope)
            elif read := HANDLERS.get(name):
                attributes = attributes_of(part)
                read(self, part, attributes, scope.inside(attributes))
            elif name in APART:
                self.apart(part, APART[name])
            elif name in IGNORED or is_ignored(name):
                check_inside(part, *IGNORED_INSIDE)
            else:
                raise Unsure

    def apart(self, part: Any, own: set[str]) -> None:
        check_inside(part, *own)
        names = {name_of(inner) for inner in part.iterdescendants()}
        if any(":" not in name for name in names - own):
            raise Unsure

    def entry(self, part: Any, scope: Scope) -> None:
        within = len(self.said.entries) < MAX_ENTRIES
        entry = Entry(part, scope, atom=self.feed.atom).values if within else {}
        self.said.entries.append(entry)

    def title(self, part: Any, attributes: Attributes, scope: Scope) -> None:
        if self.titled:
            raise Unsure
        self.titled = True
        self.feed.title(part, attributes, scope, 1)

    def link(self, part: Any, attributes: Attributes, scope: Scope) -> None:
        self.feed.link(part, attributes, scope, 1)

    def identity(self, part: Any, attributes: Attributes, scope: Scope) -> None:
        if not self.feed.atom:
            raise Unsure
        self.feed.identity(part, attributes, scope, 1)

    def language(self, part: Any, *_: Any) -> None:
        self.feed.values["language"] = certain(text_of(part))

    def author(self, part: Any, attributes: Attributes, scope: Scope) -> None:
        """Only that of an Atom feed is its entries'."""
        if self.feed.atom:
            self.feed.author(part, attributes, scope, 1)
        else:
            check_inside(part, *PERSON)

    def owner(self, part: Any, *_: Any) -> None:
        if self.feed.atom:
            raise Unsure
        check_inside(part, "itunes:name", "itunes:email")

    def description(self, part: Any, *_: Any) -> None:
        """Not read. Behind a summary it would make feedparser take the next entry's for content."""
        if self.summarised:
            raise Unsure
        check_inside(part)

    def summary(self, part: Any, *_: Any) -> None:
        self.description(part)
        self.summarised = True


HANDLERS: dict[str, Callable[..., None]] = {
    "title": _Reader.title,
    "dc:title": _Reader.title,
    "link": _Reader.link,
    "id": _Reader.identity,
    "language": _Reader.language,
    "dc:language": _Reader.language,
    "author": _Reader.author,
    "managingeditor": _Reader.author,
    "dc:author": _Reader.author,
    "dc:creator": _Reader.author,
    "itunes:author": _Reader.author,
    "itunes:owner": _Reader.owner,
    "description": _Reader.description,
    "dc:description": _Reader.description,
    "summary": _Reader.summary,
    "itunes:summary": _Reader.summary,
}
