"""The feeds' pages as somebody uses them who has a feed to add, or one that ails."""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from curation import polling
from curation.health import Health, health, summary, with_health
from curation.models import Feed
from curation.progress import LATE, Progress, progress
from publication.models import AuditEntry
from tests.makers import NOW, make_editor, make_feed, make_staff
from tests.web import Handler, Web, page

pytestmark = pytest.mark.django_db

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
RSS, ATOM = (FEEDS / "rss20.xml").read_bytes(), (FEEDS / "atom.xml").read_bytes()
LIST = "admin:curation_feed_changelist"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def add(client: Client, url: str, **values: str) -> str:
    entered = {"url": url, "title": "", "site_url": "", "category": "", "state": "active"}
    response = client.post(reverse("admin:curation_feed_add"), entered | values, follow=True)
    return response.content.decode()


@pytest.fixture
def site(web: Web) -> str:
    """A page that names two feeds."""
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in "ab")
    web.add("/a", RSS)
    web.add("/b", ATOM)
    return web.add("/", page(f"<html>{links}", "text/html", etag=""))


def test_it_finds_the_feed_of_a_site_and_says_so(admin: Client, web: Web) -> None:
    web.add("/feed", RSS)
    url = web.add("/", page("<html>Hi.", "text/html", etag=""))
    html = add(admin, url)

    feed = Feed.objects.get()
    assert (feed.url, feed.site_url) == (f"{web.base}/feed", url)
    assert f"What you entered is the page {url}; its feed is {feed.url}" in html
    assert AuditEntry.objects.get(verb="followed").detail == {"url": feed.url, "entered": url}


def test_it_lets_a_person_choose_among_several(admin: Client, web: Web, site: str) -> None:
    html = add(admin, site)

    assert "This page has 2 feeds: choose one of them below." in html
    assert "Werkbank (Atom 1.0, 2 entries)" in html
    assert not Feed.objects.exists()
    html = add(admin, site, pick=f"{web.base}/b")
    feed = Feed.objects.get()
    assert (feed.url, feed.site_url) == (f"{web.base}/b", site)


def test_it_offers_what_the_poller_found(admin: Client, web: Web, site: str) -> None:
    feed = make_feed(url=site)
    polling.poll([feed], timezone.now())
    url = reverse("admin:curation_feed_change", args=[feed.pk])
    assert "The Quiet Query (RSS 2.0, 2 entries)" in admin.get(url).content.decode()
    admin.post(url, {"url": site, "pick": f"{web.base}/a", "state": "active"})

    feed.refresh_from_db()
    assert (feed.url, feed.candidates, feed.site_url) == (f"{web.base}/a", [], site)


def test_it_says_what_was_looked_for_where_it_was_typed(admin: Client, web: Web) -> None:
    html = add(admin, web.add("/", page("<html>Hi.", "text/html", etag="")))

    assert "No feed was found from it: it names none, and there is none at /feed, /rss," in html
    assert not Feed.objects.exists()


def test_it_follows_a_server_that_is_away_and_says_so(admin: Client, web: Web) -> None:
    html = add(admin, web.add("/feed", page("", status=503, etag="")))

    assert "It did not answer with a feed just now: The server is not available" in html
    assert Feed.objects.count() == 1


def test_it_follows_no_feed_twice_by_its_page(admin: Client, web: Web) -> None:
    make_feed(url=f"{web.base}/feed", title="Mine")
    web.add("/feed", RSS)

    assert "followed already, as Mine" in add(
        admin, web.add("/", page("<html>Hi.", "text/html", etag=""))
    )


def test_it_does_not_ask_a_feed_because_its_title_was_edited(admin: Client, web: Web) -> None:
    feed = make_feed(url=web.add("/feed", RSS), last_ok_at=NOW)
    url = reverse("admin:curation_feed_change", args=[feed.pk])
    admin.post(url, {"url": feed.url, "title": "New", "state": "active"})

    assert Feed.objects.get().title == "New"
    assert web.asked == []


def test_a_person_may_retire_a_failing_feed_without_being_told_of_it(admin: Client) -> None:
    feed = make_feed(error_streak=9, failing_since=NOW, last_ok_at=NOW)
    url = reverse("admin:curation_feed_change", args=[feed.pk])
    admin.post(url, {"url": feed.url, "title": "x", "state": "retired"})

    feed.refresh_from_db()
    assert (feed.state, feed.error_streak) == ("retired", 0)


