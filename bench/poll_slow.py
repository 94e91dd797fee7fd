"""Polling 200 servers that take 0.3 to 3 seconds to answer, beside the slowest of them.

Nobody can be quicker than the slowest answer; a poller that waits for one after the other takes
thirty times as long.
"""

import argparse
import asyncio
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from common import ROOT, feeds, measure, server

LONGEST = 3.0


def delay(name: str) -> float:
    """Seconds that the feed of that name takes: 0.3 for half of them, 3 for three in a hundred."""
    dice = random.Random(name)
    if dice.random() < 0.03:
        return LONGEST
    return min(LONGEST, dice.lognormvariate(math.log(0.3), 0.6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    count = parser.parse_args().feeds
    (ROOT / "var" / "bench").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var" / "bench") as name:
        work = Path(name)
        names = feeds.write(work / "feeds", count)
        compare(work, count, [delay(name) for name in names])


def compare(work: Path, count: int, delays: list[float]) -> None:
    port = server.free_port()
    slow = subprocess.Popen([sys.executable, __file__, "--serve", str(work / "feeds"), str(port)])
    try:
        server.wait_for(port, slow)
        base = f"http://127.0.0.1:{port}"
        environ = {"VAR_DIR": str(work), "SECRET_KEY": "bench", "FETCH_ALLOW_PRIVATE": "1"}
        seen = measure.run("ours", base, count, 1, **environ)
    finally:
        slow.terminate()
        slow.wait(10)
    slowest, again = max(delays), seen["again"][0]
    print(f"{count} feeds: one after the other {sum(delays):.0f} s, the slowest {slowest:.2f} s")
    print(f"ours: first poll {seen['first']:.2f} s, unchanged {again:.2f} s")
    print(f"ratio poll-slow-first/slowest {seen['first'] / slowest:.2f}")
    print(f"ratio poll-slow/slowest {again / slowest:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        answer = server.handler(Path(sys.argv[2]), delay)
        asyncio.run(server.serve(answer, int(sys.argv[3])))
    else:
        main()
