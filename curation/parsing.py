"""Bytes to values: a feed of any format, read without network, files or tables.

`quickfeed` reads most XML feeds, and feedparser the rest, damaged ones above all. feedparser's
cleaning and its resolving of links in HTML are off, since ours are faster and let less through.
Always a BytesIO: feedparser opens a body that looks like a path, and fetches one that looks like
an address.
"""

import calendar
import io
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.entities import html5
from typing import Any

import feedparser
from feedparser.api import SUPPORTED_VERSIONS

from curation import cleaning, jsonfeed, pace, quickfeed
from curation.decoding import decode
from curation.identity import web_address
from curation.parsed import MAX_ENTRIES, NotAFeedError, ParsedEntry, ParsedFeed, cut_short, repaired
from toolbox.text import storable

A_PAGE = "This is a web page, not a feed."
CHALLENGE = re.compile(
    r"challenge-platform|cf-chl|cf_chl|<title>Just a moment|<title>Attention Required"
    r"|Enable JavaScript and cookies to continue|ddos-guard|/_Incapsula_Resource|captcha-delivery",
    re.IGNORECASE,
)

# feedparser reads what was garbled by way of Latin-1 as it was meant, in silence. So do we, but we
# keep how it came and say so: told another name of the same encoding, it leaves the text alone.
for _reader in (feedparser.api.StrictFeedParser, feedparser.api.LooseFeedParser):
    _reader.encoding = property(lambda self: "utf8", lambda self, said: None)

_PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.DOTALL | re.I)
_MISTAKES = re.compile(
    r"(?P<quoted><!\[CDATA\[.*?(?:\]\]>|\Z))|&#(?P<number>x[0-9a-f]{1,8}|[0-9]{1,9});"
    r"|&(?!(?:amp|lt|gt|quot|apos);)(?P<name>\w+;)?",
    re.DOTALL | re.IGNORECASE,
)


def parse(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """The feed in `body`, which came from `url`. Raises NotAFeedError.

    Damaged feeds are read as far as they can be; `warning` then says so.
    """
    text, misread = decode(body, content_type)
    if not text:
        raise NotAFeedError("The answer is empty.")
    feed = jsonfeed.read(text, url) if text.startswith("{") else _read_xml(text, url)
    warnings = filter(None, [misread, feed.warning, repaired(feed.entries)])
    return replace(feed, warning=" ".join(warnings), pace=pace.stated_in(text))


def explain(text: str) -> str:
    """What `text` is, since it is no feed; one sentence for an editor."""
    start = text[:5000].lower()
    if CHALLENGE.search(text[:50_000]):
        return "The site answers with a challenge for browsers, not with the feed."
    if "<opml" in start:
        return "This is an OPML list of feeds, not a feed. It can be imported as a list."
    if "<!doctype html" in start or "<html" in start or "<body" in start:
        return A_PAGE
    return "This is not a feed." if start.startswith("<") else "This is neither XML nor JSON."


def _read_xml(text: str, url: str) -> ParsedFeed:
    if _PAGE.match(text):
        raise NotAFeedError(explain(text))
    said = quickfeed.read(text, url) or _feedparser(text, url)
    feed, entries = said.feed, said.entries
    if not entries and (said.bozo or not said.version):
        raise NotAFeedError(explain(text) if not said.version else _damage(said))
    garbled = cleaning.title_warning(feed.get("title", ""))
    return ParsedFeed(
        format=_format(said.version, text),
        title=cleaning.feed_title(feed.get("title", "")),
        site_url=web_address(feed.get("link", ""), url),
        language=cleaning.language_code(feed.get("language", "")),
        entries=tuple(_entry(entry, feed, said.version, url) for entry in entries[:MAX_ENTRIES]),
        warning=" ".join(filter(None, [_damage(said), cut_short(len(entries)), garbled])),
    )


def _format(version: str, text: str) -> str:
    """As people call it. feedparser reads CDF, the oldest, without a name for it."""
    if not version:
        return "CDF" if re.search(r"<channel\b", text[:1000], re.IGNORECASE) else ""
    return SUPPORTED_VERSIONS.get(version, "").replace(" (unknown version)", "")


def _feedparser(text: str, url: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    return feedparser.parse(
        io.BytesIO(_MISTAKES.sub(_mend, text).encode()),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _mend(mistake: re.Match[str]) -> str:
    """`&` as it is, entities of HTML that XML does not know, and numbers of no character; what is
    quoted stays."""
    if mistake["quoted"]:
        return mistake["quoted"]
    if number := mistake["number"]:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return mistake[0] if code <= sys.maxunicode and storable(chr(code)) else ""
    known = html5.get(mistake["name"] or "", "")
    return "".join(f"&#{ord(letter)};" for letter in known) or f"&amp;{mistake['name'] or ''}"


def _damage(said: Any) -> str:
    if not said.bozo:
        return ""
    line = getattr(said.bozo_exception, "getLineNumber", lambda: None)()
    where = f" at line {line}" if line else ""
    kept = "what could be read was kept" if said.entries else "no entry could be read"
    return f"The XML is damaged{where}; {kept}."


def _entry(raw: Any, feed: Any, version: str, url: str) -> ParsedEntry:
    html, base, language = _content(raw)
    files = [link for link in raw.get("links", []) if link.get("rel") == "enclosure"]
    attached = files[0] if files else {}
    return cleaning.entry(
        base=url,
        guid=raw.get("id", ""),
        href=raw.get("feedburner_origlink") or raw.get("link") or attached.get("href", ""),
        title=raw.get("title", ""),
        html=html,
        summary=_plain_as_html(raw.get("summary", ""), raw.get("summary_detail")),
        html_base=base if base != url else "",
        author=_author(raw) or (_author(feed) if version.startswith("atom") else ""),
        source=raw.get("source", {}).get("title", ""),
        language=language or feed.get("language", ""),
        tags=tuple(tag.get("label") or tag.get("term") or "" for tag in raw.get("tags", [])),
        raw_date=_first(raw, "published", "updated", "created", "date") or "",
        published_at=_moment(_first(raw, "published_parsed", "updated_parsed", "created_parsed")),
        media_type=attached.get("type", ""),
    )


def _content(raw: Any) -> tuple[str, str, str]:
    """HTML, its base and its language: the longest content there is, else the summary."""
    parts = [part for part in raw.get("content", []) if part.get("value")]
    if not parts and "summary" in raw:
        detail = raw.get("summary_detail") or {}
        parts = [{**detail, "value": raw.get("summary")}]
    if not parts:
        return "", "", ""
    best = max(parts, key=lambda part: len(part["value"]))
    language = best.get("language") or ""
    return _plain_as_html(best["value"], best), best.get("base") or "", language


def _plain_as_html(value: str, detail: Any) -> str:
    return cleaning.as_html(value) if detail and detail.get("type") == "text/plain" else value


def _author(owner: Any) -> str:
    """feedparser cuts names where it takes a mail address to end; cleaning does that better."""
    people = owner.get("authors", [])
    if len(people) <= 1:
        return str(owner.get("author", ""))
    names = dict.fromkeys(person.get("name") for person in people)
    return ", ".join(filter(None, names))


def _first(raw: Any, *keys: str) -> Any:
    """The first of `keys` that is filled; past feedparser's own guesses, which warn."""
    return next((value for key in keys if (value := dict.get(raw, key))), None)


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
