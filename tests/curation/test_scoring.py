"""Scores: what moves a link up the queue, and that it says so."""

from datetime import timedelta

from curation.scoring import Record, score
from tests.makers import NOW

DAY = timedelta(days=1)
UNKNOWN = Record("Somebody", 0, 0)


def test_of_two_links_alike_the_younger_stands_first_by_the_days_between_them() -> None:
    younger, older = score(NOW, [UNKNOWN]), score(NOW - 2 * DAY, [UNKNOWN])
    assert round(younger.value - older.value, 6) == 2
    assert younger.reason == older.reason == ""


def test_several_sources_are_worth_days_up_to_a_bound() -> None:
    alone, three = score(NOW, [UNKNOWN]), score(NOW, [UNKNOWN] * 3)
    assert round(three.value - alone.value, 6) == 3
    assert three.reason == "3 sources tell it (+3 days)"
    assert round(score(NOW, [UNKNOWN] * 50).value - alone.value, 6) == 4.5


def test_a_source_whose_links_run_is_worth_days_by_its_record() -> None:
    record = Record("Adam Johnson", sorted=40, ran=12)
    made = score(NOW, [UNKNOWN, record])
    assert (
        made.reason == "2 sources tell it (+1.5 days), 12 of 40 from Adam Johnson ran (+1.2 days)"
    )
    assert round(made.value - score(NOW, [UNKNOWN] * 2).value, 6) == 1.2


def test_a_source_of_whom_little_is_known_is_worth_nothing_yet() -> None:
    assert score(NOW, [Record("New blog", sorted=4, ran=4)]) == score(NOW, [UNKNOWN])


def test_a_link_that_no_feed_told_has_the_score_of_its_date() -> None:
    assert score(NOW, []) == score(NOW, [UNKNOWN])
