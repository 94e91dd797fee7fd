"""What the queue shows: the right links in the right order, a page at a time."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation import queue, queue_page, uses
from curation.models import Link, LinkUse
from curation.queue_address import Asked
from tests.makers import make_editor, make_entry, make_feed, make_link, make_section

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def titles(query: str = "") -> list[str]:
    return [row.link.title for row in queue_page.read(Asked.read(QueryDict(query)), NOW).rows]


def aged(title: str, hours: int, **values: object) -> Link:
    return make_link(title=title, published_at=NOW - timedelta(hours=hours), **values)


def test_what_waits_stands_newest_first_with_what_is_back_from_a_snooze() -> None:
    aged("older", 3)
    aged("newer", 1)
    past = NOW - timedelta(minutes=1)
    aged("woken", 2, state=Link.State.SNOOZED, snoozed_until=past)
    aged("asleep", 2, state=Link.State.SNOOZED, snoozed_until=NOW + timedelta(days=1))
    aged("merged", 2, merged_into=aged("oldest", 4))
    assert titles() == ["newer", "woken", "older", "oldest"]
    assert titles("show=snoozed") == ["asleep"]


def test_the_other_shelves_stand_in_the_order_of_the_deeds() -> None:
    first, second, placed = aged("first", 1), aged("second", 2), aged("placed", 3)
    for link in (first, second, placed):
        queue.shortlist(link, by=None)
    uses.place(placed.pk, issue_number=12, section="News", block_uid=uuid4())
    queue.reject(aged("no", 1), by=None)
    assert titles("show=shortlisted") == ["second", "first"]
    assert titles("show=rejected") == ["no"]


def test_pages_go_on_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 2)
    for n in range(3):
        aged(f"same hour {n}", 1)
    aged("woken", 2, state=Link.State.SNOOZED, snoozed_until=NOW)
    aged("last", 3)
    asked, seen = Asked(), []
    for _ in range(3):
        page = queue_page.read(asked, NOW)
        seen += [row.link.title for row in page.rows]
        asked = Asked(after=page.after)
    assert seen == ["same hour 2", "same hour 1", "same hour 0", "woken", "last"]
    assert asked.after == ""


def test_a_page_goes_on_although_what_came_before_was_sorted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 2)
    for n in range(4):
        aged(f"link {n}", n)
    first = queue_page.read(Asked(), NOW)
    for row in first.rows:
        queue.reject(row.link, by=None)
    assert titles(urlencode({"after": first.after})) == ["link 2", "link 3"]


@pytest.mark.parametrize("after", ["nan,1", "inf,2", "x,1"])
def test_a_score_key_that_makes_no_sense_means_the_beginning(after: str) -> None:
    make_link(title="first")
    assert titles(urlencode({"after": after, "order": "score"})) == ["first"]


@pytest.mark.parametrize("after", ["x", "1,2", "2026-11-20,3", "2026-11-20T10:00:00,3", ",", "\0"])
def test_a_key_that_makes_no_sense_means_the_beginning(after: str) -> None:
    make_link(title="first")
    assert titles(urlencode({"after": after})) == ["first"]


@pytest.mark.parametrize("query", ["show=nothing", "feed=x", "feed=99999999999999999999"])
def test_an_address_that_makes_no_sense_asks_for_what_waits(query: str) -> None:
    make_link(title="first")
    assert titles(query) == ["first"]


def test_it_narrows_by_section_source_and_words() -> None:
    feed = make_feed(title="Planet")
    link = aged("Type checking", 1, section=make_section("News"), blurb="mypy and friends")
    make_entry(feed, link)
    aged("Something else", 2, section=make_section("Articles"))
    for query in ("section=news", f"feed={feed.pk}", "q=MYPY", "q=type", f"q={link.url}"):
        assert titles(query) == ["Type checking"], query
    assert titles("section=news&q=else") == []
    assert titles("q=%25") == []


def test_it_narrows_by_kind_age_language_and_the_lack_of_a_section() -> None:
    news = make_section("News")
    aged("video", 1, kind="video", language="de-AT", section=news)
    aged("article", 24 * 3, language="en", section=news)
    aged("release", 24 * 40, kind="release", language="den")
    for query, expected in [
        ("kind=video", ["video"]),
        ("age=day", ["video"]),
        ("age=week", ["video", "article"]),
        ("age=older", ["release"]),
        ("language=de", ["video"]),
        ("section=-", ["release"]),
        ("section=nowhere", []),
        ("section=news&kind=article&age=month&language=en", ["article"]),
        ("kind=sermon&age=century", ["video", "article", "release"]),
    ]:
        assert titles(query) == expected, query


def test_every_shelf_can_be_narrowed_and_searched() -> None:
    for state in ("new", "shortlisted", "rejected"):
        aged(f"django {state}", 1, state=state, kind="video")
        aged(f"python {state}", 1, state=state)
    until = NOW + timedelta(days=1)
    aged("django snoozed", 1, state="snoozed", snoozed_until=until, kind="video")
    aged("django hidden", 1, hidden_by="No jobs", kind="video")
    for show, title in [
        ("waiting", "django new"), ("shortlisted", "django shortlisted"),
        ("rejected", "django rejected"), ("snoozed", "django snoozed"), ("hidden", "django hidden"),
    ]:  # fmt: skip
        for order in ("", "&order=score"):
            assert titles(f"show={show}&kind=video{order}") == [title]
            assert titles(f"show={show}&q=djang{order}") == [title]
    assert len(titles("show=everything&q=django")) == 5


def test_the_best_scored_stand_first_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 2)
    for n, score in enumerate([1.5, 9.25, 9.25, 0.1, 7.0]):
        aged(f"link {n}", n, score=score)
    aged("woken", 9, score=8.0, state=Link.State.SNOOZED, snoozed_until=NOW)
    asked, seen = Asked(order="score"), []
    for _ in range(3):
        page = queue_page.read(asked, NOW)
        seen += [row.link.title for row in page.rows]
        asked = Asked(order="score", after=page.after)
    assert seen == ["link 2", "link 1", "woken", "link 4", "link 0", "link 3"]
    assert asked.after == ""


def test_a_date_of_ours_is_marked() -> None:
    own, told = aged("own", 1), aged("told", 2)
    make_entry(make_feed(), own, published_at=own.published_at, date_is_ours=True)
    make_entry(make_feed(), told, published_at=told.published_at)
    make_entry(make_feed(), told, published_at=NOW, date_is_ours=True)
    marks = [row.remarks for row in queue_page.read(Asked(), NOW).rows]
    assert [len(of_row) for of_row in marks] == [1, 0]
    assert "first seen" in marks[0][0]


def test_it_counts_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "COUNTED", 2)
    for _ in range(3):
        make_link()
    for _ in range(2):
        queue.reject(make_link(), by=None)
    assert queue_page.counts(NOW) == {
        "waiting": "2+",
        "shortlisted": "0",
        "snoozed": "0",
        "rejected": "2",
        "hidden": "0",
        "everything": "2+",
    }


def test_a_row_says_who_else_had_it_and_where_it_ran() -> None:
    link = aged("Story", 3, source_label="Own blog")
    for feed in (make_feed(title="Own blog"), make_feed(title="Planet"), make_feed(title="Weekly")):
        make_entry(feed, link)
    for number, ran_at in [(12, NOW), (13, None)]:
        LinkUse.objects.create(
            link=link, issue_number=number, section="News", block_uid=uuid4(), published_at=ran_at
        )
    row = queue_page.read(Asked(), NOW).rows[0]
    assert (row.source, row.also_in) == ("Own blog", ["Planet", "Weekly"])
    assert [use.issue_number for use in row.ran] == [12]
    assert (row.age, row.host, row.standing) == ("3 h", "example.com", "")


def test_a_row_says_how_it_came_onto_its_shelf() -> None:
    ann = make_editor("ann")
    link = queue.reject(make_link(), by=ann, reason="paywall")
    now = timezone.now() + timedelta(days=2)
    found = queue_page.find([link.pk], Asked(show="rejected"), now, narrowed=False)
    assert found[link.pk].standing == "Rejected 2 d ago by ann: paywall"
    assert queue_page.find([link.pk], Asked(), now, narrowed=False) == {}


def test_a_script_address_is_never_followed() -> None:
    make_link(url="javascript:alert(1)")
    assert queue_page.read(Asked(), NOW).rows[0].url == ""


def test_a_hundred_links_take_as_many_queries_as_five(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    feeds = [make_feed() for _ in range(3)]

    def fill(number: int) -> None:
        for _ in range(number):
            link = queue.set_section(make_link(), make_section("News"), by=None)
            for feed in feeds:
                make_entry(feed, link)
            uses.place(link.pk, issue_number=1, section="News", block_uid=uuid4())
        uses.publish(1, LinkUse.objects.values_list("block_uid", flat=True), NOW)

    for number in (5, 95):
        fill(number)
        # New links, woken ones, and what belongs to the page: entries, events, uses.
        with django_assert_num_queries(21):
            queue_page.read(Asked(), timezone.now())
        with django_assert_num_queries(7):
            queue_page.counts(timezone.now())
