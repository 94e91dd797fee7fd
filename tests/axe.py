"""What axe finds on a screen of the admin, less what we do not write."""

from collections.abc import Iterator
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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


def broken(page: Page, scheme: Literal["light", "dark"]) -> Iterator[str]:
    """Each rule broken in this scheme, and where."""
    page.emulate_media(color_scheme=scheme)
    # Links of the admin change their colour slowly.
    page.evaluate("document.getAnimations().forEach((one) => one.finish())")
    for one in Axe().run(page).response["violations"]:
        for node in one["nodes"]:
            if not any(rule == one["id"] and sign in node["html"] for rule, sign in THEIRS):
                yield f"{scheme}, {one['id']}: {node['target']} {node['html'][:200]}"
