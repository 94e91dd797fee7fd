"""The command: what it asks, what it says, when it fails."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from curation.models import Entry, Feed
from tests.makers import make_feed
from tests.web import Web, page

pytestmark = pytest.mark.django_db

RSS = (Path(__file__).parents[1] / "data" / "feeds" / "rss20.xml").read_bytes()


def run(*args: str) -> list[str]:
    out = StringIO()
    call_command("poll_feeds", *args, stdout=out)
    return out.getvalue().splitlines()


def test_it_adds_an_unknown_feed_and_polls_it(web: Web) -> None:
    url = web.add("/feed", RSS)

    assert run(url) == ["1 feeds: 2 new links, 0 unchanged, 0 failed"]
    assert run(url) == ["1 feeds: 0 new links, 1 unchanged, 0 failed"]
    assert Feed.objects.get().url == url


def test_it_polls_exactly_what_is_named(web: Web) -> None:
    make_feed(url=web.add("/other", RSS))
    run(web.add("/feed", RSS))

    assert [path for path, _ in web.asked] == ["/feed"]


def test_it_polls_what_is_due(web: Web) -> None:
    make_feed(url=web.add("/feed", RSS))

    assert run() == ["1 feeds: 2 new links, 0 unchanged, 0 failed"]
    assert run() == ["0 feeds: 0 new links, 0 unchanged, 0 failed"]


def test_it_polls_every_active_feed_when_told(web: Web) -> None:
    make_feed(url=web.add("/feed", RSS))
    make_feed(url=web.add("/paused", RSS), state=Feed.State.PAUSED)
    run("--all")

    assert run("--all") == ["1 feeds: 0 new links, 1 unchanged, 0 failed"]


def test_it_names_what_failed(web: Web) -> None:
    good, bad = web.add("/feed", RSS), web.add("/bad", page("", status=404, etag=""))

    assert run(good, bad, "ftp://x.example/feed", "https://a:secret@x.example/") == [
        f"{bad}: There is nothing at this address (404).",
        "ftp://x.example/feed: Only http and https addresses are fetched.",
        "https://x.example/: Addresses with a user name or password are not fetched.",
        "4 feeds: 2 new links, 0 unchanged, 3 failed",
    ]
    assert Feed.objects.get(url=bad).last_error, "it is followed all the same"
    assert Feed.objects.count() == 2


def test_it_fails_when_every_feed_failed(web: Web) -> None:
    with pytest.raises(CommandError, match="1 feeds: 0 new links, 0 unchanged, 1 failed"):
        run(web.add("/bad", page("<html></html>", "text/html")))


def test_it_says_so_when_there_are_no_feeds() -> None:
    assert run()[-1] == "There are no feeds yet: name one here, or use import_opml."


def test_it_shows_progress_to_a_person_who_watches(web: Web) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    bad = web.add("/bad", page("", status=404, etag=""))
    call_command("poll_feeds", web.add("/feed", RSS), bad, stdout=out)

    last = out.getvalue().split("\n")[0].split("\r")[-1]
    assert re.fullmatch(r"2 of 2 feeds, \d+ a second, 1 failed *", last)
    assert Entry.objects.count() == 2
