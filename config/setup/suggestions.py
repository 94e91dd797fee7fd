"""Feeds to begin with: a short list by topic, which goes in as any other reading list does."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

FILE = Path(__file__).parent / "suggestions.toml"


@cache
def topics() -> list[dict[str, Any]]:
    """Each topic's `name` and `feeds` of `title` and `url`."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["topic"]
    return found


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """For a form: by topic, the address and the title of each."""
    return [(t["name"], [(f["url"], f["title"]) for f in t["feeds"]]) for t in topics()]


def as_opml(chosen: list[str]) -> bytes:
    """The chosen ones as a reading list."""
    listing = Element("opml", version="2.0")
    body = SubElement(listing, "body")
    for feed in [feed for topic in topics() for feed in topic["feeds"]]:
        if feed["url"] in chosen:
            SubElement(body, "outline", type="rss", text=feed["title"], xmlUrl=feed["url"])
    return tostring(listing, encoding="utf-8", xml_declaration=True)
