"""Child processes that are kept alive, and do not outlive us.

Each holds the other end of a pipe as its standard input: when we are gone, killed perhaps, the
pipe closes, and the child ends itself. It is in a session of its own, so that Ctrl-C reaches us
alone and every child is told to stop exactly once: told twice it would drop its task.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence

logger = logging.getLogger("newsdesk.worker")

PAUSES = (1, 2, 5, 10, 30)  # seconds before the next start, growing while it keeps dying
SETTLED = 60  # seconds of life after which a death counts as the first
GRACE = 8.0  # seconds to finish what is being done


class Child:
    """One process, started again when it ends."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command = name, command
        self._process: subprocess.Popen[bytes] | None = None
        self._born = self._due = 0.0
        self._deaths = 0

    def tend(self) -> None:
        """Start it if it is not there and its pause is over."""
        if self._process is None:
            if time.monotonic() >= self._due:
                self._start()
        elif self._process.poll() is not None:
            self._bury(self._process)

    def ask_to_stop(self) -> None:
        """Let it finish what it is doing."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then end it."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s did not finish in time.", self.name)
            self._process.kill()
            self._process.wait()
        self._close(self._process)

    def _start(self) -> None:
        self._born = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  (our own command line)
            self.command, stdin=subprocess.PIPE, start_new_session=True
        )

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        lived = time.monotonic() - self._born
        self._deaths = 1 if lived > SETTLED else self._deaths + 1
        pause = PAUSES[min(self._deaths, len(PAUSES)) - 1]
        self._due = time.monotonic() + pause
        logger.warning(
            "%s ended (%s), starting again in %d s.", self.name, process.returncode, pause
        )
        self._close(process)

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            process.stdin.close()
        self._process = None


def keep_alive(children: Sequence[Child], stopping: threading.Event) -> None:
    """Tend them until told to stop, then let them finish."""
    try:
        while not stopping.wait(0.2):
            for child in children:
                child.tend()
    finally:
        deadline = time.monotonic() + GRACE
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop(deadline)


def end_with_parent() -> None:
    """Called in a child: stop when the pipe from our parent closes."""
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
