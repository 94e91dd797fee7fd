"""Feeds are stored many at once: together where it can be, and never at the cost of another."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from curation import intake, polling
from curation.fetching import Fetched
from curation.gathering import Outcome
from curation.intake import TakenIn
from curation.models import Entry, Feed, Link, LinkAddress
from curation.parsed import ParsedEntry, ParsedFeed
from curation.polling import Report
from tests.makers import NOW, make_feed
from toolbox import rows

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def outcome(feed: Feed, stories: Iterable[int], host: str = "blog") -> Outcome:
    entries = tuple(
        ParsedEntry(
            title=f"Story {n}",
            guid=f"guid-{n}",
            url=f"https://{host}.example/{n}",
            html=f"<p>{n}</p>",
            tags=("a",),
            published_at=NOW - n * timedelta(minutes=1),
        )
        for n in stories
    )
    answer = Fetched(feed.url, b"", etag='"1"')
    return Outcome(feed, answer, ParsedFeed("RSS 2.0", "A blog", entries=entries), "hash")


def store(*outcomes: Outcome, now: datetime = NOW) -> Report:
    report = Report()
    polling._store(list(outcomes), now, report)
    return report


def test_it_stores_many_feeds_as_it_would_store_each() -> None:
    feeds = [make_feed() for _ in range(3)]
    report = store(
        outcome(feeds[0], range(5)), outcome(feeds[1], range(3, 8)), outcome(feeds[2], [])
    )

    assert (report.new_links, report.unchanged) == (8, 1)
    assert Link.objects.count() == LinkAddress.objects.count() == 8
    assert [feed.entries.count() for feed in feeds] == [5, 5, 0]
    assert {e.link.url == e.url for e in Entry.objects.select_related("link") if e.link} == {True}
    assert {e.content.html for e in feeds[0].entries.all()} == {f"<p>{n}</p>" for n in range(5)}
    assert set(Link.objects.values_list("origin", "state")) == {("feed", "new")}
    assert all(Link.objects.values_list("seen_at", flat=True))
    shared = Link.objects.get(url="https://blog.example/3")
    assert {entry.feed for entry in shared.entries.all()} == {feeds[0], feeds[1]}
    assert set(Feed.objects.values_list("etag", flat=True)) == {'"1"'}


def test_it_needs_few_statements_for_many_feeds(django_assert_max_num_queries: object) -> None:
    outcomes = [outcome(make_feed(), range(40), host=f"blog{n}") for n in range(10)]

    with django_assert_max_num_queries(40):  # type: ignore[operator]
        taken = polling._take_in(outcomes, NOW)
    assert sum(one.links for one in taken) == 400


def test_it_stores_the_others_when_one_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = [make_feed() for _ in range(3)]

    def refuse(heard: Sequence[tuple[Feed, ParsedFeed]], now: datetime) -> list[TakenIn]:
        taken = intake.take_in_all(heard, now)
        if feeds[1] in [feed for feed, _ in heard]:
            raise RuntimeError("This one is bad")
        return taken

    monkeypatch.setattr(polling, "take_in_all", refuse)
    report = store(*(outcome(feed, range(n, n + 2)) for n, feed in enumerate(feeds)))

    assert [url for url, _ in report.failures] == [feeds[1].url]
    assert [feed.entries.count() for feed in feeds] == [2, 0, 2]
    etags = dict(Feed.objects.values_list("pk", "etag"))
    assert [etags[feed.pk] for feed in feeds] == ['"1"', "", '"1"']
    assert report.new_links == Link.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_it_never_waits_for_a_poll_that_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Two polls store the same stories in opposite order, some statements each: without one
    order for all, PostgreSQL has to end one of them."""
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    start = Barrier(2, timeout=30)

    def run(feeds: list[Feed], turn: int, way: int) -> None:
        try:
            start.wait()
            store(*(outcome(feed, range(60)[::way], host=f"h{turn}") for feed in feeds[::way]))
        finally:
            connection.close()

    for turn in range(6):
        polls = [
            Thread(target=run, args=([make_feed(), make_feed()], turn, way)) for way in (1, -1)
        ]
        for poll in polls:
            poll.start()
        for poll in polls:
            poll.join(60)

    assert "could not be stored" not in caplog.text
    assert Link.objects.count() == LinkAddress.objects.count() == 6 * 60
    assert Entry.objects.exclude(link=None).count() == 6 * 60 * 4
