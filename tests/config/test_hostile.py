"""What strangers bring, tried at the doors they have: scripts, line breaks, formulas, addresses."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from audience.models import Subscriber
from curation import polling
from curation.models import Entry, Feed, Link, Submission
from digest.approval import approve
from digest.assembly import draft
from digest.pictures import PictureError, written_anew
from digest.publishing import publish
from publication.masthead import current
from tests.makers import make_editor, make_feed, make_link, make_section
from tests.web import Web
from toolbox import mailbox

pytestmark = pytest.mark.django_db
SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)>"><svg/onload=alert(3)>'
ALIVE = ("<script>alert", "<img src=x onerror", "<svg/onload", "javascript:alert")
FEED = """<rss version="2.0"><channel><title>{evil}</title><link>javascript:alert(4)</link>
<description>d</description><item><title>{evil}</title><link>https://example.org/a</link>
<guid>a</guid><author>{evil}</author><category>{evil}</category>
<description>{evil}&lt;a href="javascript:alert(5)"&gt;x&lt;/a&gt;</description></item>
<item><title>second</title><link>javascript:alert(6)</link><guid>b</guid></item></channel></rss>"""


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def harmless(page: bytes, where: str) -> None:
    words = page.decode()
    for living in ALIVE:
        assert living not in words, (where, living)


@pytest.fixture
def owner(client: Client) -> None:
    client.force_login(make_editor())


@pytest.fixture
def evil_feed(web: Web) -> Feed:
    url = web.add("/feed.xml", FEED.format(evil=escaped(SCRIPT)))
    polling.poll(Feed.objects.filter(pk=make_feed(url=url).pk), timezone.now())
    assert Entry.objects.exists()
    return Feed.objects.get()


def test_a_feed_runs_nothing_wherever_it_is_shown(
    client: Client, owner: None, evil_feed: Feed
) -> None:
    link, entry = Link.objects.filter(url="https://example.org/a").get(), Entry.objects.first()
    for path in (
        "/admin/", "/admin/queue/", f"/admin/queue/{link.pk}/", "/admin/queue/?q=script",
        "/admin/curation/feed/", f"/admin/curation/feed/{evil_feed.pk}/change/",
        "/admin/curation/link/", "/admin/curation/entry/",
        f"/admin/curation/entry/{entry.pk}/change/",  # type: ignore[union-attr]
        "/planet/", "/feeds/planet.atom", "/planet.opml", "/search/?q=script",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        harmless(answer.content, path)


def test_an_issue_of_a_hostile_link_runs_nothing(client: Client, owner: None) -> None:
    section = make_section("Articles")
    link = make_link(title=SCRIPT, blurb=SCRIPT, source_label=SCRIPT[:100], section=section)
    Link.objects.filter(pk=link.pk).update(state=Link.State.SHORTLISTED)
    issue = draft(by=None, now=timezone.now())
    issue.title = SCRIPT[:200]
    issue.save()
    desk = client.get(f"/admin/digest/issue/{issue.pk}/change/")
    harmless(desk.content, "desk")
    for part in ("email", "web", "text"):
        page = client.get(f"/admin/digest/issue/{issue.pk}/preview/?output={part}")
        harmless(page.content, part)
    approve(issue, by=None)
    publish(issue, by=None, now=timezone.now(), mail_at=None)
    for path in ("/", "/issues/", f"/issues/{issue.number}/", "/feeds/issues.rss",
                 "/feeds/issues.atom", "/sections/articles/"):  # fmt: skip
        harmless(client.get(path).content, path)


@pytest.mark.parametrize("path", ["/search/?q=", "/admin/queue/?q=", "/admin/curation/link/?q="])
def test_what_is_searched_for_comes_back_as_text(client: Client, owner: None, path: str) -> None:
    harmless(client.get(path + "%3Cscript%3Ealert(1)%3C/script%3E").content, path)


def test_the_masthead_may_say_anything(client: Client, owner: None) -> None:
    own = current()
    own.name, own.tagline, own.about = SCRIPT[:100], SCRIPT, SCRIPT
    own.save()
    for path in ("/", "/about/", "/subscribe/", "/admin/", "/icon.svg", "/feeds/issues.atom",
                 "/admin/setup/branding/", "/manifest.webmanifest"):  # fmt: skip
        if path == "/manifest.webmanifest":
            assert client.get(path)["Content-Type"].startswith("application/manifest+json")
        else:
            harmless(client.get(path).content, path)


BREAKS = ["ada@example.com\nBcc: eve@example.com", "ada@example.com\r\nX: y", "a\0@example.com"]


@pytest.mark.parametrize("address", BREAKS)
def test_a_line_break_in_an_address_reaches_no_header(client: Client, address: str) -> None:
    client.post("/subscribe/", {"email": address})
    for reader in Subscriber.objects.all():
        assert reader.email.isprintable()
        assert "eve" not in reader.email


def test_a_line_break_in_the_masthead_reaches_no_header(
    client: Client, owner: None, settings: LazySettings
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "toolbox.mailbox.EmailBackend"}}
    typed: dict[str, Any] = {
        "sender_name": "Lantern\r\nBcc: eve@example.com",
        "sender_email": "desk@example.org",
        "reply_to": "",
        "postal_address": "1 Harbour Lane",
        "test": "1",
    }
    page = client.post("/admin/setup/sender/", typed).content.decode()
    assert "on one line" in page
    assert mailbox.names() == []
    assert "\n" not in current().sender_name


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest/", "http://127.0.0.1:1/", "http://[::1]/", "http://0/",
     "http://localhost/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://2130706433/"],
)  # fmt: skip
def test_no_door_fetches_from_inside(
    client: Client, owner: None, settings: LazySettings, address: str
) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    client.post("/admin/setup/feeds/", {"addresses": address})
    polling.poll(Feed.objects.all(), timezone.now())
    for feed in Feed.objects.all():
        assert feed.last_ok_at is None
        assert feed.last_error
    page = client.get("/admin/curation/feed/add/", {"url": address})
    assert page.status_code == 200


HOSTILE_FILES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html named png": b"<html><script>alert(1)</script></html>",
    "polyglot": b"GIF89a/*<svg onload=alert(1)>*/",
    "empty": b"",
    "truncated png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}


@pytest.mark.parametrize("kind", HOSTILE_FILES)
def test_a_file_that_is_no_picture_is_refused(kind: str) -> None:
    file = SimpleUploadedFile("x.png", HOSTILE_FILES[kind], content_type="image/png")
    with pytest.raises(PictureError):
        written_anew(file)


@pytest.mark.parametrize(
    "file", [b"", b"no list", b"\x00" * 100, b"<!DOCTYPE x [<!ENTITY a 'b'>]>"]
)
def test_a_list_that_is_none_is_refused_in_words(client: Client, owner: None, file: bytes) -> None:
    sent = {"file": SimpleUploadedFile("feeds.opml", file)}
    for door in ("/admin/setup/feeds/", "/admin/curation/feed/import/"):
        answer = client.post(door, sent)
        assert answer.status_code == 200, door
        assert not Feed.objects.exists()


def test_a_reader_brings_no_script_either(client: Client, owner: None) -> None:
    client.post("/submit/", {"url": "javascript:alert(1)", "title": SCRIPT, "note": SCRIPT})
    assert not Submission.objects.exists()
    assert not Link.objects.exists()
