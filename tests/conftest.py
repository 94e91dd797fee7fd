"""What every test stands on: loopback only, a mailbox of its own, the system's Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.web import Web, serving

# Playwright runs an event loop in the test's thread; Django's ORM is called from it on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: from the first one on Playwright's event loop runs in this thread,
    and a test that starts one of its own would be refused. Without a Chromium they say why
    they did not run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(autouse=True)
def house(settings: LazySettings, tmp_path: Path) -> None:
    """Feeds may be fetched from loopback, pages of links are not looked at by the way; mail ends
    in this test's own box."""
    settings.FETCH_ALLOW_PRIVATE = True
    settings.FETCH_PAGES = False
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    # Slow on purpose is right for passwords, and wrong 300 times a run.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server of this test's own."""
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The system's Chromium, quiet: no look-ups of its own in a closed network."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", *quiet]
    return {"executable_path": CHROMIUM, "args": args}
