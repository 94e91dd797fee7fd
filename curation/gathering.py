"""Fetching and parsing many feeds at once, off the main thread, where the tables are not.

An event loop in a thread of its own asks the servers; parsing goes to two processes when there
is much of it. What is ready is handed over as it comes in, and when the taker is slow, the
asking slows down: memory holds a few feeds, not all.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, zip_longest
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

from curation.fetching import Fetched, FetchError, fetch
from curation.models import Feed
from curation.parsed import NotAFeedError, ParsedFeed
from curation.parsers import Parsers
from curation.rhythm import validators
from toolbox import http

logger = logging.getLogger("newsdesk.curation")

# Bodies that wait for a parser, and outcomes that wait to be taken.
BODIES = 32
WAITING = 64
BATCH = 25
# Seconds that a batch waits to be filled. Storing one feed takes as many statements as storing 25.
LINGER = 0.2


@dataclass(frozen=True)
class Outcome:
    """What came of asking one feed: parsed, unchanged (`parsed` is None), or an error."""

    feed: Feed
    fetched: Fetched | None = None
    parsed: ParsedFeed | None = None
    body_hash: str = ""
    error: str = ""
    gone: bool = False
    retry_after: timedelta | None = None


@contextmanager
def gathering(feeds: Sequence[Feed], now: datetime) -> Iterator[Iterator[list[Outcome]]]:
    """One outcome of each feed, in batches, in the order in which servers answer."""
    round_ = _Round(feeds, now)
    thread = Thread(target=round_.run, name="gathering")
    thread.start()
    try:
        yield round_.batches()
    finally:
        round_.stop()
        thread.join()


class _Round:
    def __init__(self, feeds: Sequence[Feed], now: datetime) -> None:
        self.feeds, self.now = feeds, now
        self.ready: SimpleQueue[Outcome | None] = SimpleQueue()
        self.loop = asyncio.new_event_loop()
        self.places = asyncio.Semaphore(settings.FETCH_CONCURRENCY)
        self.bodies = asyncio.Semaphore(BODIES)
        self.parsers = Parsers(len(feeds))

    def run(self) -> None:
        """The thread: ask all, and say when all is said, whatever happens."""
        try:
            with (
                suppress(asyncio.CancelledError),
                asyncio.Runner(loop_factory=lambda: self.loop) as runner,
                self.parsers,
            ):
                runner.run(self.ask_all())
        finally:
            self.ready.put(None)

    def stop(self) -> None:
        """Give up what is still being asked; a loop that is closed has nothing left."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.cancel)

    def cancel(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()

    def batches(self) -> Iterator[list[Outcome]]:
        """Waits for one outcome, and a moment for others to go with it."""
        while (outcome := self.ready.get()) is not None:
            batch = [outcome]
            until = monotonic() + LINGER
            with suppress(Empty):
                while len(batch) < BATCH:
                    more = self.ready.get(timeout=max(until - monotonic(), 0))
                    if more is None:
                        yield batch
                        return
                    batch.append(more)
            yield batch

    async def ask_all(self) -> None:
        async with http.Client(self.place) as client, asyncio.TaskGroup() as group:
            for feed in taking_turns(self.feeds):
                group.create_task(self.ask(client, feed))

    async def ask(self, client: http.Client, feed: Feed) -> None:
        try:
            outcome = await self.outcome(client, feed)
        except FetchError as error:
            outcome = Outcome(
                feed, error=str(error), gone=error.gone, retry_after=error.retry_after
            )
        except NotAFeedError as error:
            outcome = Outcome(feed, error=str(error))
        except Exception:
            logger.exception("Feed %s could not be read", feed.url)
            outcome = Outcome(feed, error="A fault of ours, not of the feed: see the log.")
        while self.ready.qsize() > WAITING:
            await asyncio.sleep(0.01)
        self.ready.put(outcome)

    async def outcome(self, client: http.Client, feed: Feed) -> Outcome:
        """Raises FetchError, NotAFeedError."""
        fetched = await fetch(client, feed.url, **validators(feed, self.now), now=self.now)
        if fetched.unchanged:
            return Outcome(feed, fetched)
        async with self.bodies:
            body_hash = sha256(fetched.body).hexdigest()
            if body_hash == feed.body_hash:
                return Outcome(feed, fetched)
            return Outcome(feed, fetched, await self.parsers.parse(fetched), body_hash)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place to ask from, once the bodies that came before have found a parser."""
        async with self.places:
            async with self.bodies:
                pass
            yield


def taking_turns(feeds: Iterable[Feed]) -> Iterator[Feed]:
    """Feeds in an order in which a host with many does not stand before all the others."""
    by_host: dict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        by_host[urlsplit(feed.url).netloc].append(feed)
    return (feed for feed in chain(*zip_longest(*by_host.values())) if feed is not None)
