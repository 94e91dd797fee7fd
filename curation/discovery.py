"""From the address of a site to that of its feed: what its page names, else the usual places.

A site is asked some fifteen times at the most, one question after the other.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from curation.decoding import decode
from curation.fetching import Fetched, FetchError, fetch
from curation.pages import Named, feeds_named
from curation.parsed import NotAFeedError, ParsedFeed
from curation.parsers import Parsers
from curation.parsing import A_PAGE
from toolbox import http

logger = logging.getLogger("newsdesk.curation")

# Seconds a person at a form is let wait, and the poller, who looks at so many pages at once.
PATIENCE, PATIENCE_OF_POLLER = 20, 120
AT_ONCE = 20
# Of what a page names, so many are looked at.
NAMED = 5
USUAL = ("feed", "rss", "atom.xml", "feed.xml", "rss.xml", "index.xml", "feed.json")
# Where a site says the same in several formats, the one that says it best.
BEST = ("Atom", "JSON", "RSS")


@dataclass(frozen=True)
class Candidate:
    """A feed that was found and read."""

    url: str
    title: str
    format: str
    entries: frozenset[str] = frozenset()

    def __str__(self) -> str:
        count = len(self.entries)
        entries = "1 entry" if count == 1 else f"{count} entries"
        return f"{self.title or self.url} ({self.format}, {entries})"


@dataclass(frozen=True)
class Found:
    """What is at an address: a feed itself, or a page with feeds."""

    entered: str
    feeds: list[Candidate]


class NoFeedError(Exception):
    """Something answers, and it has no feed. The message says what was looked for."""


def look(url: str, now: datetime) -> Found:
    """What is at `url`, for somebody who waits. Raises NoFeedError, FetchError."""

    answer = _look_at([url], now, PATIENCE)[url]
    if isinstance(answer, Exception):
        raise answer
    return answer


def look_at_pages(urls: Iterable[str], now: datetime) -> dict[str, Found | Exception]:
    """What is at each of `urls`, or why there is nothing: NoFeedError, FetchError."""
    return _look_at(list(urls), now, PATIENCE_OF_POLLER)


def _look_at(urls: list[str], now: datetime, seconds: int) -> dict[str, Found | Exception]:
    async def all_of_them() -> list[Found | Exception]:
        with Parsers(1) as parsers:
            async with http.Client() as client:
                search = _Search(client, parsers, now, seconds)
                return await asyncio.gather(*map(search.answer, urls))

    return dict(zip(urls, asyncio.run(all_of_them()), strict=True))


class _Search:
    def __init__(self, client: http.Client, parsers: Parsers, now: datetime, seconds: int) -> None:
        self.client, self.parsers, self.now, self.seconds = client, parsers, now, seconds
        self.places = asyncio.Semaphore(AT_ONCE)

    async def answer(self, url: str) -> Found | Exception:
        """What was found, or why nothing was; a fault with one page is none with another."""
        try:
            async with self.places, asyncio.timeout(self.seconds):
                return await self.run(url)
        except (NoFeedError, FetchError) as error:
            return error
        except TimeoutError:
            return FetchError(f"The site took longer than {self.seconds} s to answer.")
        except Exception:
            logger.exception("The page %s could not be looked at", url)
            return FetchError("A fault of ours, not of the page: see the log.")

    async def run(self, url: str) -> Found:
        """Raises NoFeedError, FetchError."""
        fetched = await fetch(self.client, url, now=self.now)
        try:
            return Found(url, [_candidate(Named(url), await self.parsers.parse(fetched))])
        except NotAFeedError as error:
            if not str(error).startswith(A_PAGE):
                raise NoFeedError(str(error)) from error
        named = feeds_named(decode(fetched.body, fetched.content_type)[0], fetched.url)
        return await self.among(url, fetched, named)

    async def among(self, url: str, page: Fetched, named: list[Named]) -> Found:
        """The feeds of the page; those of its comments only where there is nothing else."""
        own = [feed for feed in named if not feed.is_of_comments]
        usual = [Named(address) for address in _usual_places(page.url)]
        found = await self.read(own[:NAMED]) or await self.read(usual, enough=1)
        found = found or await self.read([feed for feed in named if feed.is_of_comments][:1])
        if not found:
            raise NoFeedError(_nothing(named))
        return Found(url, _each_once(found))

    async def read(self, named: list[Named], enough: int = NAMED) -> list[Candidate]:
        """Those of `named` that are feeds."""
        found: list[Candidate] = []
        for feed in named:
            try:
                fetched = await fetch(self.client, feed.url, now=self.now)
                found.append(_candidate(feed, await self.parsers.parse(fetched)))
            except (FetchError, NotAFeedError):
                continue
            if len(found) == enough:
                break
        return found


def _candidate(named: Named, feed: ParsedFeed) -> Candidate:
    entries = frozenset(entry.url or entry.guid for entry in feed.entries)
    return Candidate(named.url, feed.title or named.title, feed.format, entries)


def _usual_places(url: str) -> list[str]:
    """Beside the page and at the root of its site."""
    beside, root = urljoin(url, "."), urljoin(url, "/")
    near = [urljoin(beside, name) for name in USUAL[:2]] if beside != root else []
    return [*near, *(urljoin(root, name) for name in USUAL)]


def _each_once(found: list[Candidate]) -> list[Candidate]:
    """Without those that say the same as a better one."""
    kept: list[Candidate] = []
    for feed in sorted(found, key=lambda feed: _rank(feed.format)):
        if not any(feed.entries and feed.entries == other.entries for other in kept):
            kept.append(feed)
    return [feed for feed in found if feed in kept]


def _rank(format_: str) -> int:
    return next((n for n, best in enumerate(BEST) if format_.startswith(best)), len(BEST))


def _nothing(named: list[Named]) -> str:
    places = ", ".join(f"/{name}" for name in USUAL)
    said = f"the {len(named)} it names could not be read" if named else "it names none"
    return f"{A_PAGE} No feed was found from it: {said}, and there is none at {places}."
