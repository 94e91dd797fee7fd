"""What a web page says of itself: OpenGraph, JSON-LD, meta tags. Pure: HTML in, values out.

Written by strangers: everything is cut, cleaned, and empty rather than guessed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from curation.cleaning import LINE_LENGTH, TITLE_LENGTH, blurb, language_code
from curation.identity import web_address
from curation.models.feed import URL_LENGTH
from toolbox.html import to_line, to_title
from toolbox.text import one_line

AUTHOR_LENGTH = 200
# More names than that are a masthead.
AUTHORS = 3
# Of its JSON-LD so many things are looked at.
THINGS = 50
# Pages that people write nest less than a hundred deep. What each further level costs grows, and
# 300 KB of open tags keep the parser busy for a quarter of a minute.
DEPTH = 1000
_TAG = re.compile(
    r"<(?P<closes>/)?(?!(?:meta|link|base|br|hr|img|input|source|track|wbr|area|col|p|li|t[rdh]|d[td]"
    r"|option)\b)(?P<name>[a-z][\w:-]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PageFacts:
    """What a page says; empty where it says nothing, or nothing that can be."""

    title: str = ""
    # The title as it came.
    raw_title: str = ""
    site_name: str = ""
    description: str = ""
    author: str = ""
    language: str = ""
    image: str = ""
    # rel=canonical, whole. A claim: see curation.plausible.
    canonical: str = ""
    # og:type, and the types of its JSON-LD.
    types: tuple[str, ...] = ()


def read_page(html: str, url: str) -> PageFacts:
    """The facts in `html`, which was had from `url`. Never fails."""
    tree = LexborHTMLParser(_shallow(html))
    said = _meta(tree)
    things = list(_things(tree))
    raw_title = said.get("og:title") or _text(tree, "title")
    description = said.get("og:description") or said.get("description", "")
    base = web_address(_attribute(tree, "base[href]", "href"), url) or url
    types = (said.get("og:type", ""), *(name for thing in things for name in _types(thing)))
    return PageFacts(
        title=to_title(raw_title, TITLE_LENGTH),
        raw_title=raw_title,
        site_name=to_title(said.get("og:site_name", "")),
        description=blurb(to_title(to_line(description))),
        author=_author(said, things),
        language=language_code(_attribute(tree, "html[lang]", "lang")),
        image=_short(web_address(said.get("og:image", ""), base)),
        canonical=_canonical(tree, base),
        types=tuple(name for name in types if name),
    )


def _shallow(html: str) -> str:
    """`html` up to where it nests deeper than any page does."""
    open_tags: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        # What closes a tag that is not open closes nothing.
        step = (-1 if open_tags[name] else 0) if tag["closes"] else 1
        open_tags[name] += step
        depth += step
        if depth > DEPTH:
            return html[: tag.start()]
    return html


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """Each meta tag by its property or name; the first of a name counts."""
    said: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        content = (node.attributes.get("content") or "")[:LINE_LENGTH].strip()
        if content:
            said.setdefault(name.lower(), content)
    return said


def _canonical(tree: LexborHTMLParser, base: str) -> str:
    """The one address in rel=canonical. A page that names two names none."""
    said = (node.attributes for node in tree.css("link[rel][href]"))
    hrefs = {
        web_address(given.get("href") or "", base)
        for given in said
        if "canonical" in (given.get("rel") or "").lower().split()
    }
    return _short(hrefs.pop()) if len(hrefs) == 1 else ""


def _author(said: dict[str, str], things: Iterable[dict[str, Any]]) -> str:
    meta = [said.get("author", ""), said.get("article:author", "")]
    told = (list(_names(thing.get("author"))) for thing in things)
    for names in (*([name] for name in meta), *told):
        kept = [person for name in names[:AUTHORS] if (person := _person(name))]
        if kept:
            return one_line(", ".join(kept), AUTHOR_LENGTH)
    return ""


def _person(name: str) -> str:
    """A name, and not the address of a profile."""
    name = one_line(to_line(name[:LINE_LENGTH])).removeprefix("By ").removeprefix("by ")
    return "" if "://" in name or name.startswith("@") or len(name) > AUTHOR_LENGTH else name


def _names(author: Any) -> Iterator[str]:
    """JSON-LD has an author as text, as a thing with a name, or as a list of these."""
    for one in author if isinstance(author, list) else [author]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name


def _things(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """What the page's JSON-LD holds at its top, or in a graph at its top."""
    found = 0
    for node in tree.css('script[type="application/ld+json"]'):
        for thing in _top(node.text()):
            found += 1
            if found > THINGS:
                return
            yield thing


def _top(text: str) -> Iterator[dict[str, Any]]:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        # Not JSON, or made to be deep: the page says nothing here.
        return
    for one in data if isinstance(data, list) else [data]:
        graph = one.get("@graph") if isinstance(one, dict) else None
        for thing in graph if isinstance(graph, list) else [one]:
            if isinstance(thing, dict):
                yield thing


def _types(thing: dict[str, Any]) -> list[str]:
    said = thing.get("@type")
    return [name for name in (said if isinstance(said, list) else [said]) if isinstance(name, str)]


def _text(tree: LexborHTMLParser, selector: str) -> str:
    node: LexborNode | None = tree.css_first(selector)
    return node.text()[:LINE_LENGTH].strip() if node else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node: LexborNode | None = tree.css_first(selector)
    return (node.attributes.get(name) or "")[:LINE_LENGTH] if node else ""


def _short(url: str) -> str:
    return url if len(url) <= URL_LENGTH else ""
