"""A subscriber's way in a real browser: in, choose, move, out; with JavaScript and without."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from audience.models import SignUp, Subscriber
from outbox import running
from publication.models import Section
from tests.makers import make_section
from toolbox import robots

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def visitor(
    browser: Browser, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Page, bool]]:
    """Somebody on a phone; the form's clock does not make the test wait."""
    monkeypatch.setattr(robots, "FASTEST", timedelta(0))
    has_script: bool = request.param
    context = browser.new_context(
        java_script_enabled=has_script, viewport={"width": 360, "height": 740}
    )
    yield context.new_page(), has_script
    context.close()


def letter(to: str) -> str:
    """The text of the last mail to this address, once the outbox has done its work."""
    while running.run_due(timezone.now()):
        pass
    message: Any = [it for it in mail.outbox if it.to == [to]][-1].message()
    text: str = message.get_body(("plain",)).get_content()
    return text


def link(to: str, page: str, site: str) -> str:
    """The address of ours in that mail, on the test's own server."""
    found = re.search(rf"https?://[^/\s]+(/{page}/\S+)", letter(to))
    assert found, letter(to)
    return f"{site}{found[1]}"


def sign_up(page: Page, site: str, address: str) -> None:
    page.goto(f"{site}/subscribe/")
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible(timeout=30_000)


def confirm(page: Page, site: str, address: str) -> None:
    page.goto(link(address, "confirm", site))
    page.get_by_role("button", name="Confirm my subscription").click()
    expect(page.get_by_role("heading", name="Thank you, you are in")).to_be_visible()


def test_in_choose_and_out(visitor: tuple[Page, bool], live_server: Any) -> None:
    page, has_script = visitor
    Section.objects.all().delete()
    make_section("News")
    make_section("Jobs")
    site = live_server.url
    sign_up(page, site, "ada@example.com")
    assert SignUp.objects.get().proven is has_script
    confirm(page, site, "ada@example.com")

    ada = Subscriber.objects.get()
    page.goto(f"{site}/preferences/{ada.token}/")
    expect(page.get_by_label("News")).to_be_checked()
    page.get_by_label("Jobs").uncheck()
    until = timezone.now().date() + timedelta(days=20)
    page.get_by_label("Pause until").fill(until.isoformat())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved. Nothing comes before")
    expect(page.get_by_label("Jobs")).not_to_be_checked()
    ada.refresh_from_db()
    assert [it.title for it in ada.sections.all()] == ["News"]
    assert ada.paused_until == until

    page.get_by_label("News").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Tick at least one section")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth") if has_script else 360
    assert width == 360

    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="Done, you are out")).to_be_visible()
    ada.refresh_from_db()
    assert ada.state == Subscriber.State.UNSUBSCRIBED


def test_move_and_be_erased_by_links_that_are_mailed(
    visitor: tuple[Page, bool], live_server: Any
) -> None:
    page, _ = visitor
    site = live_server.url
    sign_up(page, site, "ada@example.com")
    confirm(page, site, "ada@example.com")
    ada = Subscriber.objects.get()

    page.goto(f"{site}/preferences/{ada.token}/")
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    page.goto(link("ada@example.com", "account", site))
    page.get_by_label("Your new address").fill("ada@new.example")
    page.get_by_role("button", name="Ask the new address").click()
    expect(page.get_by_role("heading", name="Check your other inbox")).to_be_visible()
    page.goto(link("ada@new.example", "account", site))
    page.get_by_role("button", name="Move it here").click()
    expect(page.get_by_role("heading", name="Done, you have moved")).to_be_visible()
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"

    Subscriber.objects.update(account_asked_at=None)
    page.goto(f"{site}/preferences/{ada.token}/")
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    page.goto(link("ada@new.example", "account", site))
    page.get_by_role("link", name="Erase everything about me").click()
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_role("heading", name="Done, you are erased")).to_be_visible()
    assert not Subscriber.objects.exists()
