"""Bad input, A: what servers do to us. Each case is a real server on loopback that does it.

Every failure is one clear reason on the feed, one more in its streak, and a later next try; what
the feed said before stays, and the feed beside it is untouched.
"""

import gzip
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from curation import alerting, following, polling
from curation.models import Entry, Feed
from tests.makers import NOW, make_editor
from tests.web import Handler, Page, Web, page, raw, redirect, serving

pytestmark = pytest.mark.django_db

RSS = (Path(__file__).parents[1] / "data" / "feeds" / "rss20.xml").read_bytes()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = b"HTTP/1.1 200 OK\r\n"
ZEROS = b"\0" * 5_000_000
TOO_LARGE = "The answer is larger than 0.3 MB."
SLOW = "The server did not answer within 1 s."
BROKE_OFF = "The answer broke off before its end."


def dripping(body: bytes) -> Page:
    """A byte at a time, each within any timeout between bytes."""
    return raw(HEAD + b"\r\n", *(bytes([b]) for b in body[:40]), pause=lambda: time.sleep(0.1))


def packed(body: bytes, encoding: str) -> Page:
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return raw(HEAD + head.encode(), body)


def of_length(said: int) -> Page:
    return raw(HEAD + b"Content-Length: %d\r\n\r\n" % said + RSS)


def silent(handler: Handler) -> None:
    time.sleep(1.3)
    handler.close_connection = True


def chunked(count: int) -> Page:
    chunk = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
    return raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * count)


def html(text: str, status: int = 200) -> Page:
    return page(text, "text/html", status=status, etag="")


ENDLESS_HEADERS = raw(HEAD, *[b"X-Very: long\r\n" * 1000] * 40)
HOSTILE: dict[str, tuple[Page, str]] = {
    "A1 one byte at a time": (dripping(RSS), SLOW),
    "A2 headers without end": (
        raw(HEAD, *[b"X-Very: long\r\n" * 1000] * 40),
        "The answer is not HTTP",
    ),
    "A3 connects and says nothing": (silent, SLOW),
    "A4 gzip bomb": (packed(gzip.compress(ZEROS), "gzip"), TOO_LARGE),
    "A4 deflate bomb": (packed(zlib.compress(ZEROS), "deflate"), TOO_LARGE),
    "A4 br, never asked for": (packed(b"abc", "br"), "packed as br, which was not asked for"),
    "A5 packed thrice": (
        packed(gzip.compress(RSS), "gzip, gzip, gzip"),
        "which was not asked for",
    ),
    "A5 gzip that is none": (packed(RSS, "gzip"), "could not be unpacked"),
    "A6 shorter than it says": (of_length(len(RSS) + 99), BROKE_OFF),
    "A7 large": (page(b"<rss>" + b" " * 400_000, etag=""), TOO_LARGE),
    "A8 chunks without end": (chunked(60), TOO_LARGE),
    "A9 circle": (redirect("/bad"), "redirects in a circle"),
    "A10 eleven hops": (redirect("/hop/10"), "redirects more than 5 times"),
    "A11 redirect to a file": (redirect("file:///etc/passwd"), "something that is not fetched"),
    "A18 login page": (
        page("<!doctype html><form>Log in", "text/html", etag=""),
        "This is a web page",
    ),
    "A19 empty": (page("", etag=""), "The answer is empty."),
    "A20 challenge with 200": (html("<title>Just a moment..."), "challenge for browsers, not"),
    "A20 challenge with 403": (
        page("<title>Just a moment...", status=403, etag=""),
        "challenge for browsers (403)",
    ),
    "A20 challenge with 503": (html("cf-chl", 503), "for browsers (503)"),
    "A24 too often": (page("", status=429, etag="", Retry_After="9"), "come less often (429)"),
    "A24 nonsense": (
        page("", status=503, etag="", Retry_After="soon"),
        "not available just now",
    ),
    "A25 not found": (page("", status=404, etag=""), "There is nothing at this address (404)."),
    "not HTTP": (raw(b"220 mail.example ESMTP\r\n"), BROKE_OFF),
}


@pytest.fixture
def caps(settings: LazySettings) -> None:
    settings.FETCH_TIMEOUT, settings.FETCH_MAX_BYTES = 1, 300_000


