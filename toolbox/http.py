"""The one way to ask another server for something: guarded, capped, and on the clock.

It stands on httpx's transport, not on its client: no cookies, no proxies from the environment,
and redirects are followed by hand, so that every hop passes the same checks.
"""

import asyncio
import functools
import re
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from random import SystemRandom
from types import TracebackType
from typing import Self

import httpcore
import httpx
from django.conf import settings

from toolbox.guard import RESOLVERS, Guard
from toolbox.http_body import read, read_first
from toolbox.http_errors import (
    HttpError,
    RedirectError,
    RefusedError,
    TimedOutError,
    UnheardError,
    in_plain_words,
)

__all__ = ["Answer", "Client", "HttpError", "RefusedError", "address"]

MAX_REDIRECTS = 5
CONNECT_TIMEOUT = 10
HOST = re.compile(rb"[a-z0-9._:-]+")
PUBLIC_PORTS = {80, 443, 8080, 8443}
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT_REDIRECTS = {301, 308}
HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "Connection": "close"}

_dice = SystemRandom()


@dataclass(frozen=True)
class Answer:
    """What a server answered, unpacked, after redirects."""

    status: int
    url: str
    headers: httpx.Headers
    body: bytes
    # Where redirects said the address has moved for good; empty when they did not.
    moved_to: str = ""


def address(url: str) -> httpx.URL:
    """`url` as one that may be asked: http or https, a host, no password. Raises RefusedError."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise RefusedError("This is not a web address.") from error
    if parts.scheme not in {"http", "https"}:
        raise RefusedError("Only http and https addresses are fetched.")
    if not HOST.fullmatch(parts.raw_host):
        raise RefusedError("This is not a web address.")
    if parts.userinfo:
        raise RefusedError("Addresses with a user name or password are not fetched.")
    return parts


class Client:
    """Asks many servers at once, each of them politely. One per poll, inside `async with`.

    `room` is entered for each request, after its host has a place for it: so that those who wait
    for one host take no room from the others. With `first`, only so many bytes of each answer are
    read, instead of refusing what is larger than FETCH_MAX_BYTES: for pages of which the head is
    wanted.
    """

    def __init__(
        self,
        room: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
        *,
        first: int | None = None,
    ) -> None:
        self._first = first
        self._guard = Guard(allow_private=settings.FETCH_ALLOW_PRIVATE)
        self._transport = _Transport(self._guard)
        self._room = room
        self._look_ups = asyncio.Semaphore(RESOLVERS)
        self._places: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(settings.FETCH_PER_HOST)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()
        self._guard.close()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Fetch `url`, following redirects, within FETCH_TIMEOUT seconds. Raises HttpError."""
        seconds = settings.FETCH_TIMEOUT
        try:
            async with asyncio.timeout(seconds) as clock:
                return await self._follow(address(url), dict(headers or {}), clock)
        except TimeoutError as error:
            raise TimedOutError(f"The server did not answer within {seconds} s.") from error

    async def _follow(
        self, url: httpx.URL, headers: dict[str, str], clock: asyncio.Timeout
    ) -> Answer:
        moved_to, moving, seen = "", True, {url}
        for _ in range(MAX_REDIRECTS + 1):
            async with self._place(url, clock):
                answer = await self._ask(url, headers)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return Answer(answer.status, str(url), answer.headers, answer.body, moved_to)
            url = _next_hop(url, answer.headers["location"], seen)
            moving = moving and answer.status in PERMANENT_REDIRECTS
            moved_to = str(url) if moving else moved_to
        raise RedirectError(f"The address redirects more than {MAX_REDIRECTS} times.")

    @asynccontextmanager
    async def _place(self, url: httpx.URL, clock: asyncio.Timeout) -> AsyncIterator[None]:
        """Wait for a place at this host, and only then for room."""
        async with _patiently(clock, self._look_ups):
            private = await self._guard.is_private(url.host)
        if not private and (url.port or 443) not in PUBLIC_PORTS:
            raise RefusedError(f"Port {url.port} is not fetched from.")
        host = nullcontext() if private else self._places[url.host]
        async with _patiently(clock, host, self._room()):
            yield

    async def _ask(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        """Ask until the request has arrived; the deadline ends it. Who was turned away at the
        same moment does not come back at the same moment."""
        while True:
            try:
                return await self._ask_once(url, headers)
            except UnheardError:
                await asyncio.sleep(_dice.random())

    async def _ask_once(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        request = httpx.Request(
            "GET",
            url,
            headers=HEADERS | {"User-Agent": f"Newsdesk (+{settings.SITE_URL})"} | headers,
            extensions={"timeout": {"connect": CONNECT_TIMEOUT}},
        )
        try:
            response = await self._transport.handle_async_request(request)
            try:
                if self._first is None:
                    body = await read(response, settings.FETCH_MAX_BYTES)
                else:
                    body = await read_first(response, self._first)
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise in_plain_words(error, CONNECT_TIMEOUT) from error
        return Answer(response.status_code, str(url), response.headers, body)


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport on a guarded pool. Connections are not kept: a poll asks many hosts
    once, and httpx looks at every idle connection for each request."""

    def __init__(self, guard: Guard) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=guard,
        )


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Made once a process: reading the certificates costs as much as ten fetches."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def _patiently(
    clock: asyncio.Timeout, *places: AbstractAsyncContextManager[None]
) -> AsyncIterator[None]:
    """Enter one place after the other. The wait is ours, so the server's clock stands still."""
    loop = asyncio.get_running_loop()
    left = (clock.when() or loop.time()) - loop.time()
    clock.reschedule(None)
    async with AsyncExitStack() as entered:
        for place in places:
            await entered.enter_async_context(place)
        clock.reschedule(loop.time() + left)
        yield


def _next_hop(url: httpx.URL, location: str, seen: set[httpx.URL]) -> httpx.URL:
    try:
        target = address(str(url.join(location)))
    except (httpx.InvalidURL, ValueError, RefusedError) as error:
        raise RedirectError("The address redirects to something that is not fetched.") from error
    if url.scheme == "https" and target.scheme == "http":
        raise RedirectError("The address redirects from https to http, which is not followed.")
    if target in seen:
        raise RedirectError("The address redirects in a circle.")
    seen.add(target)
    return target
