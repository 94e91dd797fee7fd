"""The masthead with its mail beside it, in a real browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from digest.models import LinkBlock
from publication.masthead import current
from tests.digest.issues import add, add_section, make_issue
from tests.makers import make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_mail_follows_what_is_typed(page: Page, live_server: LiveServer) -> None:
    make_editor("ann")
    issue = make_issue(7)
    add(LinkBlock, add_section(issue, "News"), title="A story", url="https://example.com/")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/admin/login/?next=/admin/publication/publication/1/change/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    mail = page.frame_locator("#branding-preview iframe")
    expect(mail.get_by_role("link", name="A story")).to_be_visible()

    page.get_by_label("Name:", exact=True).fill("Another Name")
    page.get_by_label("Accent:").fill("#7a1f5c")

    expect(mail.get_by_text("Another Name").first).to_be_visible()
    expect(mail.get_by_role("link", name="A story")).to_have_css("color", "rgb(122, 31, 92)")
    page.get_by_label("Sender email:").fill("nobody")
    expect(page.get_by_role("status")).to_contain_text("Sender email:")
    assert complaints == []
    assert current().name != "Another Name"
