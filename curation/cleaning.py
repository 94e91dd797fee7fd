"""From what a feed wrote to what we keep: the one place where its strings become an entry."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from itertools import islice, pairwise
from urllib.parse import urlsplit

from curation.identity import web_address
from curation.parsed import ParsedEntry
from toolbox.html import clean_entry, to_line, to_title
from toolbox.mojibake import is_suspect, repair
from toolbox.text import one_line, printable, rare, storable

TITLE_LENGTH = 500
FEED_TITLE_LENGTH = 300
BLURB_LENGTH = 300
BLURB_SENTENCES = 3
# Enough text to find three sentences in, whatever markup is around them.
BLURB_SOURCE = 12_000
# Of the text, so many characters decide what its first sentences are, tail and all.
BLURB_ENOUGH = 1000
MAX_TAGS = 20
# Longer is made to be slow, not to be read: whole books have less HTML than this.
HTML_LENGTH = 200_000
LINE_LENGTH = 5_000
# Before there were web pages there is no date; 1970 is what machines write for none.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_SENTENCE_END = re.compile(r"[.!?…。！？](?:(?<=[。！？])|[\"'”’)\]]?(?=\s))")
# What blog software writes below an excerpt. Looking for it is slow, and for its words is not.
_TAIL_WORDS = ("appeared", "continue reading", "read more", "read the rest", "[", "comments")
_TAIL = re.compile(
    r"\s*(?:The post .{1,300} (?:appeared|first appeared) (?:first )?on .*"
    r"|(?:Continue reading|Read more|Read the rest)\b.{0,200}|\[(?:…|\.\.\.)\]|Comments)\s*$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|br|a|div|img|ul|ol|pre|h\d|span|em|strong|b|i)\b", re.IGNORECASE)


def entry(
    *,
    base: str,
    title: str = "",
    href: str = "",
    html: str = "",
    summary: str = "",
    html_base: str = "",
    guid: str = "",
    author: str = "",
    source: str = "",
    language: str = "",
    tags: tuple[str, ...] = (),
    raw_date: str = "",
    published_at: datetime | None = None,
    media_type: str = "",
) -> ParsedEntry:
    """One clean entry. `base` is the feed's address, `html_base` what its HTML is relative to."""
    came = {
        "title": title[:LINE_LENGTH],
        "author": author[:LINE_LENGTH],
        "source": source[:LINE_LENGTH],
        "tags": "\n".join(" ".join(tag[:LINE_LENGTH].split()) for tag in tags[:MAX_TAGS]),
        "html": html[:HTML_LENGTH],
        "summary": summary[:HTML_LENGTH],
    }
    letters = rare("\n".join(came.values()))
    if storable(letters) != letters:
        came = {name: storable(text) for name, text in came.items()}
    said = {name: repair(text) for name, text in came.items()} if is_suspect(letters) else came
    title, html, summary = said["title"], said["html"], said["summary"]
    url = web_address(href, base)
    # Twice: some feeds escape their markup once too often.
    text = to_title(to_line((summary or html)[:BLURB_SOURCE]))
    named = _title(title, text, url or base)
    words = (one_line(tag, 60) for tag in said["tags"].split("\n"))
    return ParsedEntry(
        title=named,
        raw_title=printable(came["title"]),
        guid=printable(guid).strip(),
        url=url,
        author=_person(said["author"]),
        source=one_line(said["source"], 100),
        language=language_code(language),
        tags=tuple(dict.fromkeys(word for word in words if word)),
        raw_date=one_line(raw_date[:LINE_LENGTH], 100),
        published_at=_believed(published_at or moment(raw_date[:100])),
        html=clean_entry(html or summary, web_address(html_base) or url or base),
        blurb=blurb("" if text == named else text),
        media_type=one_line(media_type[:LINE_LENGTH], 100),
        garbled=_garbled(came, said),
    )


def feed_title(title: str) -> str:
    """What a feed calls itself, on one line."""
    return to_title(repair(storable(title[:LINE_LENGTH])), FEED_TITLE_LENGTH)


def title_warning(title: str) -> str:
    """The warning for a feed whose title came garbled, with the title as it came; "" else."""
    came = storable(title[:LINE_LENGTH])
    if repair(came) == came:
        return ""
    return f"Its title came garbled and was repaired: “{to_title(came, 100)}”."


def blurb(text: str) -> str:
    """The first one to three sentences of `text`, at most 300 characters."""
    text = _without_tail(text[:BLURB_ENOUGH])
    first, *others = _sentences(text)
    kept = first
    for sentence in others:
        if len(kept) + len(sentence) >= BLURB_LENGTH:
            break
        kept = f"{kept} {sentence}".strip()
    if len(kept) > BLURB_LENGTH:
        kept = one_line(kept, BLURB_LENGTH).rpartition(" ")[0].rstrip(" ,;:–-") + "…"
    return kept


def _sentences(text: str) -> list[str]:
    """The first few."""
    ends = [end.end() for end in islice(_SENTENCE_END.finditer(text), BLURB_SENTENCES)]
    ends = ends if len(ends) == BLURB_SENTENCES else [*ends, len(text)]
    return [text[start:end].lstrip() for start, end in pairwise([0, *ends])]


def _without_tail(text: str) -> str:
    lower = text.lower()
    return _TAIL.sub("", text) if any(word in lower for word in _TAIL_WORDS) else text


def as_html(text: str) -> str:
    """Plain text as HTML, unless it is HTML by mistake of the feed."""
    if _MARKUP.search(text):
        return text
    return escape(text, quote=False).strip().replace("\n", "<br>")


def moment(text: str) -> datetime | None:
    """A date as ISO 8601 or e-mail writes it; without a zone it is UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text.strip())
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def language_code(code: str) -> str:
    """A language tag such as en or pt-BR; "" for anything else."""
    code = code[:LINE_LENGTH].strip().replace("_", "-")
    return code if _LANGUAGE.fullmatch(code) and len(code) <= 12 else ""


def _garbled(came: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """What was repaired, as it came; a summary that is the content is kept once."""
    if said is came:
        return {}
    kept = {name: text for name, text in came.items() if said[name] != text}
    if kept.get("summary") == kept.get("html"):
        kept.pop("summary", None)
    return kept


def _title(raw: str, text: str, url: str) -> str:
    """Never empty: a link without words cannot be clicked."""
    return to_title(raw, TITLE_LENGTH) or one_line(text, 80) or urlsplit(url).hostname or "Untitled"


def _believed(date: datetime | None) -> datetime | None:
    return date if date and date >= EARLIEST else None


def _person(author: str) -> str:
    """A name without the mail address some feeds put beside it."""
    name = to_line(author)
    if "@" in name:
        name = _MAIL.sub("", name)
    return one_line(name.strip(" ()<>,;"), 200)