def test_it_polls_one_feed_by_a_button(admin: Client) -> None:
    feed = make_feed(state=Feed.State.PAUSED, next_poll_at=NOW + 900 * DAY)
    url = reverse("admin:curation_feed_ask", args=[feed.pk])

    assert admin.get(url).status_code == 405
    assert (
        "The worker asks it as soon as it is free." in admin.post(url, follow=True).content.decode()
    )
    assert Feed.objects.due(timezone.now()).get() == feed
    assert DBTaskResult.objects.count() == 1


def test_who_may_only_look_sees_the_health_and_no_button(client: Client) -> None:
    client.force_login(make_staff("reader", "curation.view_feed"))
    feed = make_feed(error_streak=3, failing_since=NOW, last_error="It is <gone>.")
    html = client.get(reverse("admin:curation_feed_change", args=[feed.pk])).content.decode()

    assert "It is &lt;gone&gt;." in html
    assert "3 times running, the first" in html
    assert "Poll now" not in html
    for name in ("ask", "held"):
        url = reverse(f"admin:curation_feed_{name}", args=[feed.pk])
        assert client.post(url).status_code == 403
    assert client.get(reverse("admin:curation_feed_progress")).status_code == 200


def every_health(now: datetime) -> dict[Health, Feed]:
    spoke = {"last_ok_at": now, "usual_gap": DAY, "last_new_at": now}
    return {
        Health.FAILING: make_feed(**spoke, error_streak=1),
        Health.SILENT: make_feed(**{**spoke, "last_new_at": now - 40 * DAY}, warning="Torn."),
        Health.FLAWED: make_feed(**spoke, warning="Torn."),
        Health.WAITING: make_feed(),
        Health.FINE: make_feed(**spoke),
        Health.RESTING: make_feed(**spoke, state="paused", error_streak=2),
    }


def test_it_sums_up_how_the_feeds_are(admin: Client) -> None:
    now = timezone.now()
    feeds = every_health(now)
    make_feed(last_ok_at=now, moved_to="https://x.example/")

    assert summary(now) == dict.fromkeys(Health, 1) | {Health.FLAWED: 2}
    for word, feed in feeds.items():
        assert with_health(Feed.objects.all(), now).get(pk=feed.pk).health == word
        assert health(feed, now) == word, "one feed says the same as the list"
        html = admin.get(reverse(LIST), {"health": word}).content.decode()
        listed = html.partition('id="result_list"')[2]
        assert f">{feed}<" in listed
        assert listed.count("action-checkbox") - 1 == summary(now)[word]
    html = admin.get(reverse(LIST)).content.decode()
    assert '<a href="?health=silent" class="feed-health silent"><b>1</b> silent</a>' in html


def test_rows_tell_how_far_a_poll_is(web: Web) -> None:
    """One of three answers only when it has been looked at."""
    looked, seen = Event(), []

    def waiting(handler: Handler) -> None:
        looked.wait(5)
        page(RSS)(handler)

    def look(*counts: int) -> None:
        seen.append(progress(NOW))
        looked.set()

    urls = [web.add("/0", RSS), web.add("/1", RSS), web.add("/2", waiting)]
    make_feed(next_poll_at=NOW)
    polling.poll([Feed.objects.create(url=url) for url in urls], NOW, look)

    assert seen[0] in {Progress(1, 3, waiting=1), Progress(2, 3, waiting=1)}
    assert seen[-1] == Progress(0, 0, waiting=1), "the feed that is due"


def test_a_poll_that_was_killed_is_not_watched_for_ever() -> None:
    make_feed(asked_at=NOW, next_poll_at=NOW + DAY)

    assert progress(NOW + timedelta(minutes=9)) == Progress(0, 1)
    assert not progress(NOW + timedelta(minutes=10)).is_busy


def test_it_says_when_nobody_asks(admin: Client) -> None:
    make_feed(next_poll_at=NOW)
    assert not progress(NOW + LATE).is_late
    assert progress(NOW + LATE + timedelta(seconds=1)).is_late

    url = reverse("admin:curation_feed_progress")
    assert "nobody asks. Is the worker running?" in admin.get(url).content.decode()
    Feed.objects.update(next_poll_at=timezone.now() + DAY)
    assert "All feeds that were due have been asked." in admin.get(url).content.decode()
    assert (
        "asked" not in admin.get(reverse(LIST)).content.decode().partition("</progress>")[0][-500:]
    )
