"""The demo proves the product: set up by its own verbs, once, and served until it is stopped."""

import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import feedparser
import pytest

from config.demo import building, formats, issues, masthead, ownership, servers, sources
from config.demo.ownership import Demo, ForeignDatabaseError
from curation.models import Feed
from tests.makers import make_feed

ROOT = Path(__file__).parents[2]
SINCE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`manage.py demo` on a fresh machine: nothing of this process's environment but the path."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "demo", *arguments],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def count(folder: Path) -> dict[str, int]:
    """Rows of every table that says something about the publication."""
    with closing(sqlite3.connect(folder / "newsdesk.sqlite3")) as base:
        tables = [
            name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: base.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in tables
            if not name.startswith(("sqlite_", "django_"))
        }


def ask(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "newsdesk.sqlite3")) as base:
        return base.execute(question).fetchall()


@contextmanager
def taken_port() -> Iterator[int]:
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def status(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def left_behind(folder: Path) -> list[str]:
    """Processes that still run in this folder's environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"VAR_DIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_it_sets_up_a_publication_once_and_serves_it(tmp_path: Path) -> None:
    port = servers.any_port()
    first = demo(tmp_path, "--no-serve", "--port", str(port))
    said, complaints = first.communicate(timeout=120)
    assert (first.returncode, complaints) == (0, "")
    assert "32 accepted" in said
    assert_it_is_believable(tmp_path)
    before, mails = count(tmp_path), len(list((tmp_path / "mailbox").glob("*.eml")))

    second = demo(tmp_path, "--port", str(port))
    try:
        assert second.stdout is not None
        lines = []
        for line in second.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        assert any("kept" in line for line in lines)
        for path in ("/", "/issues/2/", "/feeds/issues.atom", "/mailbox/", "/admin/login/"):
            assert status(port, path) == 200, path
    finally:
        second.send_signal(signal.SIGTERM)
        _, complaints = second.communicate(timeout=30)
    assert (second.returncode, complaints) == (0, "")
    assert count(tmp_path) == before
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == mails
    assert left_behind(tmp_path) == []


def assert_it_is_believable(folder: Path) -> None:
    """What the issue asks of the demo, in numbers."""
    [(feeds, failing)] = ask(folder, "SELECT count(*), sum(error_streak > 0) FROM curation_feed")
    assert (feeds >= 15, failing) == (True, 1)
    waiting = "SELECT count(*) FROM curation_link WHERE state = 'new'"
    assert ask(folder, waiting)[0][0] >= 30
    twice = "SELECT link_id FROM curation_entry GROUP BY link_id HAVING count(DISTINCT feed_id) > 1"
    assert len(ask(folder, twice)) == 2
    states = "SELECT number, state FROM digest_issue ORDER BY number"
    assert ask(folder, states) == [(1, "published"), (2, "published"), (3, "draft")]
    kinds = ["link", "text", "job", "project", "event", "media", "sponsor"]
    blocks = " UNION ALL ".join(
        f"SELECT region FROM digest_{kind}block b JOIN digest_issue i ON i.id = b.parent_id "
        "WHERE i.number = 3"
        for kind in kinds
    )
    regions = [region for (region,) in ask(folder, blocks)]
    assert len(regions) >= 25
    assert len(set(regions)) >= 8
    assert {str(region).rsplit("_", 1)[0] for region in regions} == {
        "links", "text", "jobs", "projects", "events", "media", "sponsor",
    }  # fmt: skip
    assert ask(folder, "SELECT state, count(*) FROM delivery_delivery GROUP BY state") == [
        ("accepted", 32)
    ]


def test_a_taken_port_is_one_clear_line_before_any_work(tmp_path: Path) -> None:
    with taken_port() as port:
        refused = demo(tmp_path, "--port", str(port))
        said, complaint = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert said == ""
    assert complaint.strip().splitlines() == [
        f"CommandError: Port {port} is taken, by another demo perhaps: stop it, "
        f"or choose another port: make demo PORT={port + 10}"
    ]
    assert count(tmp_path) == {}


@pytest.mark.django_db
def test_it_keeps_its_hands_off_a_publication_that_is_not_its_own() -> None:
    assert ownership.find() is None
    make_feed()
    with pytest.raises(ForeignDatabaseError, match="not the demo's"):
        ownership.find()


@pytest.mark.django_db
def test_it_knows_its_own_database_again() -> None:
    own = Demo(SINCE, "http://127.0.0.1:8001")
    ownership.begin(own)
    ownership.begin(Demo(SINCE, "http://127.0.0.1:9999"))
    make_feed()
    assert ownership.find() == own
    assert own.feeds_port == 8001


@pytest.mark.django_db
def test_a_demo_that_was_interrupted_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []

    def plan(demo: Demo) -> str:
        taken.append("plan")
        return "planned"

    def act(demo: Demo) -> str:
        taken.append("act")
        make_feed()
        if taken == ["plan", "act"]:
            raise KeyboardInterrupt
        return "acted"

    monkeypatch.setattr(building, "STEPS", [plan, act])
    own = Demo(SINCE, "http://127.0.0.1:8001")
    with pytest.raises(KeyboardInterrupt):
        list(building.build(own))
    assert Feed.objects.count() == 0
    assert list(building.build(own)) == ["acted"]
    assert list(building.build(own)) == []
    assert taken == ["plan", "act", "act"]


@pytest.mark.parametrize("source", sources.read(), ids=lambda source: source.slug)
def test_a_bundled_feed_reads_as_what_it_says_it_is(source: sources.Source) -> None:
    content_type, body = formats.write(source, SINCE)
    titles = [story.title for story in source.stories]
    if source.format == "json":
        assert [item["title"] for item in json.loads(body)["items"]] == titles
        return
    read = feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type})
    assert not read.bozo
    assert [entry.title for entry in read.entries] == titles
    assert read.version == {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[source.format]


def test_the_words_of_the_demo_fit_together() -> None:
    shelves = {shelf["slug"] for shelf in masthead.WORDS["shelf"]}
    stories = [story for source in sources.read() for story in source.stories]
    assert {source.section for source in sources.read()} <= shelves
    assert {story.section for story in stories} <= shelves | {""}
    assert {story.goes for story in stories} == {"issue 1", "issue 2", "draft", "shortlist", ""}
    for key, words in issues.WORDS.items():
        assert set(words["details"]) <= {story.url for story in stories if story.goes == key}
        assert {block["shelf"] for block in words["block"]} <= shelves


def test_the_feed_server_answers_as_a_real_one_would() -> None:
    port = servers.any_port()
    with servers.feeds(port, SINCE):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/wagtail.xml")
        answer = connection.getresponse()
        answer.read()
        connection.request("GET", "/wagtail.xml", headers={"If-None-Match": answer.headers["ETag"]})
        again = connection.getresponse()
        again.read()
        connection.request("GET", sources.GONE.path)
        gone = connection.getresponse()
        gone.read()
        connection.close()
    assert (answer.status, again.status, gone.status) == (200, 304, 404)
