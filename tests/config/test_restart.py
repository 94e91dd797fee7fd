"""The web process as it is deployed: taken up anew and replaced under load, and nobody turned away.

Gunicorn itself, with the configuration of `deploy/`; the door is held open by the test, as
systemd holds it by `newsdesk-web.socket`.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest

from publication.masthead import current
from tests.workers import ROOT, children_of, database_url, is_alive, kill, until

pytestmark = pytest.mark.django_db(transaction=True)
ASKING = 4
PATH = "/look.css"


class Readers:
    """So many who ask again and again, each on a new connection; what was not answered is kept."""

    def __init__(self, port: int) -> None:
        self.port, self.over = port, Event()
        self.answered, self.failed = 0, list[str]()
        self.threads = [Thread(target=self._ask_on) for _ in range(ASKING)]

    def _ask_on(self) -> None:
        while not self.over.is_set():
            try:
                self._ask()
            except (OSError, HTTPException) as error:
                self.failed.append(f"{type(error).__name__}: {error}")

    def _ask(self) -> None:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=60)
        asking.request("GET", PATH, headers={"Connection": "close"})
        answer = asking.getresponse()
        body = answer.read()
        if answer.status == 200 and b"--paper" in body:
            self.answered += 1
        else:
            self.failed.append(f"{answer.status}: {body[:200]!r}")
        asking.close()

    def more(self, number: int = 40) -> None:
        """Wait until so many more were answered."""
        wanted = self.answered + number
        until(lambda: self.answered >= wanted or self.failed, 90)
        assert not self.failed


@contextmanager
def reading(port: int) -> Iterator[Readers]:
    readers = Readers(port)
    for thread in readers.threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.over.set()
        for thread in readers.threads:
            thread.join()


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        yield listening


def settings_of(var: Path) -> dict[str, str]:
    """A public site's."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(var),
        "SECRET_KEY": "k" * 50,
        "ADDRESS_KEY": "a" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1:8000",
    }


def serve(door: socket.socket, var: Path) -> subprocess.Popen[bytes]:
    command = ["-m", "gunicorn", "config.wsgi", "--config", "deploy/gunicorn.conf.py"]
    with (var / "web.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, *command, "--bind", f"fd://{door.fileno()}"],
            cwd=ROOT,
            env=settings_of(var),
            pass_fds=[door.fileno()],
            stdout=log,
            stderr=log,
        )


def end(web: subprocess.Popen[bytes]) -> None:
    family = children_of(web.pid)
    kill(web.pid)
    web.wait()
    for pid in family:
        kill(pid)
    until(lambda: not any(is_alive(pid) for pid in family))


def test_neither_a_reload_nor_a_replacement_turns_anybody_away(
    door: socket.socket, tmp_path: Path
) -> None:
    current()
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(collect, cwd=ROOT, env=settings_of(tmp_path), check=True)
    web = serve(door, tmp_path)
    try:
        with reading(door.getsockname()[1]) as readers:
            readers.more()
            for _ in range(3):
                before = children_of(web.pid)
                web.send_signal(signal.SIGHUP)
                until(lambda: not before & children_of(web.pid), 60)  # noqa: B023  (at once)
                readers.more()
            for _ in range(2):
                web.terminate()
                assert web.wait(timeout=60) == 0
                web = serve(door, tmp_path)
                readers.more()
        assert readers.failed == []
        assert readers.answered >= 6 * 40
    finally:
        end(web)
    assert "Traceback" not in (tmp_path / "web.log").read_text()
