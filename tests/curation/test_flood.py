"""A feed that changes its mind about what it said: nothing twice, and no flood in the queue."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from curation import flood
from curation.flood import BEARABLE, HELD, LEFT
from curation.intake import take_in
from curation.models import Entry, Feed, Link
from curation.parsed import ParsedEntry, ParsedFeed
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.makers import NOW, make_editor, make_feed, make_staff

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MANY = 200


def posts(count: int = MANY, host: str = "http://blog.example") -> list[ParsedEntry]:
    """One a week, the newest first."""
    return [
        ParsedEntry(
            title=f"Post {n}",
            guid=f"http://blog.example/?p={n}",
            url=f"{host}/{n}",
            raw_date=f"week {n}",
            published_at=NOW - (7 * n + 1) * DAY,
        )
        for n in range(count)
    ]


def say(feed: Feed, entries: list[ParsedEntry]) -> None:
    take_in(feed, ParsedFeed("RSS 2.0", title="Blog", entries=tuple(entries)), NOW)


@pytest.fixture
def feed() -> Feed:
    """A blog that was read a day ago, with all of its archive."""
    feed = make_feed(title="Blog")
    say(feed, posts())
    Feed.objects.update(last_ok_at=NOW - DAY, last_new_at=NOW - DAY)
    feed.refresh_from_db()
    return feed


def to_https(entry: ParsedEntry) -> ParsedEntry:
    return replace(
        entry,
        guid=entry.guid.replace("http:", "https:"),
        url=entry.url.replace("http:", "https:"),
    )


@pytest.mark.parametrize(
    "changed",
    [
        to_https,
        lambda entry: replace(entry, guid=f"urn:new:{entry.title}"),
        lambda entry: replace(entry, guid="", url=f"{entry.url}/?utm_source=feed"),
        lambda entry: replace(entry, published_at=NOW, raw_date="today"),
        lambda entry: replace(entry, guid=f"urn:new:{entry.title}", published_at=NOW),
    ],
    ids=["https", "re-guid", "no-guid", "re-dated", "re-guid-and-re-dated"],
)
def test_it_offers_nothing_twice(feed: Feed, changed: object) -> None:
    before = Link.objects.filter(state=Link.State.NEW).count()
    say(feed, [changed(entry) for entry in posts()])  # type: ignore[operator]

    assert Link.objects.count() == Entry.objects.count() == MANY
    assert Link.objects.filter(state=Link.State.NEW).count() == before
    assert flood.notices() == {}


def test_it_holds_an_archive_that_comes_at_once(feed: Feed) -> None:
    moved = [replace(e, guid=f"urn:new:{e.title}") for e in posts(host="https://new.example")]
    fresh = replace(moved[0], guid="urn:fresh", url="https://new.example/fresh", published_at=NOW)
    say(feed, [fresh, *moved])

    assert flood.notices() == {feed.pk: MANY}
    assert Link.objects.get(url="https://new.example/fresh").state == Link.State.NEW
    assert set(flood.held(feed).values_list("reject_reason", flat=True)) == {HELD}


@pytest.mark.parametrize(("count", "is_held"), [(BEARABLE, False), (BEARABLE + 1, True)])
def test_it_bears_a_few(feed: Feed, count: int, is_held: bool) -> None:
    say(feed, posts(count, host="https://new.example"))
    say(feed, [replace(e, guid=f"g{e.title}") for e in posts(count, host="https://new.example")])

    assert bool(flood.notices()) == is_held


def test_it_holds_what_has_no_date(feed: Feed) -> None:
    say(feed, [replace(e, guid="", published_at=None) for e in posts(50, "https://new.example")])

    assert flood.notices() == {feed.pk: 50}


def test_it_lets_a_busy_week_through(feed: Feed) -> None:
    say(feed, [replace(e, guid="", published_at=NOW) for e in posts(50, "https://new.example")])

    assert flood.notices() == {}


def test_a_new_feed_without_dates_offers_its_first_twenty() -> None:
    undated = [replace(entry, published_at=None) for entry in posts()]
    say(make_feed(), undated)

    offered = set(Link.objects.filter(state=Link.State.NEW).values_list("title", flat=True))
    assert offered == {f"Post {n}" for n in range(20)}


@pytest.fixture
def flooded(feed: Feed) -> Feed:
    say(feed, [replace(e, guid=f"n{e.title}") for e in posts(50, "https://new.example")])
    return feed


def test_an_editor_offers_them_all(flooded: Feed) -> None:
    version = flood.held(flooded).values_list("version", flat=True)[0]

    assert flood.offer_all(flooded, by=None, now=NOW) == 50
    assert flood.notices() == {}
    link = Link.objects.get(url="https://new.example/3")
    assert (link.state, link.reject_reason) == (Link.State.NEW, "")
    assert (link.state_since, link.version) == (NOW, version + 1)
    assert AuditEntry.objects.filter(verb="offered what was held").get().detail == {"links": 50}


def test_an_editor_leaves_them(flooded: Feed) -> None:
    assert flood.leave(flooded, by=None) == 50
    assert flood.notices() == {}
    assert Link.objects.filter(reject_reason=LEFT).count() == 50


def test_the_notice_stands_on_the_feed(flooded: Feed, client: Client) -> None:
    client.force_login(make_editor())
    url = reverse("admin:curation_feed_change", args=[flooded.pk])
    html = client.get(url).content.decode()
    assert "50 old entries at once" in html
    assert "50 held aside" in client.get(reverse("admin:curation_feed_changelist")).content.decode()

    deed = reverse("admin:curation_feed_held", args=[flooded.pk])
    assert client.get(deed).status_code == 405
    html = client.post(deed, {"do": "offer"}, follow=True).content.decode()
    assert "50 links wait in the queue now." in html
    assert "old entries at once" not in html.partition('id="content-main"')[2]


def test_it_needs_the_right(flooded: Feed) -> None:
    reader = make_staff("reader", "curation.view_feed")

    for deed in (
        lambda: flood.offer_all(flooded, by=reader, now=NOW),
        lambda: flood.leave(flooded, by=reader),
    ):
        with pytest.raises(NotAllowedError):
            deed()
