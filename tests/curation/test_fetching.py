"""Asking for one feed: conditionally, and with refusals in words for an editor."""

import asyncio
from datetime import timedelta

import pytest

from curation.fetching import Fetched, FetchError, fetch
from tests.makers import NOW
from tests.web import Page, Web, page, redirect
from toolbox import http


def ask(url: str, etag: str = "", last_modified: str = "") -> Fetched:
    async def once() -> Fetched:
        async with http.Client() as client:
            return await fetch(client, url, etag=etag, last_modified=last_modified, now=NOW)

    return asyncio.run(once())


def refusal(web: Web, answer: Page) -> FetchError:
    with pytest.raises(FetchError) as refused:
        ask(web.add("/feed", answer))
    return refused.value


def test_it_brings_the_feed_and_its_validators(web: Web) -> None:
    fetched = ask(
        web.add("/feed", page("<rss/>", "application/rss+xml", etag='W/"1"', Last_Modified="Mon"))
    )

    assert fetched == Fetched(
        url=web.base + "/feed",
        body=b"<rss/>",
        content_type="application/rss+xml",
        etag='W/"1"',
        last_modified="Mon",
    )


def test_it_sends_both_validators(web: Web) -> None:
    web.add("/feed", page("<rss/>", etag='"1"'))
    fetched = ask(web.base + "/feed", '"1"', "Mon, 16 Nov 2026 10:00:00 GMT")

    assert fetched.unchanged
    assert (fetched.etag, fetched.last_modified) == ('"1"', "Mon, 16 Nov 2026 10:00:00 GMT")
    headers = web.asked[0][1]
    assert headers["if-none-match"] == '"1"'
    assert headers["if-modified-since"] == "Mon, 16 Nov 2026 10:00:00 GMT"


def test_it_takes_new_validators_of_a_304(web: Web) -> None:
    fetched = ask(web.add("/feed", page(b"", status=304, etag='"2"')), '"1"')

    assert (fetched.unchanged, fetched.etag) == (True, '"2"')


def test_it_keeps_no_validator_it_could_not_send_back(web: Web) -> None:
    assert ask(web.add("/feed", page("x", etag='"' + "x" * 600 + '"'))).etag == ""


def test_it_says_where_a_feed_has_moved_for_good(web: Web) -> None:
    web.add("/new", "<rss/>")

    assert ask(web.add("/old", redirect("/new", 308))).moved_to == web.base + "/new"
    assert ask(web.add("/away", redirect("/new", 302))).moved_to == ""


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (304, "The server answered 304 instead of the feed."),
        (401, "The server wants a login (401)."),
        (403, "The server refuses us (403)."),
        (404, "There is nothing at this address (404)."),
        (410, "The feed is gone for good (410)."),
        (418, "The server answered 418 instead of the feed."),
        (429, "The server asks us to come less often (429)."),
        (500, "The server has a fault of its own (500)."),
        (503, "The server is not available just now (503)."),
    ],
)
def test_it_says_why_there_is_no_feed(web: Web, status: int, reason: str) -> None:
    error = refusal(web, page(b"", status=status, etag=""))

    assert str(error) == reason
    assert error.gone == (status == 410)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_it_knows_a_challenge_for_browsers(web: Web, status: int) -> None:
    challenge = page("<title>Just a moment...</title>", "text/html", status=status, etag="")

    assert str(refusal(web, challenge)) == (
        f"The site answers with a challenge for browsers ({status})."
    )


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 20 Nov 2026 15:00:00 GMT", timedelta(hours=3)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Fri, 20 Nov 2036 15:00:00 GMT", timedelta(hours=24)),
        ("Fri, 20 Nov 2020 15:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_it_hears_how_long_to_stay_away(web: Web, header: str, pause: timedelta | None) -> None:
    assert refusal(web, page(b"", status=503, etag="", Retry_After=header)).retry_after == pause


def test_it_passes_on_what_the_network_says() -> None:
    with pytest.raises(FetchError, match=r"^The host nowhere\.invalid is not known\.$"):
        ask("http://nowhere.invalid/feed")
