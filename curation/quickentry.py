"""One entry of a well-formed feed, element by element as feedparser takes it; see `quickfeed`.

Much here looks odd, and is feedparser's: a later date replaces an earlier one, a description
behind another is content, the second title counts only where the first was empty.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Self

from feedparser.api import StrictFeedParser

# Private, and feedparser's own to the letter.
from feedparser.urls import _urljoin, make_safe_absolute_uri

from curation.identity import PLAIN as WHOLE_ADDRESS
from curation.quickdates import moment_of
from curation.quicknames import Unsure, check_inside, is_ignored, name_of
from toolbox.text import unusual

PLAIN, HTML = "text/plain", "text/html"
TYPES = {"text": PLAIN, "plain": PLAIN, PLAIN: PLAIN, "html": HTML, HTML: HTML}
PAGES = {"html", HTML, "xhtml", "application/xhtml+xml"}
# Where feedparser looks for an address, in its order.
ADDRESSES = ("url", "uri", "href")
XML = "{http://www.w3.org/XML/1998/namespace}"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
# What a namespaced attribute must not be called, since feedparser takes it for the plain one.
MEANT = {
    *ADDRESSES, "base", "domain", "ispermalink", "label", "lang", "mode", "rel", "scheme", "src",
    "term", "type",
}  # fmt: skip
# Attributes from which feedparser takes a link or a date, though no feed of ours has them.
CDF = {"href", "lastmod"}
# Parts of an entry of which nothing is read.
IGNORED = {"comments", "copyright", "dc:language", "expirationdate", "language", "rights"}
PERSON = ("name", "email", "uri", "url")
# Parts of the feed that an Atom entry came from; only the title is read.
SOURCE = {
    "title", "author", "category", "contributor", "generator", "icon", "id", "link", "logo",
    "rights", "subtitle", "updated", *PERSON,
}  # fmt: skip

_C1 = re.compile("[\x80-\x9f]")
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")

Attributes = dict[str, str]
Tag = tuple[str | None, str | None, str | None]


class Scope(NamedTuple):
    """What an element inherits: the address its links are relative to, and its language."""

    base: str
    language: str = ""

    def inside(self, attributes: Attributes) -> Self:
        """What holds inside an element with these attributes."""
        if not attributes:
            return self
        base = attributes.get("xml:base", attributes.get("base"))
        language = attributes.get("xml:lang", attributes.get("lang"))
        return self._replace(
            base=(base and make_safe_absolute_uri(self.base, base)) or self.base,
            language=self.language if language is None else language,
        )


def attributes_of(element: Any) -> Attributes:
    """By their names in lower case. Raises Unsure."""
    found = {}
    for key, value in element.items():
        name = key.lower()
        if name.startswith(XML.lower()):
            name = f"xml:{key[len(XML) :]}"
        elif name[0] == "{" and name.rpartition("}")[2] in MEANT:
            raise Unsure
        found[name] = value.lower() if name in {"rel", "type"} else value
    return found


def text_of(element: Any) -> str:
    """The text of an element that has nothing else. Raises Unsure."""
    if len(element):
        raise Unsure
    return (element.text or "").strip()


def kind_of(attributes: Attributes, kind: str) -> str:
    """HTML or plain, `kind` where nothing else is said. Raises Unsure."""
    kind = TYPES.get(attributes.get("type", kind), "")
    if not kind or "mode" in attributes:
        raise Unsure
    return kind


def join(base: str, address: str) -> str:
    return address if WHOLE_ADDRESS.fullmatch(address) else _urljoin(base, address)


def certain(text: str) -> str:
    """`text`, where feedparser leaves it alone. Raises Unsure."""
    if not text.isascii() and _C1.search(unusual(text)):
        raise Unsure
    return text


def check_only_parts(element: Any) -> None:
    """Raises Unsure where text stands between the parts of an element, or in one that is not
    known: feedparser takes it for the element's own."""
    for part in element:
        foreign = (part.text or "").strip() and is_ignored(name_of(part))
        if foreign or (part.tail or "").strip():
            raise Unsure
    if (element.text or "").strip():
        raise Unsure


