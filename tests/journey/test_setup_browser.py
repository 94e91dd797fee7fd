"""The first run in a real browser: from an empty database to the first issue in a reader's box."""

import re
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.urls import include, path
from django.utils import timezone
from playwright.sync_api import Page, expect

from audience.models import Subscriber
from config import urls
from curation import polling
from curation.models import Feed, Link
from digest.models import Issue
from tests.tasks import work_off
from tests.web import Web
from toolbox import mailbox

pytestmark = [
    pytest.mark.browser,
    # The starter shelves come with a migration, and other tests flush them away.
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]
urlpatterns = [*urls.urlpatterns, path("mailbox/", include("config.mailbox_urls"))]
PASSWORD = "nine-lives-of-a-desk"
FEED = """<rss version="2.0"><channel><title>Harbour notes</title><link>https://example.org/</link>
<description>d</description><item><title>Lamps that last</title>
<link>https://example.org/lamps</link><guid>https://example.org/lamps</guid>
<description>On lamps.</description></item></channel></rss>"""


def claim(page: Page) -> None:
    said = StringIO()
    call_command("setup", stdout=said)
    address = re.search(r"http\S+", said.getvalue())
    assert address
    page.goto(address[0])
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Email").fill("olga@example.org")
    page.get_by_label("Password:", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()


def heading(page: Page, words: str) -> None:
    expect(page.locator("#content h1")).to_have_text(words)


def publication_and_look(page: Page) -> None:
    heading(page, "Publication")
    page.get_by_label("Name").fill("The Lantern")
    page.get_by_role("button", name="Save and go on").click()
    heading(page, "Branding")
    page.get_by_label("Accent").fill("#7a1f3d")
    sample = page.locator(".setup-sample-name")
    expect(sample).to_have_css("color", "rgb(122, 31, 61)")
    page.get_by_role("button", name="Save and go on").click()


def one_shelf(page: Page) -> None:
    heading(page, "Sections")
    page.locator("#id_form-0-title").fill("Reading")
    page.locator("#id_form-0-position").fill("1")
    page.get_by_role("button", name="Save and go on").click()


def sender(page: Page) -> None:
    heading(page, "Sender")
    page.get_by_label("Sender name").fill("The Lantern")
    page.get_by_label("Sender email").fill("desk@example.org")
    page.get_by_label("Postal address").fill("1 Harbour Lane, Porto")
    page.get_by_role("button", name="send a test mail").click()
    expect(page.locator(".messagelist .success")).to_contain_text("olga@example.org")
    page.get_by_role("button", name="Save and go on").click()


def feeds_and_people(page: Page, feed: str) -> None:
    heading(page, "Feeds")
    page.get_by_label("Addresses").fill(feed)
    page.get_by_role("button", name="Follow and go on").click()
    heading(page, "People")
    page.get_by_label("Username").fill("ed")
    page.get_by_label("Email").fill("ed@example.org")
    page.get_by_role("button", name="Invite").click()
    expect(page.locator(".setup-people")).to_contain_text("ed")
    page.get_by_role("link", name="To the desk").click()


def first_issue(page: Page, site: str) -> None:
    page.get_by_role("link", name="To triage 1").click()
    expect(page.locator("#queue[data-live]")).to_be_attached()
    page.keyboard.press("1")
    expect(page.locator(".queue-row")).to_have_count(0)
    for _ in range(100):
        if Link.objects.unplaced().count() == 1:
            break
        page.wait_for_timeout(50)
    page.goto(f"{site}/admin/digest/issue/")
    page.get_by_role("button", name="New draft").click()
    page.get_by_label("Title", exact=False).first.fill("Lamps")
    page.get_by_role("button", name="Save and preview").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Publish…").click()
    page.get_by_label("as soon as it is out").check()
    page.get_by_label("To mail it, type 1").fill("1")
    page.get_by_role("button", name="Publish #1").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_from_an_empty_database_to_a_first_issue(
    page: Page, live_server: Any, settings: LazySettings, web: Web
) -> None:
    settings.SITE_URL = live_server.url
    settings.MAILERS = {"default": {"BACKEND": "toolbox.mailbox.EmailBackend"}}
    feed = web.add("/feed.xml", FEED)
    claim(page)
    publication_and_look(page)
    one_shelf(page)
    sender(page)
    feeds_and_people(page, feed)
    polling.poll(Feed.objects.all(), timezone.now())
    Subscriber.objects.create(
        email="ada@example.com",
        address_key="ada",
        state=Subscriber.State.ACTIVE,
        confirmed_at=timezone.now(),
    )
    page.goto(f"{live_server.url}/admin/")
    heading(page, "The week")
    first_issue(page, live_server.url)
    assert Issue.objects.get().state == Issue.State.PUBLISHED
    work_off()
    letter = next(
        letter for letter in map(mailbox.read, mailbox.names()) if letter.to == "ada@example.com"
    )
    assert "Lamps that last" in (letter.text or "")
    assert "1 Harbour Lane, Porto" in (letter.text or "")
