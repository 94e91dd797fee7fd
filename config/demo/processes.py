"""The demo's processes: each under the demo's own settings, all of them stopped with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings

from config.demo.servers import HOST

STOPPING = 10.0  # seconds a process has to finish what it is doing
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildEndedError(Exception):
    """A process of the demo ended by itself; the message holds its last words."""


def environment(port: int, smtp_port: int) -> dict[str, str]:
    """The demo's settings, for its processes only."""
    return os.environ | {
        "DEBUG": "1",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "SITE_URL": f"http://{HOST}:{port}",
        "EMAIL_URL": f"smtp://{HOST}:{smtp_port}",
        "FETCH_ALLOW_PRIVATE": "1",
        # Its stories are real ones; their sites have nothing to do with a demo.
        "FETCH_PAGES": "0",
        "PYTHONUNBUFFERED": "1",
    }


class Children:
    """Processes of `manage.py`, each in a session of its own: Ctrl-C reaches only the demo."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *arguments: str) -> int:
        """Run one to its end, its lines among ours. Answers its exit code."""
        code = self._start(arguments[0], arguments, None).wait()
        del self.running[arguments[0]]
        return code

    def start(self, name: str, *arguments: str) -> None:
        """Start one that stays. What it says goes to a file."""
        with self.log(name).open("wb") as log:
            self._start(name, arguments, log)

    def log(self, name: str) -> Path:
        """Where a process's lines are kept."""
        return Path(settings.VAR_DIR) / f"demo-{name}.log"

    def check(self) -> None:
        """Raise ChildEndedError if one of those that should stay is gone."""
        for name, child in self.running.items():
            if child.poll() is not None:
                words = self.log(name).read_text(errors="replace").strip().splitlines()
                last = words[-1] if words else "It said nothing."
                raise ChildEndedError(
                    f"The {name} process ended ({child.returncode}): {last} See {self.log(name)}."
                )

    def stop(self) -> None:
        """End them all, the last one first; whoever does not end is killed."""
        children = [child for child in reversed(self.running.values()) if child.poll() is None]
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOPPING
        for child in children:
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def _start(
        self, name: str, arguments: tuple[str, ...], log: IO[bytes] | None
    ) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(  # noqa: S603  (our own command line)
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=True,
        )
        self.running[name] = child
        return child


@contextmanager
def children(env: dict[str, str]) -> Iterator[Children]:
    """Processes that end with this block, however it ends."""
    ours = Children(env)
    try:
        yield ours
    finally:
        # A second Ctrl-C would leave somebody running.
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        ours.stop()


def stop_alike() -> None:
    """Let SIGTERM and a closed terminal mean what Ctrl-C means."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in SIGNALS:
        signal.signal(number, interrupt)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
