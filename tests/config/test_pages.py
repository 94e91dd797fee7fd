"""Public pages kept in the process: the same answers, and none that is out of date."""

import gzip
from typing import Any
from unittest.mock import patch

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError
from django.test import RequestFactory

from config import pages
from config.pages import Pages
from digest.editions import edition
from publication.masthead import current
from tests.digest.issues import make_issue, make_published

pytestmark = pytest.mark.django_db


class Desk:
    """A process: what it answers, how often it had to draw, and a clock to turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drawn, self.now = 0, 1000.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        # Tests hold their connection for themselves.
        monkeypatch.setattr(pages, "close_old_connections", lambda: None)
        self.application = Pages(self._draw, edition)

    def _draw(self, environ: Any, start: Any) -> Any:
        self.drawn += 1
        with patch("django.core.handlers.wsgi.signals.request_started.send"):
            return WSGIHandler()(environ, start)

    def get(self, path: str, method: str = "GET", **headers: Any) -> tuple[str, Any, bytes]:
        said: list[Any] = []

        def start(*words: Any) -> Any:
            said.extend(words)

        environ = RequestFactory().generic(method, path, **headers).environ
        with patch("django.http.response.signals.request_finished.send"):
            body = self.application(environ, start)
            content = b"".join(body)
            getattr(body, "close", lambda: None)()
        return said[0], dict(said[1]), content


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    make_published(7, "As approved")
    return Desk(monkeypatch)


@pytest.mark.parametrize(
    "path", ["/", "/issues/", "/issues/7/", "/sources/example.com/", "/feeds/issues.rss"]
)
def test_a_page_is_drawn_once_and_answered_the_same(desk: Desk, path: str) -> None:
    first, again = desk.get(path), desk.get(path)

    assert desk.drawn == 1
    assert again[0] == first[0] == "200 OK"
    assert again[2] == first[2]
    assert again[1].items() >= first[1].items()
    assert again[1]["Vary"] == "Accept-Encoding"


def test_it_is_packed_for_those_who_take_it(desk: Desk) -> None:
    plain = desk.get("/issues/7/")
    packed = desk.get("/issues/7/", HTTP_ACCEPT_ENCODING="gzip, br")

    assert packed[1]["Content-Encoding"] == "gzip"
    assert packed[1]["ETag"] == f"W/{plain[1]['ETag']}"
    assert int(packed[1]["Content-Length"]) == len(packed[2]) < len(plain[2])
    assert gzip.decompress(packed[2]) == plain[2]


@pytest.mark.parametrize("weak", ["", "W/"])
def test_who_has_it_is_told_so_without_drawing(desk: Desk, weak: str) -> None:
    tag = desk.get("/issues/7/")[1]["ETag"]
    status, headers, body = desk.get("/issues/7/", HTTP_IF_NONE_MATCH=f'"x", {weak}{tag}')

    assert (status, body, desk.drawn) == ("304 Not Modified", b"", 1)
    assert headers["ETag"] == tag
    assert "Content-Length" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_IF_NONE_MATCH": "*"}, "304 Not Modified"),
        ({"HTTP_IF_NONE_MATCH": '"other"'}, "200 OK"),
        ({"HTTP_IF_MODIFIED_SINCE": "{modified}"}, "304 Not Modified"),
        ({"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 1970 00:00:00 GMT"}, "200 OK"),
        ({"HTTP_IF_MODIFIED_SINCE": "yesterday"}, "200 OK"),
        # The tag says it better, and counts alone.
        ({"HTTP_IF_NONE_MATCH": '"x"', "HTTP_IF_MODIFIED_SINCE": "{modified}"}, "200 OK"),
    ],
)
def test_a_page_that_is_kept_is_asked_about_as_one_that_is_drawn(
    desk: Desk, headers: dict[str, str], status: str
) -> None:
    modified = desk.get("/issues/7/")[1]["Last-Modified"]
    asked = {name: value.format(modified=modified) for name, value in headers.items()}

    kept, drawn = desk.get("/issues/7/", **asked), desk.get("/issues/7/?again", **asked)

    assert kept[0] == drawn[0] == status
    assert desk.drawn == 2


def test_head_says_the_same_without_the_body(desk: Desk) -> None:
    length = len(desk.get("/issues/7/")[2])
    status, headers, body = desk.get("/issues/7/", "HEAD")

    assert (status, headers["Content-Length"], body) == ("200 OK", str(length), b"")
    assert desk.drawn == 1
    # One that is not kept, too.
    status, headers, body = desk.get("/issues/7/?again", "HEAD")
    assert (status, headers["Content-Length"], body) == ("200 OK", str(length), b"")


def test_what_is_published_or_changed_is_seen_within_a_second(desk: Desk) -> None:
    desk.get("/issues/")
    make_published(8, "Another")
    desk.now += pages.FRESH
    assert b"Title of 8" in desk.get("/issues/")[2]

    current().__class__.objects.update(name="Renamed")
    desk.now += pages.FRESH
    assert b"Renamed" in desk.get("/issues/")[2]


def test_a_page_is_drawn_anew_after_an_hour(desk: Desk) -> None:
    desk.get("/")
    desk.now += pages.KEPT + 1
    desk.get("/")

    assert desk.drawn == 2


def test_the_edition_is_asked_for_once_a_second(desk: Desk) -> None:
    desk.get("/")
    with patch.object(desk.application, "ask_edition", wraps=edition) as asked:
        for path in ("/", "/issues/7/", "/search/?q=story"):
            desk.get(path)
        assert not asked.called
        desk.now += pages.FRESH
        desk.get("/")
        desk.get("/feeds/issues.atom")
        assert asked.call_count == 1


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/issues/9/", "GET"),
        ("/search/?q=story", "GET"),
        ("/planet/", "GET"),
        ("/look.css", "GET"),
        ("/admin/login/", "GET"),
        ("/subscribe/", "GET"),
        ("/subscribe/", "POST"),
    ],
)
def test_only_what_is_the_same_for_all_is_kept(desk: Desk, path: str, method: str) -> None:
    make_issue(9)
    desk.get(path, method)
    desk.get(path, method)

    assert desk.drawn == 2
    assert not desk.application.kept


def test_hosts_and_schemes_do_not_share_a_page(desk: Desk) -> None:
    desk.get("/")
    desk.get("/", HTTP_HOST="localhost")
    desk.get("/", HTTP_X_FORWARDED_PROTO="https")

    assert desk.drawn == 3
    assert desk.get("/", HTTP_HOST="evil.example")[0].startswith("400")


def test_it_draws_while_the_database_does_not_tell_the_edition(desk: Desk) -> None:
    desk.get("/")
    desk.now += pages.FRESH
    with patch.object(desk.application, "ask_edition", side_effect=DatabaseError):
        assert desk.get("/")[0] == "200 OK"
    assert desk.drawn == 2


def test_its_memory_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.get("/")
    monkeypatch.setattr(pages, "MOST", 1)
    desk.get("/issues/")
    desk.get("/issues/7/")

    assert len(desk.application.kept) == 1
    assert desk.application.size == sum(page.size for page in desk.application.kept.values())
