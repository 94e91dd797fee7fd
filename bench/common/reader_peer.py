"""lemon24's reader polls, with ten workers: BASE FEEDS AGAIN FILE. Runs in its own environment."""

import json
import sys
import time


def main(base: str, count: int, again: int, path: str) -> None:
    from reader import make_reader

    reader = make_reader(path)
    for number in range(count):
        reader.add_feed(f"{base}/{number:04d}.xml")
    seconds, used = [], [time.process_time()]
    for _ in range(again + 1):
        began = time.perf_counter()
        reader.update_feeds(workers=10, scheduled=False)
        seconds.append(time.perf_counter() - began)
        used.append(time.process_time())
    entries = reader.get_entry_counts().total
    if reader.get_feed_counts(broken=True).total or not entries:
        raise SystemExit("reader could not read all.")
    print(
        json.dumps(
            {
                "first": seconds[0],
                "again": seconds[1:],
                "entries": entries,
                "cpu": used[1] - used[0],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
