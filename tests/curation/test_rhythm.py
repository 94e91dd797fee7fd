"""How often a feed is asked: by how often it speaks, and never more than it bears."""

from datetime import timedelta

import pytest

from curation import pace
from curation.models import Feed
from curation.rhythm import (
    LEAST,
    LONGEST,
    SHORTEST,
    after_answer,
    after_failure,
    usual_gap,
    validators,
)
from tests.makers import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_it_takes_the_usual_gap_from_the_latest_entries() -> None:
    assert usual_gap([]) is None
    assert usual_gap([NOW]) is None
    assert usual_gap([NOW, NOW - 2 * DAY, NOW - 9 * DAY, NOW - 10 * DAY]) == 2 * DAY
    old = [NOW - 1000 * DAY - n * 90 * DAY for n in range(50)]
    assert usual_gap([*old, *(NOW - n * HOUR for n in range(20))]) == HOUR


@pytest.mark.parametrize(
    ("gap", "silence", "pause"),
    [
        (timedelta(minutes=5), timedelta(minutes=5), SHORTEST),
        (8 * HOUR, HOUR, 4 * HOUR),
        (30 * DAY, DAY, LONGEST / 1.1),
        (8 * HOUR, 4 * DAY, 12 * HOUR),
        (timedelta(0), 6 * HOUR, 3 * HOUR),
        (None, 6 * HOUR, 3 * HOUR),
    ],
)
def test_it_asks_twice_per_usual_gap(
    gap: timedelta | None, silence: timedelta, pause: timedelta
) -> None:
    assert after_answer(NOW, gap, NOW - silence, 0) == NOW + pause


def test_it_stays_between_an_hour_and_a_day() -> None:
    for dice in (0.0, 1.0):
        for silence in (timedelta(0), DAY, 1000 * DAY):
            for gap in (None, timedelta(0), HOUR, 100 * DAY):
                pause = after_answer(NOW, gap, NOW - silence, dice) - NOW
                assert SHORTEST <= pause <= LONGEST
    assert SHORTEST <= after_answer(NOW, None, None, 1) - NOW <= LONGEST


def test_it_backs_off_from_a_feed_that_fails() -> None:
    pauses = [(after_failure(NOW, streak, None, 0) - NOW) / HOUR for streak in range(1, 9)]

    assert [round(pause, 1) for pause in pauses] == [1, 2, 4, 8, 16, 21.8, 21.8, 21.8]
    assert after_failure(NOW, 10_000, None, 1) - NOW <= LONGEST


def test_it_keeps_away_as_long_as_it_is_told() -> None:
    assert after_failure(NOW, 1, 5 * HOUR, 1) == NOW + 5 * HOUR
    assert after_failure(NOW, 1, timedelta(seconds=3), 0) == NOW + SHORTEST


@pytest.mark.parametrize(
    ("stated", "pause"),
    [
        (None, HOUR),
        (timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(seconds=5), LEAST),
        (6 * HOUR, 6 * HOUR),
        (90 * DAY, LONGEST / 1.1),
    ],
)
def test_it_comes_as_often_as_the_feed_allows(stated: timedelta | None, pause: timedelta) -> None:
    """Of a feed that speaks every few minutes."""
    gap = timedelta(minutes=5)
    assert after_answer(NOW, gap, NOW - gap, 0, stated) == NOW + pause
    assert after_answer(NOW, gap, NOW - gap, 1, stated) >= NOW + pause


def test_it_comes_no_more_often_than_a_feed_speaks_whatever_it_allows() -> None:
    assert after_answer(NOW, 8 * HOUR, NOW - HOUR, 0, timedelta(minutes=15)) == NOW + 4 * HOUR


def test_it_asks_a_feed_plainly_when_it_has_been_unchanged_for_too_long() -> None:
    feed = Feed(etag='"1"', usual_gap=DAY, last_new_at=NOW - 8 * DAY, last_body_at=NOW - 8 * DAY)
    assert validators(feed, NOW) == {}

    kept = {"etag": '"1"', "last_modified": ""}
    feed.last_body_at = NOW - DAY
    assert validators(feed, NOW) == kept, "once a week is enough"
    feed.last_body_at, feed.usual_gap = NOW - 8 * DAY, 5 * DAY
    assert validators(feed, NOW) == kept, "it is not due yet"


@pytest.mark.parametrize(
    ("head", "stated"),
    [
        ("<ttl>60</ttl>", HOUR),
        ("<ttl> 1440 </ttl>", DAY),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
         6 * HOUR),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", DAY),
        ("<sy:updatePeriod>always</sy:updatePeriod>", None),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<item><ttl>1</ttl></item>", None),
        ("", None),
    ],
)  # fmt: skip
def test_it_reads_a_feeds_own_pace(head: str, stated: timedelta | None) -> None:
    assert pace.stated_in(f"<rss><channel>{head}<item/></channel></rss>") == stated


@pytest.mark.parametrize(
    ("header", "stated"),
    [
        ("max-age=3600", HOUR),
        ("public, MAX-AGE=86400, must-revalidate", DAY),
        ("s-maxage=9, max-age=7200", 2 * HOUR),
        ("s-maxage=9", None),
        ("max-age=0", None),
        ("no-cache, max-age=3600", None),
        ("no-store", None),
        ("", None),
    ],
)
def test_it_reads_a_servers_pace(header: str, stated: timedelta | None) -> None:
    assert pace.stated_by(header) == stated


def test_it_spreads_polls_a_little() -> None:
    assert after_failure(NOW, 1, None, 0) < after_failure(NOW, 1, None, 0.5)
    assert after_answer(NOW, None, None, 0) < after_answer(NOW, None, None, 0.5)
