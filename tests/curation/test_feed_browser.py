"""The feeds' list in a real browser: all of it in sight on a desktop."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from tests.makers import make_editor, make_feed, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_its_columns_fit_a_desktop_beside_the_sidebar(
    page: Page, live_server: Any, client: Client
) -> None:
    now, shelf = timezone.now(), make_section("Community and events")
    times = {"last_ok_at": now, "last_new_at": now - timedelta(days=90), "next_poll_at": now}
    error = "The server did not answer within 30 s. " * 3
    failing = {"error_streak": 9, "failing_since": now - timedelta(days=40), "last_error": error}
    for values in ({}, failing):
        make_feed(title="The blog of a consultancy with a long name", section=shelf, category="Old",
                  **times, **values)  # fmt: skip
    client.force_login(make_editor())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{live_server.url}/admin/curation/feed/")

    assert page.locator("#nav-sidebar").is_visible()
    table = page.locator("#changelist-form .results")
    hidden = table.evaluate("table => table.scrollWidth - table.clientWidth")
    assert hidden == 0, "pixels of the table out of sight"
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
