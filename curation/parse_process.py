"""What runs in a parser's own process: parsing against the clock. It imports only what that needs,
since each poll of many feeds starts two of them."""

import os
import signal
from typing import NoReturn

from curation.parsed import NotAFeedError, ParsedFeed, prepared
from curation.parsing import parse

# Parsing steps back behind the one process that stores, for which it would else have to wait, and
# behind whoever serves pages on the same machine.
NICE = 5
# Of CPU time, for one feed. The largest honest ones take half of it.
SECONDS = 15


def parse_in_time(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Parse, or give up. Raises NotAFeedError."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        return prepared(parse(body, content_type, url))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def prepare() -> None:
    """Make this process ready."""
    os.nice(NICE)
    signal.signal(signal.SIGPROF, ring)
    # Ctrl-C is for the process that asks; it lets these end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def ring(*signal_and_frame: object) -> NoReturn:
    """The time is over. Raises NotAFeedError."""
    raise NotAFeedError(f"This takes longer than {SECONDS} s to read.")
