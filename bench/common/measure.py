"""How long something took, in a process of its own: seconds, CPU, memory; one line of JSON."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARTS = Path(__file__).parent


def run(script: str, *args: object, python: str = sys.executable, **environ: str) -> dict[str, Any]:
    """What the script of that name beside this file measured."""
    done = subprocess.run(
        [python, str(PARTS / f"{script}.py"), *map(str, args)],
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stdout}{done.stderr}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def timed(poll: Callable[[], object]) -> float:
    """Seconds by the clock on the wall."""
    began = time.perf_counter()
    poll()
    return time.perf_counter() - began


def cpu() -> float:
    """Seconds of CPU that this process and those it waited for have used."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def tell(**measured: object) -> None:
    """Hand what was measured to the process that asked for it; memory is the most that was held,
    in MB."""
    print(json.dumps(measured | {"memory": most_memory()}))


def most_memory() -> int:
    """The most this program has held, in MB. Linux only: what getrusage tells of a program that was
    just started is the size of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
