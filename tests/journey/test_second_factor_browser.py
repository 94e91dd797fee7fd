"""The second factor as a person meets it: set up with the phone, then logged in with both."""

from base64 import b32decode
from typing import Any

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from tests.axe import broken
from tests.makers import make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown_by_the_app(key: str) -> str:
    TOTPDevice.objects.update(last_t=-1)
    return f"{totp(b32decode(key)):06}"


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/queue/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.get_by_role("button", name="Log in").click()


def sound(page: Page) -> None:
    assert [*broken(page, "light"), *broken(page, "dark")] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_set_up_with_the_phone_and_asked_for_at_the_next_log_in(
    page: Page, live_server: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    make_editor("ann")
    log_in(page, live_server.url)

    page.goto(f"{live_server.url}/admin/password_change/")
    page.get_by_role("link", name="A second factor").click()
    page.get_by_role("button", name="Set it up").click()
    picture = page.get_by_alt_text("The key as a picture")
    assert picture.evaluate("image => image.naturalWidth") > 100
    sound(page)
    key = page.locator(".factor-key").inner_text()
    page.get_by_label("Code").fill(shown_by_the_app(key))
    page.get_by_label("Your password").fill("editor")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("The second factor is on.")).to_be_visible()
    sound(page)
    spare = page.locator(".factor-spare code").all_inner_texts()

    page.context.clear_cookies()
    log_in(page, live_server.url)
    page.get_by_label("Code").fill("nonsense")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("does not count")).to_be_visible()
    sound(page)
    page.get_by_label("Code").fill(shown_by_the_app(key))
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{live_server.url}/admin/queue/")

    page.goto(f"{live_server.url}/admin/second-factor/")
    StaticDevice.objects.update(throttling_failure_count=0)
    page.get_by_label("Code").fill(spare[0])
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_text("The second factor is off")).to_be_visible()
