"""Every screen of ours in the admin, looked at by axe: in light and dark, on a phone and a desk."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

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
    return [*_axe(page, "light"), *_axe(page, "dark")]


def _axe(page: Page, scheme: Literal["light", "dark"]) -> Iterator[str]:
    page.emulate_media(color_scheme=scheme)
    # Links of the admin change their colour slowly.
    page.evaluate("document.getAnimations().forEach((one) => one.finish())")
    for one in Axe().run(page).response["violations"]:
        yield from (
            f"{scheme}, {one['id']}: {node['target']} {node['html'][:200]}" for node in one["nodes"]
        )


@pytest.mark.parametrize("part", range(4))
def test_axe_finds_nothing_on_any_screen(window: Page, live_server: Any, part: int) -> None:
    editor, screens = make_newsroom()
    log_in(window, live_server.url, editor)

    said = {
        name: faults(window, live_server.url + path)
        for name, path in list(screens.items())[part::4]
    }

    assert {name: each for name, each in said.items() if each} == {}
