"""Public pages answered before Django: kept whole, and good while the edition is the same.

A published page changes only when something is published, corrected or redrawn, and its ETag says
so (`digest.editions`). Each process keeps the pages it has drawn and asks for the edition at most
once a second, so an edit is seen everywhere within that second.
"""

import gzip
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.db import DatabaseError, close_old_connections
from django.utils.http import parse_http_date_safe

from digest.editions import KNOWN, Edition

Headers = list[tuple[str, str]]
Key = tuple[str, ...]

FRESH = 1.0  # seconds an edition is believed
# Seconds a page is kept: the sign-up form in it says when it was drawn.
KEPT = 3600.0
MOST = 32_000_000  # bytes of one process
SHORTEST = 500  # bytes that are worth packing
# What decides about an answer besides its path: where it was asked for, and how.
ASKED = ("HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "PATH_INFO")
# RFC 9110, 15.4.5: what a 304 repeats.
REPEATED = {"cache-control", "content-location", "date", "etag", "expires", "vary"}


@dataclass(frozen=True)
class Page:
    """One answer, plain and packed."""

    etag: str
    headers: Headers
    body: bytes
    packed: bytes
    drawn: float

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class Pages:
    """A WSGI application in front of another, which is lent the edition that is known here: a
    page may show more than the edition that names it, never less.
    """

    def __init__(self, application: WSGIApplication, edition: Callable[[], Edition]) -> None:
        self.application, self.ask_edition = application, edition
        self.kept: dict[Key, Page] = {}
        self.size = 0
        self.edition: Edition | None = None
        self.asked = -FRESH

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ, start)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        # Django leaves it to the server to drop the body, and gunicorn logs each that it drops.
        getattr(answer, "close", lambda: None)()
        return []

    def answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """From memory, or by the application."""
        environ[KNOWN] = self.current
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING"):
            return self.application(environ, start)
        key = tuple(str(environ.get(name, "")) for name in ASKED)
        page = self.kept.get(key)
        if page and self.is_current(page.etag) and time.monotonic() - page.drawn < KEPT:
            return _answer(page, environ, start)
        return self.draw(key, environ, start)

    def is_current(self, etag: str) -> bool:
        """Whether the edition of that name is the present one."""
        edition = self.current()
        return edition is not None and edition.etag == etag

    def current(self) -> Edition | None:
        """The edition, no older than FRESH. While the database is away none is known."""
        now = time.monotonic()
        if now - self.asked >= FRESH:
            try:
                close_old_connections()
                self.edition, self.asked = self.ask_edition(), now
            except DatabaseError:
                self.edition = None
        return self.edition

    def draw(self, key: Key, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Let the application answer, and keep the answer if it is the same for everybody."""
        said: list[Any] = []

        def note(status: str, headers: Headers, *rest: Any) -> Any:
            said[:] = [status, headers]
            return start(status, headers, *rest)

        answer = self.application(environ, note)
        if environ["REQUEST_METHOD"] != "GET" or not _is_for_all(*said):
            return answer
        if not self.is_current(_value(said[1], "etag")):
            return answer
        with closing(cast("Any", answer)):
            body = b"".join(answer)
        self.keep(key, said[1], body)
        return [body]

    def keep(self, key: Key, headers: Headers, body: bytes) -> None:
        """Remember a page; when there is no room, those before it are forgotten."""
        packed = gzip.compress(body) if len(body) > SHORTEST else b""
        page = Page(_value(headers, "etag"), headers, body, packed, time.monotonic())
        self.size += page.size - (self.kept[key].size if key in self.kept else 0)
        if self.size > MOST:
            self.kept, self.size = {}, page.size
        self.kept[key] = page


def _is_for_all(status: str, headers: Headers) -> bool:
    """Whole, named by its ETag, and allowed to be kept by anybody."""
    names = {name.lower() for name, _ in headers}
    return (
        status.startswith("200")
        and {"etag", "content-length"} <= names
        and not names & {"set-cookie", "content-encoding", "vary"}
        and "public" in _value(headers, "cache-control")
    )


def _answer(page: Page, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    packed = page.packed and "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if _is_held(page, environ):
        start("304 Not Modified", _vary([h for h in page.headers if h[0].lower() in REPEATED]))
        return []
    body = page.packed if packed else page.body
    headers = [h for h in page.headers if h[0].lower() != "content-length"]
    headers.append(("Content-Length", str(len(body))))
    start("200 OK", _vary(_packed(headers) if packed else headers))
    return [body]


def _is_held(page: Page, environ: WSGIEnvironment) -> bool:
    """Whether the reader has this very page: RFC 9110, 13.2.2. The date counts alone."""
    if tags := str(environ.get("HTTP_IF_NONE_MATCH", "")):
        return tags.strip() == "*" or page.etag in tags
    since = parse_http_date_safe(str(environ.get("HTTP_IF_MODIFIED_SINCE", "")))
    changed = parse_http_date_safe(_value(page.headers, "last-modified"))
    return since is not None and changed is not None and changed <= since


def _packed(headers: Headers) -> Headers:
    """Other bytes, so the ETag is a weak one: RFC 9110, 8.8.1."""
    weak = [(n, f"W/{v}" if n.lower() == "etag" else v) for n, v in headers]
    return [*weak, ("Content-Encoding", "gzip")]


def _vary(headers: Headers) -> Headers:
    return [*headers, ("Vary", "Accept-Encoding")]


def _value(headers: Headers, name: str) -> str:
    return next((value for known, value in headers if known.lower() == name), "")
