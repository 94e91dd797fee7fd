"""An editor's week by hand, in a real browser: from the log-in to the mail in a reader's box."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.urls import include, path
from django.utils import timezone
from playwright.sync_api import Page, expect

from audience.models import Subscriber
from config import urls
from curation.models import Link
from delivery.models import Delivery
from digest.models import Issue
from publication.models import Section
from tests.makers import make_editor, make_link, make_section
from tests.tasks import work_off

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]
# Tests may run with DEBUG off, where the site has no mailbox.
urlpatterns = [*urls.urlpatterns, path("mailbox/", include("config.mailbox_urls"))]
TITLES = ["Smaller migrations", "Faster admin lists", "Calmer deployments"]


@pytest.fixture
def week(settings: LazySettings) -> None:
    """Three links wait, one shelf is there for them, one reader has confirmed."""
    settings.MAILERS = {"default": {"BACKEND": "toolbox.mailbox.EmailBackend"}}
    Section.objects.all().delete()
    shelf = make_section("Articles", position=1)
    make_editor("ann")
    for age, title in enumerate(TITLES):
        seen = timezone.now() - timedelta(hours=age)
        make_link(title=title, published_at=seen, section=shelf, blurb=f"About: {title}.")
    Subscriber.objects.create(
        email="ada@example.com",
        address_key="ada",
        state=Subscriber.State.ACTIVE,
        confirmed_at=timezone.now(),
    )


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/?next=/admin/queue/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    expect(page.locator("#queue[data-live]")).to_be_attached()


def shortlist_three(page: Page) -> None:
    for left in (2, 1, 0):
        page.keyboard.press("1")
        expect(page.locator(".queue-row")).to_have_count(left)
    for _ in range(100):
        if Link.objects.unplaced().count() == len(TITLES):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the shortlist did not reach the server")


def draft_and_edit(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/digest/issue/")
    page.get_by_role("button", name="New draft").click()
    blurb = page.locator(".order-machine .has_original .ProseMirror").first
    expect(blurb).to_have_text(f"About: {TITLES[0]}.")
    blurb.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Said better by an editor.")
    page.get_by_role("button", name="Save and preview").click()


def preview_and_publish(page: Page) -> None:
    mail = page.frame_locator("iframe.wide")
    expect(mail.get_by_text("Said better by an editor.")).to_be_visible()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator(".preview-text")).to_contain_text("Said better by an editor.")
    page.get_by_role("link", name="Web page").click()
    web = page.frame_locator("iframe.page")
    expect(web.get_by_text("Said better by an editor.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Publish…").click()
    page.get_by_label("as soon as it is out").check()
    page.get_by_role("button", name="Publish #1").click()
    # The count of its readers is asked for, and nothing has gone out before it is given.
    expect(page.locator(".errorlist")).to_have_text("Type 1: so many people get it.")
    assert not Issue.objects.published().exists()
    page.get_by_label("To mail it, type 1").fill("1")
    page.get_by_role("button", name="Publish #1").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_an_editor_takes_three_links_to_the_readers(
    page: Page, live_server: Any, settings: LazySettings, week: None
) -> None:
    settings.SITE_URL = live_server.url
    log_in(page, live_server.url)
    shortlist_three(page)
    draft_and_edit(page, live_server.url)
    preview_and_publish(page)
    assert Issue.objects.get().state == Issue.State.PUBLISHED

    page.goto(live_server.url)
    page.get_by_role("link", name="Read issue 1").click()
    expect(page.get_by_text("Said better by an editor.")).to_be_visible()
    for title in TITLES:
        expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()

    work_off()
    assert list(Delivery.objects.values_list("state", flat=True)) == ["accepted"]
    page.goto(f"{live_server.url}/mailbox/")
    # Anywhere in its row, as a hand would.
    row = page.get_by_text("ada@example.com").bounding_box()
    assert row
    page.mouse.click(row["x"] + 5, row["y"] + 5)
    letter = page.frame_locator(".mailbox-frame")
    expect(letter.get_by_text("Said better by an editor.")).to_be_visible()
    unsubscribe = letter.get_by_role("link", name="Unsubscribe")
    assert f"/unsubscribe/{Subscriber.objects.get().token}/" in str(
        unsubscribe.get_attribute("href")
    )
