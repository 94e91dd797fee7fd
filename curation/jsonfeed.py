"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read as forgivingly as the XML formats."""

import json
from html import escape
from typing import Any, NoReturn

from curation import cleaning
from curation.identity import web_address
from curation.parsed import MAX_ENTRIES, NotAFeedError, ParsedEntry, ParsedFeed, cut_short


def read(text: str, url: str) -> ParsedFeed:
    """The feed in `text`, which came from `url`. Raises NotAFeedError."""
    feed = _load(text)
    items = feed.get("items")
    if not isinstance(items, list):
        raise NotAFeedError("This is JSON, but not a JSON Feed: it has no list of items.")
    entries = [item for item in items if isinstance(item, dict)]
    title = _text(feed.get("title"))
    garbled = cleaning.title_warning(title)
    return ParsedFeed(
        format=f"JSON Feed {'1.1' if _text(feed.get('version')).endswith('1.1') else '1.0'}",
        title=cleaning.feed_title(title),
        site_url=web_address(_text(feed.get("home_page_url")), url),
        language=cleaning.language_code(_text(feed.get("language"))),
        entries=tuple(_entry(item, feed, url) for item in entries[:MAX_ENTRIES]),
        warning=f"{cut_short(len(entries))} {garbled}".strip(),
    )


def _load(text: str) -> dict[str, Any]:
    try:
        feed = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotAFeedError("This is not JSON that can be read.") from error
    return feed if isinstance(feed, dict) else {}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> ParsedEntry:
    people = _people(item) or _people(feed)
    plain = _text(item.get("content_text"))
    files = item.get("attachments")
    first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
    date = _text(item.get("date_published")) or _text(item.get("date_modified"))
    tags = item.get("tags")
    return cleaning.entry(
        base=url,
        guid=_text(item.get("id")),
        href=_link(item, first),
        title=escape(_text(item.get("title")), quote=False),
        html=_text(item.get("content_html")) or cleaning.as_html(plain),
        summary=escape(_text(item.get("summary")), quote=False),
        author=", ".join(people),
        language=_text(item.get("language")) or _text(feed.get("language")),
        tags=tuple(_text(tag) for tag in tags) if isinstance(tags, list) else (),
        raw_date=date,
        media_type=_text(first.get("mime_type")),
    )


def _link(item: dict[str, Any], attached: dict[str, Any]) -> str:
    """Where the item is read; its id is an address where the feed is well made."""
    found = (_text(item.get(key)) for key in ("url", "external_url"))
    guid = _text(item.get("id"))
    address = guid if guid.startswith(("http://", "https://")) else ""
    return next(filter(None, found), "") or address or _text(attached.get("url"))


def _people(owner: dict[str, Any]) -> list[str]:
    """Names by 1.1 (`authors`) or 1.0 (`author`)."""
    authors = owner.get("authors")
    people = authors if isinstance(authors, list) else [owner.get("author")]
    return [name for p in people if isinstance(p, dict) and (name := _text(p.get("name")))]


def _text(value: object) -> str:
    """Strings as they are, numbers as text; what else stands there is not text."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
