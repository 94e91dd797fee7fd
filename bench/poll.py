"""Polling 1,000 feeds over loopback, all new and all unchanged, beside peers in the same run.

Feeds a second, and ours divided by theirs; each of reader, newsboat and the raw httpx fetch runs in
turn with ours, and polls the same feeds. `--peer-feeds` spares time, and shows each peer at its
best: newsboat polls 100 feeds three times as fast as 1,000.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from common import ROOT, feeds, measure, peers, server

AGAIN = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--peer-feeds", type=int, help="How many the peers poll, if not all.")
    parser.add_argument("--rounds", type=int, default=1)
    wanted = parser.parse_args()
    (ROOT / "var" / "bench").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var" / "bench") as name:
        work = Path(name)
        feeds.write(work / "feeds", wanted.feeds)
        with server.serving(work / "feeds", work) as base:
            return Comparison(base, work, wanted.feeds, wanted.peer_feeds or wanted.feeds).run(
                wanted.rounds
            )


class Comparison:
    """All of them, round by round."""

    def __init__(self, base: str, work: Path, count: int, peer_count: int) -> None:
        self.base, self.work, self.count = base, work, count
        self.peer_count = min(peer_count, count)
        self.rates: dict[tuple[str, str], list[float]] = {}
        self.faults: dict[str, str] = {}

    def run(self, rounds: int) -> int:
        for _ in range(rounds):
            self.measure("httpx", self.count, self.httpx)
            self.measure("ours", self.count, self.ours)
            self.measure("reader", self.peer_count, self.reader)
            self.measure("newsboat", self.peer_count, self.newsboat)
        self.measure_memory()
        return self.sum_up()

    def measure_memory(self) -> None:
        """What a poll of a fifth of the feeds holds at most, beside what all of them do."""
        fewer = max(self.count // 5, 1)
        few, all_of_them = (self.ours(count)["memory"] for count in (fewer, self.count))
        print(f"memory: {few} MB for {fewer} feeds, {all_of_them} MB for {self.count}")
        print(f"ratio poll-memory/fifth {all_of_them / few:.2f}")

    def ours(self, count: int) -> dict[str, Any]:
        home = self.work / "ours"
        shutil.rmtree(home, ignore_errors=True)
        # With a key: as it runs on a public site, not with the memory of laptop mode.
        environ = {"VAR_DIR": str(home), "SECRET_KEY": "bench", "FETCH_ALLOW_PRIVATE": "1"}
        return measure.run("ours", self.base, count, AGAIN, **environ)

    def httpx(self, count: int) -> dict[str, Any]:
        return measure.run("raw_httpx", self.base, count, AGAIN)

    def reader(self, count: int) -> dict[str, Any]:
        return peers.reader(self.base, count, AGAIN, self.work)

    def newsboat(self, count: int) -> dict[str, Any]:
        return peers.newsboat(self.base, count, self.work)

    def measure(self, name: str, count: int, poll: Any) -> None:
        try:
            seen = poll(count)
        except Exception as fault:
            self.faults[name] = str(fault)
            return
        self.rates.setdefault((name, "first"), []).append(count / seen["first"])
        if seen["again"]:
            self.rates.setdefault((name, "again"), []).append(count / median(seen["again"]))
        again = f"{count / median(seen['again']):.1f}/s" if seen["again"] else "-"
        cpu = f", {1000 * seen['cpu'] / count:.1f} ms of CPU each" if "cpu" in seen else ""
        memory = f", {seen['memory']} MB" if "memory" in seen else ""
        rate = f"{count / seen['first']:.1f}/s{cpu}{memory}"
        print(f"{name}: {count} feeds, first {rate}; again {again}", flush=True)

    def sum_up(self) -> int:
        for name, fault in self.faults.items():
            print(f"{name} was not measured: {fault}")
        for poll, peer in (
            ("first", "reader"),
            ("first", "newsboat"),
            ("again", "reader"),
            ("again", "httpx"),
        ):
            ours, theirs = self.rates.get(("ours", poll)), self.rates.get((peer, poll))
            if ours and theirs:
                print(f"ratio poll-{poll}/{peer} {median(ours) / median(theirs):.2f}")
        return 1 if self.faults else 0


if __name__ == "__main__":
    sys.exit(main())
