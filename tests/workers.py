"""Real workers beside the test process, on the test's own database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).parents[1]


def database_url() -> str:
    """The test's database, for another process."""
    known: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(known['NAME']).absolute()}"
    login = f"{known['USER']}:{known['PASSWORD']}@" if known["USER"] else ""
    return f"postgres://{login}{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


def start_worker(var: Path, **environ: str) -> subprocess.Popen[str]:
    """`manage.py worker`, its words in `var`/worker.log."""
    environ = {"DATABASE_URL": database_url(), "VAR_DIR": str(var), **environ}
    with (var / "worker.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environ},
            stderr=log,
            stdout=log,
            text=True,
        )


@contextmanager
def working(var: Path, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A worker until the block ends; nothing of it is left then."""
    worker = start_worker(var, **environ)
    family: set[int] = set()
    try:
        until(lambda: len(children_of(worker.pid)) == 2)
        family |= children_of(worker.pid)
        yield worker
    finally:
        family |= children_of(worker.pid)
        for pid in [worker.pid, *family]:
            kill(pid)
        worker.wait()
        until(lambda: not any(is_alive(pid) for pid in family))


def children_of(pid: int) -> set[int]:
    """The living children of a process."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(own) for own, parent, stat in rows if int(parent) == pid and stat[0] != "Z"}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    if is_alive(pid):
        os.kill(pid, signal.SIGKILL)


def until(wanted: Callable[[], object], seconds: float = 30) -> None:
    """Wait for it; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, "It did not come to pass in time."
        time.sleep(0.02)
