"""Adding a feed by its address, however it was written down."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from curation import following
from curation.following import FeedAddressError, feed_address, follow
from curation.health import Health, diagnosis, health, with_health
from curation.models import Feed
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.makers import NOW, make_feed, make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://a.example/feed ", "https://a.example/feed"),
        ("a.example/feed", "https://a.example/feed"),
        ("feed://a.example/feed", "http://a.example/feed"),
        ("feed:https://a.example/feed", "https://a.example/feed"),
        ("https://a.example/feed#top", "https://a.example/feed"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
    ],
)
def test_it_reads_addresses_as_people_write_them(text: str, address: str) -> None:
    assert feed_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "feed", "javascript:alert(1)", "ftp://a.example/", "https://me:pw@a.example/", "http://[",
     "https://a.example/" + "x" * 2000, "mailto:a@b.example", "/etc/passwd"],
)  # fmt: skip
def test_it_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(FeedAddressError):
        feed_address(text)


def test_it_follows_a_feed_once_by_any_spelling() -> None:
    first = follow(["https://a.example/feed"], by=None, now=NOW)

    assert follow(["http://www.a.example/feed/", "a.example/feed"], by=None, now=NOW) == first * 2
    assert first[0].next_poll_at == NOW


def test_it_writes_down_who_followed_what() -> None:
    person = make_staff("ann", "curation.add_feed")
    follow(["https://a.example/feed"], by=person, now=NOW)
    follow(["https://a.example/feed"], by=person, now=NOW)

    assert list(AuditEntry.objects.values_list("actor_name", "verb", "subject")) == [
        ("ann", "followed", "https://a.example/feed")
    ]


def test_it_asks_a_feed_anew_at_a_new_address() -> None:
    feed = make_feed(url="https://a.example/", etag='"1"', body_hash="x", last_error="Kept.")
    feed.url, feed.title = "https://b.example", "B"
    following.save(feed, by=None, now=NOW)

    feed = Feed.objects.get()
    assert (feed.url, feed.title) == ("https://b.example", "B")
    assert (feed.etag, feed.body_hash, feed.next_poll_at) == ("", "", NOW)
    assert DBTaskResult.objects.count() == 1


def test_it_leaves_the_pollers_columns_alone() -> None:
    feed = make_feed(url="https://a.example/", etag='"1"')
    Feed.objects.update(etag='"2"', last_ok_at=NOW)
    feed.title = "New"
    following.save(feed, by=None, now=NOW)

    feed.refresh_from_db()
    assert (feed.title, feed.etag, feed.last_ok_at) == ("New", '"2"', NOW)


def test_it_does_not_follow_a_feed_twice() -> None:
    make_feed(url="https://a.example/", title="Mine")

    with pytest.raises(FeedAddressError, match="followed already, as Mine"):
        following.save(Feed(url="http://www.a.example"), by=None, now=NOW)


def test_it_asks_now_whoever_rests() -> None:
    make_feed(state=Feed.State.RETIRED, next_poll_at=NOW + timedelta(days=9))

    assert following.ask_now(Feed.objects.all(), by=None, now=NOW) == 1
    assert Feed.objects.due(NOW).count() == 1
    assert DBTaskResult.objects.count() == 1


def test_it_needs_the_right() -> None:
    person = make_staff("reader", "curation.view_feed")
    feed = make_feed()

    for deed in (
        lambda: follow(["https://a.example/"], by=person, now=NOW),
        lambda: following.save(feed, by=person, now=NOW),
        lambda: following.ask_now(Feed.objects.all(), by=person, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            deed()


@pytest.mark.parametrize(
    ("values", "word", "sentence"),
    [
        ({}, Health.WAITING, "Not asked yet."),
        ({"last_ok_at": NOW}, Health.FINE, "Fine."),
        (
            {"last_ok_at": NOW, "warning": "The XML is damaged."},
            Health.FLAWED,
            "Read, though not all is well: The XML is damaged.",
        ),
        (
            {
                "error_streak": 3,
                "failing_since": NOW - timedelta(days=3, hours=2),
                "last_error": "There is nothing at this address (404).",
            },
            Health.FAILING,
            "Failing for 3\xa0days: There is nothing at this address (404).",
        ),
        ({"state": "paused"}, Health.RESTING, "Paused."),
        (
            {
                "last_ok_at": NOW,
                "usual_gap": timedelta(days=3),
                "last_new_at": NOW - timedelta(days=40),
            },
            Health.SILENT,
            "Silent for 40 days; usually something new comes every 3 days.",
        ),
        (
            {
                "last_ok_at": NOW,
                "usual_gap": timedelta(hours=1),
                "last_new_at": NOW - timedelta(days=13),
            },
            Health.FINE,
            "Fine.",
        ),
        (
            {"last_ok_at": NOW, "moved_to": "https://x.example/"},
            Health.FLAWED,
            "It now leads to another feed, https://x.example/. Is that meant?",
        ),
        (
            {"state": "retired", "error_streak": 1, "last_error": "The feed is gone."},
            Health.RESTING,
            "Retired. The feed is gone.",
        ),
    ],
)
def test_it_says_how_a_feed_is(values: dict[str, object], word: Health, sentence: str) -> None:
    feed = make_feed(**values)

    assert (health(feed, NOW), diagnosis(feed, NOW)) == (word, sentence)
    assert with_health(Feed.objects.all(), NOW).get().health == word, "lists say the same"
