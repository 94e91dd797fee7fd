"""Every kind of public page, looked at by axe: in light and dark, on a phone and on a desk."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.site import BARE, make_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = {"phone": 360, "desk": 1280}


@pytest.fixture(params=WIDTHS)
def window(page: Page, request: pytest.FixtureRequest) -> Page:
    page.set_viewport_size({"width": WIDTHS[request.param], "height": 800})
    return page


def faults(page: Page, address: str) -> list[str]:
    """What axe finds in both schemes, and whether the page is wider than its window."""
    page.goto(address)
    said = [*_axe(page, "light"), *_axe(page, "dark")]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append("wider than the window")
    return said


def _axe(page: Page, scheme: Literal["light", "dark"]) -> Iterator[str]:
    page.emulate_media(color_scheme=scheme)
    for one in Axe().run(page).response["violations"]:
        yield from (f"{scheme}, {one['id']}: {node['target']}" for node in one["nodes"])


@pytest.mark.parametrize("third", [0, 1, 2])
def test_axe_finds_nothing_on_any_page(window: Page, live_server: Any, third: int) -> None:
    pages = list(make_site().items())[third::3]

    said = {name: faults(window, live_server.url + path) for name, path in pages}

    assert {name: each for name, each in said.items() if each} == {}


def test_axe_finds_nothing_before_there_is_anything(window: Page, live_server: Any) -> None:
    said = {path: faults(window, live_server.url + path) for path in BARE}

    assert {path: each for path, each in said.items() if each} == {}


def test_axe_would_find_something(window: Page, live_server: Any) -> None:
    window.goto(live_server.url)
    window.evaluate("document.querySelector('h1').style.color = 'rgba(128, 128, 128, 0.4)'")

    assert "color-contrast" in str(Axe().run(window).response["violations"])
