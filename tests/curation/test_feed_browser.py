"""The feeds' list in a real browser: all of it in sight on a desktop."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from curation.models import Feed
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


def test_it_shows_how_far_a_poll_is_and_then_its_answers(
    page: Page, live_server: Any, client: Client
) -> None:
    now = timezone.now()
    for n in range(4):
        make_feed(
            title=f"Blog {n}",
            asked_at=now,
            last_poll_at=now if n else None,
            next_poll_at=now + timedelta(days=1),
        )
    client.force_login(make_editor())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/admin/curation/feed/")
    status = page.get_by_role("status")
    expect(status).to_contain_text("Asking 4 feeds: 3 done.")
    expect(page.locator("#result_list")).to_contain_text("Not asked yet.")

    Feed.objects.update(last_poll_at=now, last_ok_at=now)
    expect(page.locator("#result_list")).not_to_contain_text("Not asked yet.", timeout=15_000)
    expect(status).to_be_hidden()
