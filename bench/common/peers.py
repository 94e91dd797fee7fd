"""Peers to poll beside: lemon24's reader, from PyPI, and newsboat, from Debian."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from common import ROOT, measure

READER = "reader==3.27"


def reader(base: str, count: int, again: int, work: Path) -> dict[str, Any]:
    """In an environment of its own under var/, made the first time."""
    home = ROOT / "var" / "bench" / "reader"
    python = home / "bin" / "python"
    if not (home / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*install, READER], check=True, stderr=subprocess.DEVNULL)
        (home / ".installed").touch()
    path = work / f"reader-{measure.PARTS.stat().st_ino}.sqlite3"
    path.unlink(missing_ok=True)
    return measure.run("reader_peer", base, count, again, path, python=str(python))


def newsboat(base: str, count: int, work: Path) -> dict[str, Any]:
    """First poll only: it asks for everything again each time it is started."""
    if not shutil.which("newsboat"):
        raise RuntimeError("newsboat is not here: apt-get install newsboat")
    home = work / "newsboat"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "urls").write_text("".join(f"{base}/{n:04d}.xml\n" for n in range(count)))
    (home / "config").write_text("reload-threads 10\n")
    command = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def reload() -> None:
        subprocess.run(
            command, cwd=home, env=environ, check=True, timeout=1800, stdout=subprocess.DEVNULL
        )

    first = measure.timed(reload)
    with sqlite3.connect(home / "cache.db") as cache:
        [(entries,)] = cache.execute("SELECT count(*) FROM rss_item")
        [(feeds,)] = cache.execute("SELECT count(DISTINCT feedurl) FROM rss_item")
    cache.close()
    if feeds != count:
        raise RuntimeError(f"newsboat read {feeds} of {count} feeds.")
    return {"first": first, "again": [], "entries": entries}
