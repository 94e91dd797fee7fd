"""The planet: what the feeds said, by day, safe to show to anybody."""

import io
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.models import Entry, EntryContent
from publication.masthead import current
from tests.makers import make_entry, make_feed, make_link

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def page(client: Client, **query: str) -> str:
    return client.get("/planet/", query).content.decode()


def hours_before(hours: int, title: str) -> Entry:
    return make_entry(make_feed(), title=title, published_at=NOON - timedelta(hours=hours))


def test_it_stands_by_day_in_the_publications_time_zone_newest_first(client: Client) -> None:
    publication = current()
    publication.time_zone = "Asia/Tokyo"
    publication.save()
    for hours, title in [(0, "noon"), (4, "same day there"), (22, "day before there")]:
        hours_before(hours, title)
    days = client.get("/planet/").context["page"].days
    assert [(str(day.date), [said.title for said in day.said]) for day in days] == [
        ("2026-03-20", ["noon", "same day there"]),
        ("2026-03-19", ["day before there"]),
    ]
    assert "Friday 20 March 2026" in page(client)
    assert "21:00 JST" in page(client)


def test_an_entry_says_what_where_and_by_whom(client: Client) -> None:
    link = make_link(title="Async views", url="https://example.com/async")
    entry = make_entry(make_feed(title="Own blog"), link, author="Ann Lee", published_at=NOON)
    EntryContent.objects.create(
        entry=entry, html="<p>One <b>year</b> later.</p>" + "<p>x</p>" * 999
    )
    shown = page(client)
    assert '<a href="https://example.com/async">Async views</a>' in shown
    assert "Own blog" in shown
    assert "Ann Lee" in shown
    assert "One year later. x" in shown
    assert "…</p>" in shown


def test_markup_of_a_feed_shows_as_text_and_no_script_address_is_linked(client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    entry = make_entry(
        make_feed(title=hostile), title=hostile, author=f"{hostile}2", url="javascript:alert(1)"
    )
    EntryContent.objects.create(entry=entry, html="a &lt;script&gt;alert(1)&lt;/script&gt;")
    Entry.objects.update(published_at=NOON)
    shown = page(client)
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
    assert "<script" not in shown
    assert "javascript:" not in shown


def test_pages_go_on_until_the_first_entry(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.planet.PAGE", 2)
    for hours in range(5):
        hours_before(hours // 2, f"entry {hours}")
    seen, after = [], ""
    for _ in range(3):
        answer = client.get("/planet/", {"after": after}).context["page"]
        seen += [said.title for day in answer.days for said in day.said]
        after = answer.after
    assert seen == ["entry 1", "entry 0", "entry 3", "entry 2", "entry 4"]
    assert after == ""
    assert 'rel="next"' in page(client)


@pytest.mark.parametrize(
    "after",
    [
        "x", "2026-03-20T12:00:00,1", "\0", ",", "0001-01-01T00:00:00+14:00,1",
        "9999-12-31T23:59:59-14:00,1", "2026-03-20T12:00:00+00:00," + "9" * 5000,
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_means_the_beginning(client: Client, after: str) -> None:
    hours_before(0, "first")
    assert "first" in page(client, after=after)


def test_what_is_dated_in_the_future_waits(client: Client) -> None:
    make_entry(make_feed(), title="Not yet", published_at=timezone.now() + timedelta(hours=1))
    assert "Not yet" not in page(client)
    assert "Nothing has come in yet." in page(client)


def test_it_takes_as_many_queries_for_fifty_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(client)
    for number in (1, 49):
        for hours in range(number):
            hours_before(hours, "entry")
        with django_assert_num_queries(2):
            page(client)


def test_it_runs_no_script_and_asks_nobody_else(client: Client) -> None:
    hours_before(0, "first")
    assert "<script" not in page(client)
    assert client.post("/planet/").status_code == 405


def test_it_can_be_followed_as_one_feed_that_names_its_sources(client: Client) -> None:
    link = make_link(title="Async views", url="https://example.com/async")
    feed = make_feed(title="Own blog")
    entry = make_entry(feed, link, title="Async <views>", author="Ann Lee", published_at=NOON)
    EntryContent.objects.create(entry=entry, html="<ul><li>One &amp; two</li></ul>")
    make_entry(make_feed(), title="Tomorrow", published_at=timezone.now() + timedelta(days=1))
    hostile = make_entry(make_feed(), title="Run", url="javascript:alert(1)", published_at=NOON)

    response = client.get("/feeds/planet.atom")
    kind = {"content-type": response["Content-Type"]}
    parsed = feedparser.parse(
        io.BytesIO(response.content), response_headers=kind, sanitize_html=False
    )

    assert parsed.bozo == 0
    by_title = {said.title: said for said in parsed.entries}
    assert set(by_title) == {"Async <views>", "Run"}
    said = by_title["Async <views>"]
    assert (said.link, said.author) == ("https://example.com/async", "Ann Lee")
    assert (said.source.title, said.source.links[0].href) == ("Own blog", feed.url)
    assert "<li>One &amp; two</li>" in said.content[0].value
    assert "javascript" not in by_title["Run"].link
    assert len({said.id for said in parsed.entries}) == 2
    assert hostile.url not in response.content.decode()


def test_the_feeds_we_follow_are_a_list_to_take_along(client: Client) -> None:
    feed = make_feed(title="Own blog")
    response = client.get("/planet.opml")

    assert response["Content-Type"].startswith("text/x-opml")
    assert f'xmlUrl="{feed.url}"' in response.content.decode()
    assert "/planet.opml" in page(client)


@pytest.mark.parametrize("address", ["/planet/", "/feeds/planet.atom", "/planet.opml", "/about/"])
def test_whoever_has_it_already_is_told_so(client: Client, address: str) -> None:
    hours_before(1, "First")
    held = {"If-None-Match": client.get(address).headers["ETag"]}
    assert client.get(address, headers=held).status_code == 304

    hours_before(0, "Second")
    publication = current()
    publication.about = publication.name = "Another"
    publication.save()
    assert client.get(address, headers=held).status_code == 200
