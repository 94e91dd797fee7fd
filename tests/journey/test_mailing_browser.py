"""A mailing's page in a real browser: it keeps up with the worker by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from delivery import mailings, sending
from delivery.models import Delivery, Mailing
from tests.delivery.makers import make_mailing, make_rendered
from tests.makers import make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_page(page: Page, site: str, mailing: Mailing) -> None:
    make_editor("ann")
    page.goto(f"{site}/admin/login/?next=/admin/delivery/mailing/{mailing.pk}/change/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    expect(page.locator("h1", has_text="Mailing of")).to_be_visible()


def test_the_figures_follow_and_the_page_ends_as_sent(page: Page, live_server: Any) -> None:
    mailing = make_mailing(readers=3)
    open_page(page, live_server.url, mailing)
    figures = page.locator("#mailing-live")
    expect(figures).to_contain_text("0 of 3 done")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("window.sameThing = true")
    first = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=first.pk).update(state="accepted")
    expect(figures).to_contain_text("1 of 3 done", timeout=15_000)
    assert page.evaluate("window.sameThing")
    sending.drain(timezone.now())
    expect(page.locator(".mailing-standing")).to_contain_text("Sent.", timeout=15_000)
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def test_the_countdown_counts(page: Page, live_server: Any) -> None:
    hour = timezone.now() + timedelta(seconds=90)
    mailing = mailings.start(make_rendered(mail_at=hour).issue_id)
    assert mailing is not None
    open_page(page, live_server.url, mailing)
    countdown = page.locator("[data-countdown]")
    expect(countdown).to_contain_text("second")
    before = countdown.inner_text()
    expect(countdown).not_to_have_text(before)
