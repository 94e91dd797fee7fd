"""Deeds done in a process that is killed outright at a named point of them.

Any function of the product is a fault point, so the product carries none for our sake. The
environment variable DIE_AT names one, `module:Class.function before|after [n]`: at its nth call
the process gets SIGKILL, and nothing of ours runs after that. The process that forks the doomed
ones has started Django once, which makes a death cheap enough for a matrix of them.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper._commit"
KILLED = -signal.SIGKILL


class Mortal:
    """Does deeds (`module:function`, JSON arguments) in processes of their own."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process, self._log = process, log

    def do(self, deed: str, *args: object, die_at: str = "", **settings: object) -> bool:
        """Do it; answers whether the process was killed on the way. Any other end is a failure."""
        ended = self.begin(deed, *args, die_at=die_at, **settings)()
        assert ended in (0, KILLED), self._log.read_text()
        assert not die_at or ended == KILLED, f"It never came to {die_at}."
        return ended == KILLED

    def begin(
        self, deed: str, *args: object, die_at: str = "", **settings: object
    ) -> Callable[[], int]:
        """The same without waiting. Call what it answers to wait for the end."""
        order: dict[str, object] = {
            "deed": deed,
            "args": args,
            "die_at": die_at,
            "settings": settings,
        }
        pid = int(self._ask(order))
        return lambda: int(self._ask({"wait": pid}))

    def _ask(self, order: dict[str, object]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def mortals(database_url: str) -> Iterator[Mortal]:
    """The process that forks them, until the block ends."""
    with tempfile.TemporaryDirectory() as var:
        log = Path(var) / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.dying"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "DATABASE_URL": database_url, "VAR_DIR": var},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        with process:
            yield Mortal(process, log)
            assert process.stdin is not None
            process.stdin.close()


def arm(point: str) -> None:
    """Put the end of this process where `point` says."""
    path, moment, *nth = point.split()
    module, _, dotted = path.partition(":")
    *owners, name = dotted.split(".")
    owner: Any = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    original, last = getattr(owner, name), int(nth[0] if nth else 1)
    calls = count(1)

    def mortal(*args: object, **named: object) -> object:
        is_last = next(calls) == last
        if is_last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **named)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, mortal)


def do(order: dict[str, Any]) -> None:
    """In the forked process: the deed, with the fault armed."""
    from django.conf import settings

    for name, value in order["settings"].items():
        setattr(settings, name, value)
    module, _, name = order["deed"].partition(":")
    deed = getattr(import_module(module), name)
    os.environ["DIE_AT"] = order["die_at"]
    if os.environ["DIE_AT"]:
        arm(os.environ["DIE_AT"])
    deed(*order["args"])


def fork(order: dict[str, Any]) -> int:
    """Begin a deed. Nothing of this process's own may be run by the child on its way out."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        do(order)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """One order a line, one number back."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        answer = os.waitpid(order["wait"], 0)[1] if "wait" in order else fork(order)
        number = os.waitstatus_to_exitcode(answer) if "wait" in order else answer
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
