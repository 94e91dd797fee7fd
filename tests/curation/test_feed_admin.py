"""The feeds' admin: health to read, lists in and out, polls by hand."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from curation.models import Feed, Link
from publication.masthead import current
from tests.makers import NOW, make_editor, make_entry, make_feed, make_link, make_staff

pytestmark = pytest.mark.django_db

LIST = (Path(__file__).parents[1] / "data" / "feeds" / "list.opml").read_bytes()
FEEDS = "admin:curation_feed_changelist"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def upload(client: Client, data: bytes, **values: object) -> str:
    file = SimpleUploadedFile("list.opml", data)
    url = reverse("admin:curation_feed_import")
    response = client.post(url, {"file": file, **values}, follow=True)
    return response.content.decode()


def test_it_shows_the_health_of_each_feed(admin: Client) -> None:
    make_feed(
        title="Broken",
        error_streak=2,
        failing_since=timezone.now() - timedelta(days=3),
        last_error="There is nothing at <this> address (404).",
    )
    make_feed(title="Well", last_ok_at=NOW)
    html = admin.get(reverse(FEEDS)).content.decode()

    assert "Failing for 3\xa0days: There is nothing at &lt;this&gt; address (404)." in html
    assert 'class="feed-health fine">Fine.' in html
    assert "Well" not in admin.get(reverse(FEEDS), {"health": "failing"}).content.decode()


def test_it_asks_few_questions_however_many_feeds(
    admin: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(30):
        make_feed()
    # The first page of a new install makes its row.
    current()
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        admin.get(reverse(FEEDS))


def test_it_adds_a_feed(admin: Client) -> None:
    values = {
        "url": "blog.example/feed",
        "title": "",
        "site_url": "",
        "category": "",
        "state": "active",
    }
    admin.post(reverse("admin:curation_feed_add"), values)

    feed = Feed.objects.get()
    assert feed.url == "https://blog.example/feed"
    assert feed.next_poll_at
    assert DBTaskResult.objects.count() == 1, "the worker is woken"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://blog.example/", "Only http and https addresses are fetched."),
        ("http://www.known.example/feed", "This feed is followed already, as Known."),
    ],
)
def test_it_says_what_is_wrong_where_it_was_typed(admin: Client, url: str, reason: str) -> None:
    make_feed(url="https://known.example/feed/", title="Known")
    response = admin.post(reverse("admin:curation_feed_add"), {"url": url, "state": "active"})

    assert reason in response.content.decode()
    assert Feed.objects.count() == 1


def test_it_changes_what_a_person_may_change(admin: Client) -> None:
    feed = make_feed(url="https://blog.example/", last_ok_at=NOW, etag='"1"')
    url = reverse("admin:curation_feed_change", args=[feed.pk])
    assert "Health" in admin.get(url).content.decode()
    admin.post(url, {"url": feed.url, "title": "New name", "state": "paused"})

    feed.refresh_from_db()
    assert (feed.title, feed.state, feed.etag) == ("New name", "paused", '"1"')


def test_it_polls_now(admin: Client) -> None:
    feed = make_feed(state=Feed.State.RETIRED)
    admin.post(reverse(FEEDS), {"action": "ask_now", "_selected_action": [feed.pk]})

    assert Feed.objects.due(timezone.now()).get() == feed
    assert DBTaskResult.objects.count() == 1


def test_it_imports_a_list(admin: Client) -> None:
    assert "Import a list" in admin.get(reverse(FEEDS)).content.decode()
    html = upload(admin, LIST)

    assert "4 feeds added, 1 known already, 2 refused." in html
    assert "Not added: javascript:alert(1): Only http and https addresses are fetched." in html
    assert "secret" not in html
    assert Feed.objects.count() == 4


def test_it_says_why_a_list_was_not_imported(admin: Client) -> None:
    assert "This is not an OPML file." in upload(admin, b"<html></html>")
    assert "larger than 5 MB" in upload(admin, b" " * 5_000_001)
    assert not Feed.objects.exists()


def test_it_exports_the_list(admin: Client) -> None:
    make_feed(url="https://blog.example/feed")
    response = admin.get(reverse("admin:curation_feed_export"))

    assert response.headers["Content-Disposition"] == 'attachment; filename="feeds.opml"'
    assert 'xmlUrl="https://blog.example/feed"' in response.content.decode()


def test_who_may_only_look_changes_nothing(client: Client) -> None:
    client.force_login(make_staff("reader", "curation.view_feed"))
    feed = make_feed(title="Blog", state=Feed.State.PAUSED)

    html = client.get(reverse(FEEDS)).content.decode()
    assert "Blog" in html
    assert "Import a list" not in html
    assert client.get(reverse("admin:curation_feed_import")).status_code == 403
    client.post(reverse(FEEDS), {"action": "ask_now", "_selected_action": [feed.pk]})
    feed.refresh_from_db()
    assert feed.state == Feed.State.PAUSED


def test_strangers_see_nothing(client: Client) -> None:
    for name in ("import", "export", "changelist"):
        assert client.get(reverse(f"admin:curation_feed_{name}")).status_code == 302


def test_entries_and_links_are_to_look_up(admin: Client) -> None:
    link = make_link(title="A story")
    entry = make_entry(make_feed(), link)

    for row in (link, entry):
        name = f"admin:curation_{row._meta.model_name}"
        listed = admin.get(reverse(f"{name}_changelist"), {"q": "story"})
        assert "A story" in listed.content.decode()
        assert "A story" in admin.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
        assert admin.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
    assert Link.objects.get().title == "A story"
