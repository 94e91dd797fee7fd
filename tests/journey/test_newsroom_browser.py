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
# What we do not write: a rule, and a sign of who breaks it.
THEIRS = {
    # Django's admin: the first cell of a table in a form, the box of its search, whose label is
    # a picture, and the choice with a search, which is select2's.
    ("empty-table-header", '<th class="original">'),
    ("label-title-only", 'id="searchbar"'),
    ("aria-input-field-name", "select2-selection"),
    # content-editor: headings that are buttons, those of its blocks, and where to move one to.
    ("aria-allowed-role", '<h2 class="tab'),
    ("heading-order", '<h3 draggable="true"'),
    ("select-name", 'class="inline_move_to_region"'),
}
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
        for node in one["nodes"]:
            if not any(rule == one["id"] and sign in node["html"] for rule, sign in THEIRS):
                yield f"{scheme}, {one['id']}: {node['target']} {node['html'][:200]}"


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

    assert "color-contrast" in " ".join(_axe(window, "light"))
