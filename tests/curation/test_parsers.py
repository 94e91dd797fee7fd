"""Parsing has limits: of time, and of what one bad body may break."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation import parse_process, parsers
from curation.fetching import Fetched
from curation.parse_process import parse_in_time
from curation.parsed import NotAFeedError, ParsedFeed
from curation.parsers import Parsers

ROOT = Path(__file__).parents[2]
RSS = (ROOT / "tests" / "data" / "feeds" / "rss20.xml").read_bytes()
# feedparser gets this for its entity, and looks for a mail address in it from every letter on.
SLOW = b"<rss version='2.0'><channel><item><author>&nbsp;%s</author></item></channel></rss>"


def fetched(body: bytes = RSS) -> Fetched:
    return Fetched(url="https://a.example/feed", body=body)


def parse(pool: Parsers, *bodies: bytes) -> list[ParsedFeed | BaseException]:
    async def all_of_them() -> list[ParsedFeed | BaseException]:
        return [
            (await asyncio.gather(pool.parse(fetched(body)), return_exceptions=True))[0]
            for body in bodies
        ]

    return asyncio.run(all_of_them())


def die(*args: object) -> None:
    os._exit(1)


@pytest.fixture
def bell() -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, parse_process.ring)
    yield
    signal.signal(signal.SIGPROF, before)


def test_it_gives_up_on_a_body_made_to_be_slow(bell: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_process, "SECONDS", 0.2)

    with pytest.raises(NotAFeedError, match="longer than"):
        parse_in_time(SLOW % (b"a" * 2_000_000), "", "https://a.example/feed")
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert len(parse_in_time(RSS, "", "https://a.example/feed").entries) == 2


def test_it_starts_no_process_for_a_few_small_bodies() -> None:
    with Parsers(1) as pool:
        [feed] = parse(pool, RSS)
        assert isinstance(feed, ParsedFeed)
        assert "processes" not in vars(pool)


def test_it_leaves_a_large_body_to_a_process() -> None:
    with Parsers(1) as pool:
        [feed] = parse(pool, RSS + b" " * parsers.SMALL)
        assert isinstance(feed, ParsedFeed)
        assert "processes" in vars(pool)


def test_its_processes_step_back_behind_whoever_stores() -> None:
    with Parsers(parsers.PROCESSES_FROM) as pool:
        parse(pool, RSS)
        pids = list(pool.processes._processes)
        mine = os.getpriority(os.PRIO_PROCESS, 0)
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids} == {mine + parse_process.NICE}


def test_it_goes_on_after_a_body_that_killed_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with Parsers(parsers.PROCESSES_FROM) as pool:
        with monkeypatch.context() as deadly:
            deadly.setattr(parsers, "parse_in_time", die)
            [killed] = parse(pool, RSS)
        assert isinstance(killed, Exception)
        [feed] = parse(pool, RSS)
        assert isinstance(feed, ParsedFeed)


def test_it_starts_its_processes_without_what_they_do_not_need() -> None:
    heavy = "{'django', 'httpx', 'curation.models'} & set(sys.modules)"
    code = f"import sys, curation.parse_process; sys.exit(str({heavy}) if {heavy} else 0)"

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_what_storing_needs_comes_along_from_the_process() -> None:
    with Parsers(parsers.PROCESSES_FROM) as pool:
        (feed,) = parse(pool, RSS)
    assert isinstance(feed, ParsedFeed)
    assert "identities" in vars(feed)
    assert all({"canonical", "untracked"} <= vars(entry).keys() for entry in feed.entries)
