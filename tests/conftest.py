"""What every test stands on: loopback only, a mailbox of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.dying import Mortal, mortals
from tests.web import Web, serving
from tests.workers import database_url

# Playwright runs an event loop in the test's thread; Django's ORM is called from it on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytest_plugins = ["tests.chromium"]


@pytest.fixture(autouse=True)
def house(settings: LazySettings, tmp_path: Path) -> None:
    """Feeds may be fetched from loopback, pages of links are not looked at by the way; mail ends
    in this test's own box."""
    settings.FETCH_ALLOW_PRIVATE = True
    settings.FETCH_PAGES = False
    settings.VAR_DIR = tmp_path
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    # Slow on purpose is right for passwords, and wrong 300 times a run.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server of this test's own."""
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def mortal(django_db_setup: None) -> Iterator[Mortal]:
    """Processes of their own on the tests' database, to be killed."""
    with mortals(database_url()) as forking:
        yield forking
