"""A poll over real HTTP: what it asks, what it leaves on each feed, whom it spares."""

import gzip
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from curation import following, intake, parsers, polling
from curation.gathering import taking_turns
from curation.models import Entry, Feed, Link
from curation.parsing import parse
from curation.rhythm import LONGEST, SHORTEST
from curation.sweeping import sweep
from tests.makers import NOW, make_feed
from tests.tasks import work_off
from tests.web import Web, page, raw, redirect
from toolbox import guard, http

pytestmark = pytest.mark.django_db

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
RSS = (FEEDS / "rss20.xml").read_bytes()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def feed(web: Web) -> Feed:
    return Feed.objects.create(url=web.add("/feed", RSS))


def again(feed: Feed) -> Feed:
    return Feed.objects.get(pk=feed.pk)


def test_it_takes_in_what_feeds_say(feed: Feed) -> None:
    report = polling.poll([feed], NOW)

    assert str(report) == "1 feeds: 2 new links, 0 unchanged, 0 failed"
    assert Link.objects.count() == Entry.objects.count() == 2
    row = again(feed)
    assert (row.title, row.site_url) == ("The Quiet Query", "https://quiet.example/")
    assert (row.format, row.last_error, row.warning) == ("RSS 2.0", "", "")
    assert (row.last_poll_at, row.last_ok_at) == (NOW, NOW)
    assert row.usual_gap == timedelta(days=7, hours=22, minutes=30)
    assert row.last_new_at
    assert row.last_new_at.isoformat() == "2026-11-17T07:30:00+00:00"
    assert row.next_poll_at
    assert SHORTEST <= row.next_poll_at - NOW <= LONGEST


def test_it_keeps_the_name_a_person_gave(web: Web) -> None:
    feed = make_feed(url=web.add("/feed", RSS), title="Mine")
    polling.poll([feed], NOW)

    assert again(feed).title == "Mine"


def test_it_asks_again_only_for_what_is_new(web: Web, feed: Feed) -> None:
    polling.poll([feed], NOW)
    report = polling.poll([again(feed)], NOW + DAY)

    assert (report.new_links, report.unchanged, report.failures) == (0, 1, [])
    assert "if-none-match" in web.asked[1][1]
    row = again(feed)
    assert (row.last_poll_at, row.last_ok_at) == (NOW + DAY, NOW + DAY)
    assert row.next_poll_at
    assert row.next_poll_at > NOW + DAY


def test_it_does_not_parse_the_same_body_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed.objects.create(url=web.add("/feed", page(RSS, etag="")))
    polling.poll([feed], NOW)
    monkeypatch.setattr(parsers, "parse", None)
    report = polling.poll([again(feed)], NOW + DAY)

    assert (report.unchanged, report.failures) == (1, [])


def test_it_stores_validators_that_change_while_the_body_does_not(web: Web, feed: Feed) -> None:
    polling.poll([feed], NOW)
    web.add("/feed", page(RSS, etag='"new"', Last_Modified="Tue"))
    polling.poll([again(feed)], NOW + DAY)

    assert (again(feed).etag, again(feed).last_modified) == ('"new"', "Tue")


def test_it_takes_in_what_was_added(web: Web, feed: Feed) -> None:
    polling.poll([feed], NOW)
    item = b"<item><title>Fresh</title><link>https://quiet.example/fresh</link></item></channel>"
    web.add("/feed", RSS.replace(b"</channel>", item))
    report = polling.poll([again(feed)], NOW + DAY)

    assert (report.new_links, report.unchanged) == (1, 0)
    assert again(feed).last_new_at == Entry.objects.order_by("published_at")[1].published_at


def test_it_says_what_is_wrong_and_harms_no_other(web: Web, settings: LazySettings) -> None:
    settings.FETCH_TIMEOUT, settings.FETCH_MAX_BYTES = 1, 1_000_000
    head = b"HTTP/1.1 200 OK\r\n"
    bomb = gzip.compress(b"\0" * 20_000_000)
    hostile = {
        page("", etag=""): "The answer is empty.",
        page((FEEDS / "page.html").read_bytes(), "text/html"): "This is a web page, not a feed.",
        page((FEEDS / "list.opml").read_bytes()): "This is an OPML list of feeds, not a feed.",
        page("", status=404, etag=""): "There is nothing at this address (404).",
        page("", status=500, etag=""): "The server has a fault of its own (500).",
        raw(head + b"\r\n", *[b" "] * 99, pause=lambda: time.sleep(0.1)): "did not answer within",
        raw(head + b"\r\n", *[b"<rss>" * 100_000] * 9): "The answer is larger than 1 MB.",
        raw(head + b"Content-Encoding: gzip\r\n\r\n" + bomb): "The answer is larger than 1 MB.",
        raw(head + b"Content-Length: 9999\r\n\r\n" + RSS): "The answer broke off before its end.",
        redirect("/9"): "The address redirects in a circle.",
        raw(b"SSH-2.0-OpenSSH_9.2\r\n"): "The answer broke off before its end.",
    }
    feeds = {}
    for n, (answer, reason) in enumerate(hostile.items()):
        feeds[Feed.objects.create(url=web.add(f"/{n}", answer))] = reason
    good = [Feed.objects.create(url=web.add(f"/good{n}", RSS)) for n in range(3)]

    report = polling.poll([*feeds, *good], NOW)

    assert len(report.failures) == len(feeds)
    for bad, reason in feeds.items():
        row = again(bad)
        assert reason in row.last_error
        assert (row.error_streak, row.failing_since, row.last_ok_at) == (1, NOW, None)
        assert row.next_poll_at
        assert row.next_poll_at >= NOW + HOUR
    assert Entry.objects.count() == 2 * len(good)