def again(feed: Feed) -> Feed:
    return Feed.objects.get(pk=feed.pk)


@pytest.mark.usefixtures("caps")
@pytest.mark.parametrize(("answer", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_server_harms_nothing_but_its_own_feed(
    web: Web, answer: Page, reason: str
) -> None:
    for n in range(11):
        web.add(f"/hop/{n}", redirect(f"/hop/{n - 1}"))
    feed = Feed.objects.create(url=web.add("/bad", RSS))
    good = Feed.objects.create(url=web.add("/good", RSS.replace(b"quiet", b"good")))
    polling.poll([feed], NOW)
    web.add("/bad", answer)
    Feed.objects.filter(pk=feed.pk).update(etag="", last_modified="")

    polling.poll([again(feed), good], NOW + DAY)

    row = again(feed)
    assert reason in row.last_error
    assert (row.error_streak, row.failing_since, row.last_ok_at) == (1, NOW + DAY, NOW)
    assert row.next_poll_at
    assert row.next_poll_at >= NOW + DAY + HOUR
    assert row.entries.count() == 2, "what it said stays"
    assert (again(good).last_error, again(good).entries.count()) == ("", 2)


def endless(handler: Handler) -> None:
    """A line now and then, until whoever asked goes away."""
    handler.wfile.write(HEAD + b"\r\n")
    while True:
        handler.wfile.write(b"<!-- wait -->\n")
        time.sleep(0.2)


def test_p16_fifty_hostile_feeds_among_five_hundred_delay_and_harm_no_other(
    settings: LazySettings,
) -> None:
    settings.FETCH_TIMEOUT, settings.FETCH_MAX_BYTES, settings.FETCH_CONCURRENCY = 8, 300_000, 50
    answers = [HOSTILE[name][0] for name in HOSTILE if not name.startswith(("A1 ", "A3 ", "A9 "))]
    with serving(queue=1000) as web:
        for n in range(11):
            web.add(f"/hop/{n}", redirect(f"/hop/{n - 1}"))
        bad = [web.add(f"/bad/{n}", endless) for n in range(20)]
        bad += [web.add(f"/bad/{n}", answers[n % len(answers)]) for n in range(20, 50)]
        good = [web.add(f"/good/{n}", RSS.replace(b"quiet", b"q%d" % n)) for n in range(450)]
        order = [url for n, url in enumerate(good) for url in [url, *bad[n // 9 : n // 9 + 1]]]
        feeds = Feed.objects.bulk_create(Feed(url=url) for url in dict.fromkeys([*order, *bad]))
        began = time.monotonic()
        report = polling.poll(feeds, NOW)
        took = time.monotonic() - began

    assert len(feeds) == report.feeds == 500
    assert {url for url, _ in report.failures} == set(bad)
    well = Feed.objects.filter(url__in=good, last_ok_at=NOW, last_error="", error_streak=0)
    assert well.count() == 450
    assert Entry.objects.filter(feed__in=well).count() == 900
    assert Feed.objects.filter(url__in=bad, error_streak=1, last_ok_at=None).count() == 50
    # One after the other, those that never end would have taken twice as long by themselves.
    assert took < 20 * 8 / 2


def test_a6_a_length_that_cuts_is_damage_and_not_a_feed_without_entries(web: Web) -> None:
    feed = Feed.objects.create(url=web.add("/feed", RSS))
    polling.poll([feed], NOW)
    web.add("/feed", of_length(len(RSS) - 300))
    Feed.objects.update(etag="", last_modified="")
    polling.poll([again(feed)], NOW + DAY)

    assert again(feed).warning.startswith("The XML is damaged")
    assert again(feed).entries.count() == 2


def test_a21_a_304_that_nobody_asked_for_is_asked_about_once(web: Web) -> None:
    asked: list[str | None] = []

    def confused(handler: Handler) -> None:
        asked.append(handler.headers.get("Cache-Control"))
        page(RSS, etag="", status=304 if asked[-1] is None else 200)(handler)

    feed = Feed.objects.create(url=web.add("/feed", confused))
    assert polling.poll([feed], NOW).new_links == 2
    assert asked == [None, "no-cache"]

    stubborn = Feed.objects.create(url=web.add("/stubborn", page(b"", status=304, etag="")))
    [(_, reason)] = polling.poll([stubborn], NOW).failures
    assert reason == "The server answered 304 instead of the feed."
    assert len(web.asked) == 4


def test_a22_a_tag_that_never_changes_does_not_hide_a_feed_for_ever(web: Web) -> None:
    feed = Feed.objects.create(url=web.add("/feed", page(RSS, etag='"always"')))
    polling.poll([feed], NOW)
    fresh = b"<item><title>Fresh</title><link>https://quiet.example/fresh</link></item></channel>"
    web.add("/feed", page(RSS.replace(b"</channel>", fresh), etag='"always"'))
    Feed.objects.update(usual_gap=DAY)

    assert polling.poll([again(feed)], NOW + 2 * DAY).new_links == 0
    assert polling.poll([again(feed)], NOW + 9 * DAY).new_links == 1


def test_a23_both_validators_are_kept_each_time(web: Web) -> None:
    feed = Feed.objects.create(url=web.add("/feed", page(RSS, etag='"1"', Last_Modified="Mon")))
    polling.poll([feed], NOW)
    web.add("/feed", page(RSS, etag='"2"', Last_Modified="Mon"))
    polling.poll([again(feed)], NOW + DAY)

    assert (again(feed).etag, again(feed).last_modified) == ('"2"', "Mon")


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("18000", 5 * HOUR),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 12 * HOUR),
        ("315360000", 24 * HOUR),
    ],
)
def test_a24_a_server_is_left_alone_as_long_as_it_asks(
    web: Web, said: str, pause: timedelta
) -> None:
    feed = Feed.objects.create(
        url=web.add("/feed", page("", status=429, etag="", Retry_After=said))
    )
    polling.poll([feed], NOW)

    next_poll_at = again(feed).next_poll_at
    assert next_poll_at
    assert next_poll_at - NOW == pause


@pytest.mark.parametrize(("status", "days"), [(410, [0]), (404, [0, 29, 30])])
def test_a25_a_feed_that_is_gone_is_asked_no_more_and_told_of(
    web: Web, status: int, days: list[int]
) -> None:
    make_editor()
    feed = Feed.objects.create(url=web.add("/feed", RSS))
    polling.poll([feed], NOW - DAY)
    web.add("/feed", page("", status=status, etag=""))
    for day in days:
        assert again(feed).state == Feed.State.ACTIVE
        polling.poll([again(feed)], NOW + day * DAY)

    assert again(feed).state == Feed.State.RETIRED
    assert not Feed.objects.due(NOW + 1000 * DAY).exists()
    assert alerting.note(NOW + 31 * DAY) == 1

    following.ask_now(Feed.objects.all(), by=None, now=NOW + 32 * DAY)
    web.add("/feed", RSS)
    assert polling.poll_due(NOW + 32 * DAY).failures == []


def test_a28_an_old_server_with_bare_line_feeds_is_understood(web: Web) -> None:
    old = raw(b"HTTP/1.0 200 OK\nContent-Type: text/xml\n\n" + RSS)
    feed = Feed.objects.create(url=web.add("/feed", old))

    assert polling.poll([feed], NOW).new_links == 2


def test_a10_a_move_to_another_feed_is_not_believed(web: Web) -> None:
    feed = Feed.objects.create(url=web.add("/feed", RSS))
    polling.poll([feed], NOW)
    other = RSS.replace(b"quiet", b"parked").replace(b"Ten ways", b"Buy")
    web.add("/other", other)
    web.add("/feed", redirect("/other"))
    for day in range(1, 12, 3):
        polling.poll([again(feed)], NOW + day * DAY)

    row = again(feed)
    assert row.url == web.base + "/feed"
    assert (row.moved_to, row.moved_since) == (web.base + "/other", None)


def test_a_server_that_is_well_may_ask_for_patience_too(web: Web) -> None:
    asks: Callable[..., Page] = page
    feed = Feed.objects.create(url=web.add("/feed", asks(RSS, Retry_After="72000")))
    polling.poll([feed], NOW)
    web.add("/feed", asks(RSS, Cache_Control="max-age=82800"))
    assert again(feed).next_poll_at >= NOW + 20 * HOUR  # type: ignore[operator]
    polling.poll([again(feed)], NOW + DAY)

    assert again(feed).next_poll_at >= NOW + DAY + 21 * HOUR  # type: ignore[operator]
