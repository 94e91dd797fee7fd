"""Correcting what is out, in a real browser: the words in the editor, the note, the erratum."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from digest.models import LinkBlock
from tests.digest.desks import make_desk
from tests.digest.issues import make_published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "The deadline was wrong: it is 3 December."


def test_an_editor_corrects_an_item_and_the_next_issue_tells_it(
    page: Page, live_server: Any
) -> None:
    make_published(3, "Call until 3 Movember")
    LinkBlock.objects.update(blurb="<p>Send it by 3 <b>Movember</b>.</p>")
    desk = make_desk("A story")
    cookie = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/admin/digest/issue/")
    page.get_by_role("link", name="3", exact=True).click()
    page.goto(page.url.replace("change", "preview"))

    page.get_by_role("button", name="Correct…").click()
    page.get_by_role("link", name="Correct Call until 3 Movember").click()
    page.get_by_label("Title").fill("Call until 3 December")
    blurb = page.locator(".ProseMirror")
    expect(blurb).to_contain_text("Movember")
    blurb.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Send it by 3 December.")
    page.get_by_label("What was wrong").fill(NOTE)
    page.get_by_role("button", name="Correct it now").click()
    expect(page.get_by_text("The mail is as it went")).to_be_visible()

    page.goto(f"{live_server.url}/issues/3/")
    expect(page.locator(".correction")).to_contain_text(NOTE)
    expect(page.get_by_text("Send it by 3 December.")).to_be_visible()
    page.goto(live_server.url + desk.url)
    page.get_by_role("button", name="Tell it in this issue").click()
    expect(page.get_by_text("now stands in this issue")).to_be_visible()
    expect(page.get_by_role("button", name="Tell it in this issue")).to_have_count(0)
