"""How often a feed is asked: by how often it speaks, and never more than it bears."""

from datetime import timedelta

import pytest

from curation.rhythm import LONGEST, SHORTEST, after_answer, after_failure, usual_gap
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


def test_it_spreads_polls_a_little() -> None:
    assert after_failure(NOW, 1, None, 0) < after_failure(NOW, 1, None, 0.5)
    assert after_answer(NOW, None, None, 0) < after_answer(NOW, None, None, 0.5)
