"""A list of 100,000 subscribers taken in, beside csv and bulk_create without any rules.

Limits: in less than three times the plain way's seconds of CPU, though every address is checked,
looked up, noted in its history and kept out if it left; and in memory that hardly grows with the
list. `bench/subscribers.py 20000` takes a shorter one.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common.measure import run

LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
FEW = LINES // 10
SLOWEST, FATTEST = 3.0, 1.3


def table(folder: Path, lines: int) -> Path:
    """That many people with names and dates."""
    path = folder / f"{lines}.csv"
    with path.open("w") as file:
        file.write("email,name,confirmed_at\n")
        for number in range(lines):
            file.write(f"reader.{number}@example{number % 97}.com,Nàme {number},2025-03-01\n")
    return path


def measure(folder: Path, lines: int, how: str) -> dict[str, float]:
    """Seconds and MB of one run on a database of its own."""
    with tempfile.TemporaryDirectory() as var:
        # As on a public site: DEBUG keeps the last 9,000 statements in memory.
        measured = run("list_ours", table(folder, lines), how, VAR_DIR=var, DEBUG="0")
    if measured["people"] != lines:
        raise SystemExit(f"{how}: {measured['people']} of {lines} came in.")
    return measured


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        plain = measure(Path(folder), LINES, "plain")
        few = measure(Path(folder), FEW, "ours")
        many = measure(Path(folder), LINES, "ours")
    for name, lines, it in (("plain", LINES, plain), ("ours", FEW, few), ("ours", LINES, many)):
        spent = f"{it['cpu']:6.1f} s of CPU, {it['seconds']:6.1f} s"
        print(f"{name:6} {lines:7,} lines  {spent}  {it['memory']:5} MB")
    slower, fatter = many["cpu"] / plain["cpu"], many["memory"] / few["memory"]
    print(f"ratio import-cpu-to-plain {slower:.2f}")
    print(f"ratio import-memory-all-to-a-tenth {fatter:.2f}")
    return int(slower > SLOWEST or fatter > FATTEST)


if __name__ == "__main__":
    raise SystemExit(main())
