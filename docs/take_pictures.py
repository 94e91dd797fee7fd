"""The pictures of the docs, from the running product, so that they never lie.

    python docs/take_pictures.py [--port 8970]     or: make pictures

Sets the demo up in a temporary folder, serves it, and takes each page as it stands. Needs Chromium.
Writes docs/pictures/*.png, in few colours so that they stay small.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "docs" / "pictures"
COLOURS = 64
PATIENCE = 180  # seconds for the demo to stand


@contextmanager
def demo(port: int) -> Iterator[str]:
    """The demo, freshly built, until the block ends. Its address."""
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="newsdesk-pictures-") as var:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "VAR_DIR": var},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(f"{site}/healthz", process)
            yield site
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The demo does not stand.")


def keep(page: Page, name: str) -> None:
    """The page as it stands, in few colours."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    path = HERE / f"{name}.png"
    picture.quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/admin/")


def editors(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    log_in(page, site)
    keep(page, "week")
    page.goto(f"{site}/admin/queue/")
    page.keyboard.press("j")
    keep(page, "queue")
    page.goto(f"{site}/admin/digest/issue/")
    page.locator("#result_list a", has_text="3").first.click()
    keep(page, "desk")
    page.goto(f"{site}/admin/digest/booking/calendar/")
    keep(page, "sponsors")
    page.goto(f"{site}/admin/setup/sender/")
    keep(page, "setup")
    page.goto(f"{site}/mailbox/")
    # The newest are the issue's.
    page.locator(".mailbox-list a").first.click()
    keep(page, "mail")


def readers(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/issues/2/")
    keep(page, "issue")
    phone = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    phone.goto(f"{site}/issues/2/")
    keep(phone, "phone")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8970)
    port = parser.parse_args().port
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium was not found. Debian: apt-get install chromium")
    HERE.mkdir(exist_ok=True)
    with demo(port) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        editors(browser, site)
        readers(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
