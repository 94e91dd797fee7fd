"""Where feeds are parsed: a thread for a little, two processes for much, none without limit.

A body made to be slow to parse can only be stopped in a process: there a clock of CPU time rings.
What is parsed in the thread is too small to take long.
"""

import asyncio
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from curation.fetching import Fetched
from curation.parse_process import parse_in_time, prepare
from curation.parsed import ParsedFeed
from curation.parsing import parse

# Starting the processes costs as much as parsing so many feeds.
PROCESSES_FROM = 16
PROCESSES = 2
# Bytes that a thread may parse; real feeds have 80 KB.
SMALL = 200_000


class Parsers:
    """Parses for one poll of `count` feeds, inside `with`. Processes start when they are needed,
    so a poll that finds nothing changed never pays for them."""

    def __init__(self, count: int) -> None:
        self.many = count >= PROCESSES_FROM
        self.open = ExitStack()
        self.thread = self.open.enter_context(ThreadPoolExecutor(1, "parse"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open.close()

    async def parse(self, fetched: Fetched) -> ParsedFeed:
        """Raises NotAFeedError."""
        loop = asyncio.get_running_loop()
        body, content_type, url = fetched.body, fetched.content_type, fetched.url
        if not self.many and len(body) <= SMALL:
            return await loop.run_in_executor(self.thread, parse, body, content_type, url)
        try:
            return await loop.run_in_executor(
                self.processes, parse_in_time, body, content_type, url
            )
        except BrokenExecutor:
            # One body killed a process. Those behind it get new ones.
            self.__dict__.pop("processes", None)
            raise

    @cached_property
    def processes(self) -> ProcessPoolExecutor:
        """Spawned, since forking a process with threads may hang."""
        pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"), prepare)
        return self.open.enter_context(pool)