class Context:
    """What feeds and entries have in common, under feedparser's names in `values`."""

    def __init__(self, *, atom: bool) -> None:
        self.atom = atom
        self.values: dict[str, Any] = {}
        self.depths: dict[str, int] = {}
        self.title_depth = -1
        # Each by name; None where feedparser would have to guess it from a mail address.
        self.authors: list[str | None] = []
        self.in_parts: set[bool] = set()

    def finish(self) -> None:
        """Raises Unsure."""
        if len(self.authors) > 1 and (None in self.authors or len(self.in_parts) > 1):
            raise Unsure
        if self.authors:
            self.values["authors"] = [{"name": name} for name in self.authors]

    def title(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        kind_of(attributes, PLAIN)
        title = certain(text_of(element))
        if not -1 < self.title_depth <= depth:
            self.keep("title", title, depth)
        if title:
            self.title_depth = depth

    def link(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        if href := address_in(attributes):
            href, rel = join(scope.base, href), attributes.get("rel", "alternate")
            kind = attributes.get("type", HTML)
            if rel == "alternate" and kind in PAGES:
                self.values["link"] = href
            if rel == "enclosure":
                self.attach(href, kind)
            check_inside(element)
            return
        if attributes.keys() - {"xml:base", "xml:lang", "base", "lang"}:
            raise Unsure
        href = text_of(element)
        href = certain(join(scope.base, href) if href else "")
        self.values["link"] = _REFERENCE.sub(r"&\g<1>", href.replace("&amp;", "&"))

    def identity(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        guid, is_link = text_of(element), attributes.get("ispermalink", "true") == "true"
        guid = certain(join(scope.base, guid) if guid and is_link else guid)
        self.values["id"] = guid
        if is_link:
            self.values.setdefault("link", guid)

    def author(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        self.in_parts.add(bool(len(element)))
        if len(element):
            self.person(element)
            return
        author = certain(text_of(element))
        self.values["author"] = author
        self.authors.append(None if "@" in author else author)

    def person(self, element: Any) -> None:
        """An author in parts."""
        check_only_parts(element)
        parts: dict[str, str] = {}
        for part in element:
            if name_of(part) in PERSON:
                parts[name_of(part)] = text_of(part)
        if len(element) != len(parts):
            check_inside(element, *PERSON)
        name, mail = parts.get("name"), parts.get("email")
        self.values["author"] = f"{name} ({mail})" if name and mail else name or mail or ""
        self.authors.append(name)

    def attach(self, href: str, kind: str) -> None:
        """A file that comes with this."""
        files = self.values.setdefault("links", [])
        files.append({"rel": "enclosure", "href": href, "type": kind})

    def keep(self, key: str, value: str, depth: int) -> None:
        """What stands nearer to the root wins, then what stands later."""
        if depth <= self.depths.setdefault(key, depth):
            self.depths[key] = depth
            self.values[key] = value


class Entry(Context):
    """One entry."""

    def __init__(self, element: Any, scope: Scope, *, atom: bool) -> None:
        super().__init__(atom=atom)
        attributes = attributes_of(element)
        if attributes.keys() & CDF:
            raise Unsure
        self.has_content = False
        self.tags: list[Tag] = []
        self.tagged: set[Tag] = set()
        if about := element.get(RDF_ABOUT):
            self.values["id"] = about
        self.take(element, scope.inside(attributes), 1)
        self.finish()

    def finish(self) -> None:
        """Raises Unsure."""
        super().finish()
        keys = ("term", "scheme", "label")
        self.values["tags"] = [dict(zip(keys, tag, strict=True)) for tag in self.tags]

    def take(self, element: Any, scope: Scope, depth: int) -> None:
        """Everything inside `element`. Raises Unsure."""
        for part in element:
            name = name_of(part)
            if read := HANDLERS.get(name):
                attributes = attributes_of(part)
                read(self, part, attributes, scope.inside(attributes), depth)
            elif name == "contributor":
                check_inside(part, *PERSON)
            elif name in IGNORED or is_ignored(name):
                check_inside(part)
            else:
                raise Unsure

    def media_title(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        before = self.title_depth
        self.title(element, attributes, scope, depth)
        self.title_depth = before

    def image(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        text_of(element)
        self.title_depth = -1

    def published(self, element: Any, *_: Any) -> None:
        self.date("published", element)

    def updated(self, element: Any, *_: Any) -> None:
        self.date("updated", element)

    def created(self, element: Any, *_: Any) -> None:
        self.date("created", element)

    def date(self, key: str, element: Any) -> None:
        self.values[key] = date = certain(text_of(element))
        self.values[f"{key}_parsed"] = moment_of(date)

    def description(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        self.summarise(HTML, element, attributes, scope, depth)

    def summary(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        self.summarise(PLAIN, element, attributes, scope, depth)

    def summarise(
        self, kind: str, element: Any, attributes: Attributes, scope: Scope, depth: int
    ) -> None:
        if "summary" in self.values and not self.has_content:
            self.content(element, attributes, scope, depth)
            return
        detail = self.detail(kind, element, attributes, scope)
        self.keep("summary", detail["value"], depth)
        self.values["summary_detail"] = detail

    def encoded(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        self.content(element, attributes, scope, depth, HTML)

    def content(
        self, element: Any, attributes: Attributes, scope: Scope, depth: int, kind: str = PLAIN
    ) -> None:
        self.has_content = True
        detail = self.detail(kind, element, attributes, scope)
        self.values.setdefault("content", []).append(detail)
        self.values.setdefault("summary", detail["value"])

    def detail(
        self, kind: str, element: Any, attributes: Attributes, scope: Scope
    ) -> dict[str, str]:
        """A text and what it is: HTML or plain. Raises Unsure for another kind."""
        kind = kind_of(attributes, kind)
        text = certain(text_of(element))
        if kind == PLAIN and not self.atom and StrictFeedParser.looks_like_html(text):
            kind = HTML
        language = scope.language.replace("_", "-")
        return {"type": kind, "language": language, "base": scope.base, "value": text}

    def category(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        scheme = attributes.get("scheme", attributes.get("domain"))
        self.tag(attributes.get("term"), scheme, attributes.get("label"))
        if term := certain(text_of(element)):
            if self.tags and not self.tags[-1][0]:
                unnamed = self.tags.pop()
                self.tagged.discard(unnamed)
                self.tags.append((term, *unnamed[1:]))
                self.tagged.add(self.tags[-1])
            else:
                self.tag(term, None, None)

    def media_category(
        self, element: Any, attributes: Attributes, scope: Scope, depth: int
    ) -> None:
        scheme = {"scheme": "http://search.yahoo.com/mrss/category_schema"}
        self.category(element, scheme | attributes, scope, depth)

    def itunes_keywords(self, element: Any, *_: Any) -> None:
        self.keywords(element, "http://www.itunes.com/")

    def media_keywords(self, element: Any, *_: Any) -> None:
        self.keywords(element, None)

    def keywords(self, element: Any, scheme: str | None) -> None:
        if element.attrib:
            raise Unsure
        for term in certain(text_of(element)).split(","):
            if term.strip():
                self.tag(term.strip(), scheme, None)

    def tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        tag = (term, scheme, label)
        if any(tag) and tag not in self.tagged:
            self.tags.append(tag)
            self.tagged.add(tag)

    def enclosure(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        self.attach(address_in(attributes), attributes.get("type", ""))
        check_inside(element)

    def source(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        """The feed it came from: by its name alone, or in parts."""
        self.title_depth = -1
        if not len(element):
            self.values["source"] = {"title": certain(text_of(element))}
            return
        check_inside(element, *SOURCE)
        check_only_parts(element)
        titles = [part for part in element.iterdescendants() if name_of(part) == "title"]
        if len(titles) > 1 or any(title.getparent() is not element for title in titles):
            raise Unsure
        title = certain(text_of(titles[0])) if titles else ""
        self.values["source"] = {"title": title}
        self.title_depth = depth + 1 if title else -1

    def origin(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        """Where a feed that counts its readers' clicks really leads."""
        if attributes:
            raise Unsure
        self.values["feedburner_origlink"] = certain(text_of(element))

    def group(self, element: Any, attributes: Attributes, scope: Scope, depth: int) -> None:
        """Media: what stands inside counts as if it stood outside, only less."""
        for inner in element.iterdescendants():
            name = name_of(inner)
            if not name.startswith("media:") and name != "x:":
                raise Unsure
        self.take(element, scope, depth + 1)


def address_in(attributes: Attributes) -> str:
    return next((attributes[name] for name in ADDRESSES if name in attributes), "")


HANDLERS: dict[str, Callable[..., None]] = {
    "title": Entry.title,
    "dc:title": Entry.title,
    "media:title": Entry.media_title,
    "image": Entry.image,
    "link": Entry.link,
    "feedburner:origlink": Entry.origin,
    "guid": Entry.identity,
    "id": Entry.identity,
    "published": Entry.published,
    "issued": Entry.published,
    "pubdate": Entry.published,
    "dcterms:issued": Entry.published,
    "updated": Entry.updated,
    "modified": Entry.updated,
    "dc:date": Entry.updated,
    "dcterms:modified": Entry.updated,
    "created": Entry.created,
    "dcterms:created": Entry.created,
    "author": Entry.author,
    "managingeditor": Entry.author,
    "dc:author": Entry.author,
    "dc:creator": Entry.author,
    "itunes:author": Entry.author,
    "description": Entry.description,
    "dc:description": Entry.description,
    "media:description": Entry.description,
    "summary": Entry.summary,
    "itunes:summary": Entry.summary,
    "content": Entry.content,
    "content:encoded": Entry.encoded,
    "category": Entry.category,
    "keywords": Entry.category,
    "dc:subject": Entry.category,
    "media:category": Entry.media_category,
    "itunes:keywords": Entry.itunes_keywords,
    "media:keywords": Entry.media_keywords,
    "media:group": Entry.group,
    "media:content": Entry.group,
    "enclosure": Entry.enclosure,
    "source": Entry.source,
}
