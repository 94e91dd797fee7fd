"""Scores are kept in the rows, looked for by the clock, and never asked for one by one."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation import ranking, sweeping
from curation.models import Feed, Link, LinkUse
from tests.makers import NOW, make_entry, make_feed, make_link

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


def waiting(**values: object) -> Link:
    return make_link(next_score_at=NOW, **values)


def known(feed: Feed, ran: int, turned_down: int) -> None:
    for n in range(ran + turned_down):
        link = make_link(state=Link.State.REJECTED if n >= ran else Link.State.SHORTLISTED)
        make_entry(feed, link)
        if n < ran:
            LinkUse.objects.create(
                link=link, issue_number=1, section="News", block_uid=uuid4(), published_at=NOW
            )


def test_it_scores_by_sources_and_by_what_ran_of_them_and_says_why() -> None:
    blog, planet = make_feed(title="Own blog"), make_feed(title="Planet")
    known(blog, ran=3, turned_down=3)
    plain, told = waiting(), waiting()
    for feed in (blog, planet):
        make_entry(feed, told)
    assert ranking.rank_due(SOON) == 2
    plain.refresh_from_db()
    told.refresh_from_db()
    assert told.score_reason == "2 sources tell it (+1.5 days), 3 of 6 from Own blog ran (+2 days)"
    assert round(told.score - plain.score, 6) == 3.5
    assert plain.score_reason == ""


def test_the_clock_finds_what_is_due_and_nothing_twice() -> None:
    waiting()
    make_link(next_score_at=SOON + timedelta(hours=1))
    make_link(next_score_at=NOW, state=Link.State.REJECTED)
    assert sweeping.sweep(SOON) == "links to score"
    assert ranking.rank_due(SOON) == 1
    assert ranking.rank_due(SOON) == 0
    assert sweeping.sweep(SOON) is None
    assert ranking.rank_due(SOON + timedelta(days=1)) == 2


def test_another_source_makes_a_score_due() -> None:
    link = waiting()
    ranking.rank_due(SOON)
    ranking.again([link.pk], SOON)
    assert ranking.rank_due(SOON) == 1


def test_a_score_is_no_deed() -> None:
    link = waiting()
    ranking.rank_due(SOON)
    seen = Link.objects.get()
    assert (seen.version, seen.changed_at) == (0, link.changed_at)


def test_a_hundred_scores_take_as_many_queries_as_five() -> None:
    feeds = [make_feed() for _ in range(3)]
    asked = []
    for number in (5, 95):
        for _ in range(number):
            link = waiting()
            for feed in feeds:
                make_entry(feed, link)
        with CaptureQueriesContext(connection) as queries:
            assert ranking.rank_due(SOON) == number
        asked.append(len(queries))
    assert asked[0] == asked[1] == 5
