"""Every screen of ours in the admin, looked at by axe: in light and dark, on a phone and a desk."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from tests.axe import broken
from tests.newsroom import make_newsroom

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = {"phone": 390, "desk": 1280}


@pytest.fixture(params=WIDTHS)
def window(page: Page, request: pytest.FixtureRequest) -> Page:
    page.set_viewport_size({"width": WIDTHS[request.param], "height": 800})
    return page


def log_in(page: Page, site: str, editor: Any) -> None:
    client = Client()
    client.force_login(editor)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])


def faults(page: Page, address: str) -> list[str]:
    """What axe finds in both schemes."""
    response = page.goto(address)
    assert response is not None
    assert response.status == 200, address
    return [*broken(page, "light"), *broken(page, "dark")]


@pytest.mark.parametrize("part", range(5))
def test_axe_finds_nothing_on_any_screen(window: Page, live_server: Any, part: int) -> None:
    editor, screens = make_newsroom()
    log_in(window, live_server.url, editor)

    said = {
        name: faults(window, live_server.url + path)
        for name, path in list(screens.items())[part::5]
    }

    assert {name: each for name, each in said.items() if each} == {}


def test_axe_would_find_something(window: Page, live_server: Any) -> None:
    editor, screens = make_newsroom()
    log_in(window, live_server.url, editor)
    window.goto(live_server.url + screens["week"])
    window.evaluate("document.querySelector('h1').style.color = 'rgba(128, 128, 128, 0.4)'")

    assert "color-contrast" in " ".join(broken(window, "light"))