def test_it_does_not_fetch_from_private_addresses(web: Web, settings: LazySettings) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    feed = Feed.objects.create(url=web.add("/feed", RSS))
    report = polling.poll([feed], NOW)

    assert report.failures == [(feed.url, "This address is private and is not fetched.")]
    assert web.asked == []


def test_it_counts_failures_and_forgets_them(web: Web, feed: Feed) -> None:
    polling.poll([feed], NOW)
    web.add("/feed", page("", status=500, etag=""))
    polling.poll([again(feed)], NOW + DAY)
    polling.poll([again(feed)], NOW + 2 * DAY)

    row = again(feed)
    assert (row.error_streak, row.failing_since, row.last_ok_at) == (2, NOW + DAY, NOW)
    assert row.next_poll_at
    assert row.next_poll_at >= NOW + 2 * DAY + 2 * HOUR
    assert row.entries.count() == 2, "what it said stays"

    web.add("/feed", RSS)
    polling.poll([row], NOW + 3 * DAY)
    row = again(feed)
    assert (row.error_streak, row.failing_since, row.last_error) == (0, None, "")


def test_it_keeps_its_validators_only_with_the_entries(
    web: Web, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(polling, "take_in_all", breaks)
    other = Feed.objects.create(url=web.add("/gone", page("", status=404, etag="")))
    report = polling.poll([feed, other], NOW)

    assert len(report.failures) == 2
    assert (again(feed).etag, again(feed).body_hash) == ("", "")
    assert again(feed).last_error == "A fault of ours, not of the feed: see the log."

    monkeypatch.setattr(polling, "take_in_all", intake.take_in_all)
    assert polling.poll([again(feed)], NOW + DAY).new_links == 2


def test_it_takes_an_unforeseen_fault_for_that_feed_only(
    web: Web, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Feed.objects.create(url=web.add("/bad", "<rss>bad</rss>"))
    monkeypatch.setattr(
        parsers, "parse", lambda body, *rest: parse(body, *rest) if body == RSS else 1 / 0
    )
    report = polling.poll([bad, feed], NOW)

    assert (report.new_links, len(report.failures)) == (2, 1)
    assert again(bad).last_error.startswith("A fault of ours")


@pytest.mark.parametrize("asked_before", [True, False], ids=["unchanged", "new"])
def test_it_keeps_nothing_of_an_address_that_an_editor_changed_meanwhile(
    web: Web, feed: Feed, asked_before: bool
) -> None:
    if asked_before:
        polling.poll([feed], NOW)
    links, under_way, edited = Link.objects.count(), again(feed), again(feed)
    edited.url = web.add("/new", RSS)
    following.save(edited, by=None, now=NOW + HOUR)
    polling.poll([under_way], NOW + DAY)

    row = again(feed)
    assert (row.etag, row.last_modified, row.body_hash) == ("", "", "")
    assert (row.next_poll_at, row.last_ok_at) == (NOW + HOUR, NOW if asked_before else None)
    assert Link.objects.count() == links


def test_it_keeps_away_as_long_as_the_server_asks(web: Web) -> None:
    busy = page("", status=429, etag="", Retry_After="18000")
    feed = Feed.objects.create(url=web.add("/feed", busy))
    polling.poll([feed], NOW)

    assert again(feed).next_poll_at == NOW + 5 * HOUR


def test_it_retires_a_feed_that_is_gone(web: Web, feed: Feed) -> None:
    web.add("/feed", page("", status=410, etag=""))
    polling.poll([feed], NOW)

    assert again(feed).state == Feed.State.RETIRED
    assert not Feed.objects.due(NOW + 1000 * DAY).exists()

    web.add("/feed", RSS)
    polling.poll([again(feed)], NOW + DAY)
    assert again(feed).state == Feed.State.ACTIVE, "asked by name, it answered"


def test_it_believes_a_move_after_three_answers_in_seven_days(web: Web, feed: Feed) -> None:
    web.add("/new", RSS)
    web.add("/feed", redirect("/new"))
    for day in (0, 3, 6):
        polling.poll([again(feed)], NOW + day * DAY)
        assert again(feed).url == web.base + "/feed"
    polling.poll([again(feed)], NOW + 7 * DAY)

    row = again(feed)
    assert (row.url, row.moved_to, row.moved_streak) == (web.base + "/new", "", 0)
    assert Entry.objects.count() == 2


def test_it_forgets_a_move_that_is_taken_back(web: Web, feed: Feed) -> None:
    web.add("/new", RSS)
    web.add("/feed", redirect("/new"))
    polling.poll([feed], NOW)
    assert again(feed).moved_to == web.base + "/new"
    web.add("/feed", RSS)
    polling.poll([again(feed)], NOW + DAY)

    assert (again(feed).moved_to, again(feed).moved_since) == ("", None)


def test_it_warns_of_a_feed_that_is_damaged(web: Web) -> None:
    feed = Feed.objects.create(url=web.add("/feed", (FEEDS / "truncated.xml").read_bytes()))
    report = polling.poll([feed], NOW)

    assert report.failures == []
    assert report.new_links >= 2
    assert again(feed).warning.startswith("The XML is damaged")


def test_it_polls_what_is_due_and_nothing_else(web: Web) -> None:
    never = make_feed(url=web.add("/never", RSS))
    make_feed(url=web.add("/due", RSS), next_poll_at=NOW)
    make_feed(url=web.add("/later", RSS), next_poll_at=NOW + HOUR)
    make_feed(url=web.add("/paused", RSS), next_poll_at=NOW, state=Feed.State.PAUSED)

    assert polling.poll_due(NOW).feeds == 2
    assert {path for path, _ in web.asked} == {"/never", "/due"}
    assert again(never).last_ok_at == NOW
    assert polling.poll_due(NOW).feeds == 0


def test_it_leaves_feeds_to_whoever_claimed_them() -> None:
    feed = make_feed(next_poll_at=NOW)

    assert polling._claim_due(NOW) == [feed]
    assert polling._claim_due(NOW + timedelta(seconds=1)) == []
    assert polling._claim_due(NOW + polling.LEASE) == [feed], "a dead worker's lease ends"


def test_it_nudges_when_feeds_are_due() -> None:
    make_feed(next_poll_at=NOW)

    assert sweep(NOW - HOUR) is None
    assert sweep(NOW) == "1 feeds to poll"


@pytest.mark.django_db(transaction=True)
def test_the_worker_polls_what_the_sweep_found(web: Web) -> None:
    feed = make_feed(url=web.add("/feed", RSS))
    sweep(timezone.now())
    work_off()

    assert again(feed).last_ok_at
    assert Link.objects.count() == 2
    assert "feeds" not in (sweep(timezone.now()) or "")


def test_it_lets_no_host_take_the_places_of_the_others(
    web: Web, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who wait for a slow host wait outside."""
    settings.FETCH_CONCURRENCY, settings.FETCH_PER_HOST = 2, 1
    monkeypatch.setattr(guard, "is_public", lambda address: True)
    monkeypatch.setattr(http, "PUBLIC_PORTS", {int(web.base.rpartition(":")[2])})
    slow = raw(b"HTTP/1.1 404 Gone\r\n\r\n", pause=lambda: time.sleep(0.4))
    feeds = []
    for n in range(3):
        feeds.append(Feed.objects.create(url=web.add(f"/slow{n}", slow)))
        url = web.add(f"/quick{n}", RSS).replace("127.0.0.1", "localhost")
        feeds.append(Feed.objects.create(url=url))
    polling.poll(feeds, NOW)

    asked = [path for path, _ in web.asked]
    assert sorted(asked[:4]) == ["/quick0", "/quick1", "/quick2", "/slow0"]


def test_it_lets_hosts_take_turns() -> None:
    urls = ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://c/1", "http://c/2"]
    order = [feed.url for feed in taking_turns(Feed(url=url) for url in urls)]

    assert order == [
        "http://a/1", "http://b/1", "http://c/1", "http://a/2", "http://c/2", "http://a/3",
    ]  # fmt: skip


def test_it_parses_many_feeds_in_other_processes(web: Web) -> None:
    feeds = [
        Feed.objects.create(
            url=web.add(f"/{n}", RSS.replace(b"quiet.example", b"quiet%d.example" % n))
        )
        for n in range(parsers.PROCESSES_FROM)
    ]
    bad = Feed.objects.create(url=web.add("/bad", "<html>"))
    told: list[tuple[int, int, int]] = []
    report = polling.poll([*feeds, bad], NOW, lambda *progress: told.append(progress))

    assert (report.new_links, len(report.failures)) == (2 * len(feeds), 1)
    assert told[-1] == (len(feeds) + 1, len(feeds) + 1, 1)


def test_it_keeps_no_statement_in_mind(feed: Feed, settings: LazySettings) -> None:
    """Laptop mode remembers 9,000 of them, with all the HTML in each."""
    settings.DEBUG = True
    polling.poll([feed], NOW)

    assert connection.queries == []


def test_it_stops_asking_when_it_is_interrupted(web: Web) -> None:
    slow = raw(b"HTTP/1.1 200 OK\r\n\r\n", *[b" "] * 100, pause=lambda: time.sleep(0.1))
    feeds = [Feed.objects.create(url=web.add("/slow", slow))]
    feeds.append(Feed.objects.create(url=web.add("/feed", RSS)))
    began = time.monotonic()

    def interrupt(done: int, total: int, failed: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        polling.poll(feeds, NOW, interrupt)
    assert time.monotonic() - began < 5
    assert not [t for t in threading.enumerate() if t.name == "gathering"]
