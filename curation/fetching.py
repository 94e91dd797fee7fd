"""Asking a server for a feed, politely: only when it changed, and never past its refusals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from curation import pace
from curation.parsing import CHALLENGE
from toolbox import http
from toolbox.text import one_line

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.5"
)
# However long a server wants to be left alone, tomorrow it is asked again.
LONGEST_PAUSE = timedelta(hours=24)
# What the columns hold; a longer validator is of no use cut short.
ETAG_LENGTH, DATE_LENGTH = 500, 100

NOTHING_THERE = "There is nothing at this address (404)."
REASONS = {
    401: "The server wants a login (401).",
    403: "The server refuses us (403).",
    404: NOTHING_THERE,
    410: "The feed is gone for good (410).",
    429: "The server asks us to come less often (429).",
    503: "The server is not available just now (503).",
}


@dataclass(frozen=True)
class Fetched:
    """A feed as it was sent; without a body when it is unchanged since the validators."""

    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    # Where redirects said the feed has moved for good.
    moved_to: str = ""
    unchanged: bool = False
    # How long the server says it may be kept, and how long we are to stay away.
    max_age: timedelta | None = None
    retry_after: timedelta | None = None


class FetchError(Exception):
    """No feed was had. The message is one plain sentence for an editor."""

    def __init__(
        self, message: str, *, gone: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        # 410: the server says not to ask again.
        self.gone = gone
        self.retry_after = retry_after


async def fetch(
    client: http.Client, url: str, *, etag: str = "", last_modified: str = "", now: datetime
) -> Fetched:
    """Fetch a feed unless it is unchanged since `etag` and `last_modified`. Raises FetchError."""
    headers = {"Accept": ACCEPT}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    conditional = bool(etag or last_modified)
    try:
        answer = await client.get(url, headers)
        if answer.status == 304 and not conditional:
            # A cache in between took us for somebody else.
            answer = await client.get(url, headers | {"Cache-Control": "no-cache"})
    except http.HttpError as error:
        raise FetchError(str(error)) from error
    if answer.status == 304 and conditional:
        return _fetched(answer, now, etag, last_modified)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, now)
    return _fetched(answer, now)


def _fetched(
    answer: http.Answer, now: datetime, etag: str = "", last_modified: str = ""
) -> Fetched:
    """A 304 may leave out the validators: those that were sent are then still good."""
    return Fetched(
        url=answer.url,
        body=answer.body,
        content_type=answer.headers.get("content-type", ""),
        etag=_validator(answer, "etag", ETAG_LENGTH) or etag,
        last_modified=_validator(answer, "last-modified", DATE_LENGTH) or last_modified,
        moved_to=answer.moved_to,
        unchanged=answer.status == 304,
        max_age=pace.stated_by(answer.headers.get("cache-control", "")),
        retry_after=_retry_after(answer.headers.get("retry-after", ""), now),
    )


def _validator(answer: http.Answer, name: str, length: int) -> str:
    """ASCII or nothing: it is sent back as a header."""
    value = one_line(answer.headers.get(name, ""))
    return value if len(value) <= length and value.isascii() else ""


def _refusal(answer: http.Answer, now: datetime) -> FetchError:
    status = answer.status
    if status in {403, 429, 503} and CHALLENGE.search(answer.body[:50_000].decode("latin-1")):
        return FetchError(f"The site answers with a challenge for browsers ({status}).")
    reason = REASONS.get(status)
    if reason is None and status >= 500:
        reason = f"The server has a fault of its own ({status})."
    return FetchError(
        reason or f"The server answered {status} instead of the feed.",
        gone=status == 410,
        retry_after=_retry_after(answer.headers.get("retry-after", ""), now),
    )


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """Seconds or a date; nonsense and the past are none."""
    if text.strip().isdecimal():
        pause = timedelta(seconds=min(int(text), 10**7))
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return min(pause, LONGEST_PAUSE) if pause > timedelta(0) else None
