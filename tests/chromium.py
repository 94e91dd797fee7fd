"""The system's Chromium for the browser tests, and an end to one that hangs.

Playwright waits without limit for a browser that no longer answers a key or a close. Such a
browser is ended here: what waited for it fails, the test is tried once more with a new one, and
the summary says so. A test that fails for any other reason has failed.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from threading import Timer

import pytest
from playwright.sync_api import Browser, Playwright

PATH = shutil.which("chromium") or shutil.which("google-chrome")
# Quiet: no look-ups of its own in a closed network. The last one is nothing to Chromium and tells
# ours from everybody else's.
NAME = f"--tests-of={os.getpid()}"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", *QUIET, NAME]
PATIENCE = 75  # seconds for one test; the longest honest one takes a few
ENDED = "TargetClosedError"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: from the first one on Playwright's event loop runs in this thread,
    and a test that starts one of its own would be refused."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        if not item.get_closest_marker("browser"):
            continue
        if PATH is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[ENDED]))


def end() -> None:
    """Kill the browser; its renderers end with it."""
    subprocess.run(["pkill", "-KILL", "-f", "--", NAME], check=False)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": PATH, "args": ARGS}


@pytest.fixture(scope="session")
def started(playwright: Playwright) -> Iterator[list[Browser]]:
    """Every browser of this run, the one in use last."""
    browsers: list[Browser] = []
    yield browsers
    end()


@pytest.fixture
def browser(started: list[Browser], launch_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """One browser for all tests, and a new one after it was ended."""
    if not started or not started[-1].is_connected():
        started.append(launch_browser())
    watch = Timer(PATIENCE, end)
    watch.start()
    yield started[-1]
    watch.cancel()
