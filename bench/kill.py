"""Kill workers at random in the middle of a mailing, and count who got it and who did not.

    python bench/kill.py [--kills N] [--recipients N] [--workers N] [--rate N] [--database URL]

Real workers, SIGKILL, and a mail server that has each mail on disk before it says so. Ends with
`kills K accepted A uncertain U lost L doubled D`. Lost: whoever is not listed, or not through, or
accepted without the server knowing, or with the server and in no row. Doubled: mails beyond the
first. Exit 1 if there is any, if more are uncertain than one for each connection and kill, or if
the mailing was over before the last kill.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PAUSE = (0.2, 2.0)  # seconds of sending between two kills
CYCLE = 1.4  # seconds of sending for each kill that the default rate allows for
TICK = 2.0  # seconds
FAR = 0.05  # seconds the server takes for a mail, so that kills find some on the wire
PATIENCE = 300  # seconds for anything that must come to pass


@dataclass(frozen=True)
class Result:
    """What came of it."""

    kills: int
    accepted: int
    uncertain: int
    lost: int
    doubled: int
    allowed: int  # uncertain ones: one for each connection and kill

    def __str__(self) -> str:
        return (
            f"kills {self.kills} accepted {self.accepted} uncertain {self.uncertain}"
            f" lost {self.lost} doubled {self.doubled}"
        )

    @property
    def is_good(self) -> bool:
        return not self.lost and not self.doubled and self.uncertain <= self.allowed


class Workers:
    """So many workers as `manage.py worker` keeps them, on one database. The clock is ours."""

    def __init__(self, number: int, var: Path, **environ: str) -> None:
        self._var, self._environ = var, environ
        self._running = [self._start() for _ in range(number)]

    def kill_one(self, chance: random.Random) -> None:
        """One of them, without a word, and a new one in its place."""
        place = chance.randrange(len(self._running))
        self._end(self._running[place])
        self._running[place] = self._start()

    def stop(self) -> None:
        for worker in self._running:
            self._end(worker)

    def _start(self) -> "subprocess.Popen[bytes]":
        with (self._var / "worker.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "worker", "--skip-checks", "--queues=default,mail"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "VAR_DIR": str(self._var), **self._environ},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def _end(self, worker: "subprocess.Popen[bytes]") -> None:
        worker.kill()
        worker.wait()
        if worker.stdin is not None:
            worker.stdin.close()


@contextmanager
def clock() -> Iterator[None]:
    """What `manage.py worker` does beside its workers: look every few seconds."""
    from django.db import connection
    from django.utils import timezone

    from config.clock import tick

    over = threading.Event()

    def look() -> None:
        try:
            while not over.wait(TICK):
                tick(timezone.now())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run(
    *,
    kills: int,
    recipients: int,
    workers: int,
    rate: int,
    var: Path,
    seed: int | None = None,
    then: Callable[[], object] = lambda: None,
) -> Result:
    """Mail `recipients` people on the present database, which is empty, and kill on the way.

    `rate`: mails a second, so slow that the mailing outlives the last kill. `then` is called
    after that one.
    """
    from django.conf import settings

    from delivery.models import Delivery
    from tests.delivery.makers import make_mailing
    from tests.workers import database_url

    mailing = make_mailing(readers=recipients)
    chance = random.Random(seed)
    taken = var / "taken"
    done = 0
    with mail_server(taken) as port:
        environ = {"DATABASE_URL": database_url(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        with ExitStack() as stack:
            stack.enter_context(clock())
            crew = Workers(workers, var, MAIL_PER_SECOND=str(rate), **environ)
            stack.callback(crew.stop)
            while done < kills:
                before = _lines(taken)
                until(lambda: _lines(taken) > before or mailing.is_sent)  # noqa: B023
                time.sleep(chance.uniform(*PAUSE))
                if mailing.is_sent:
                    break
                crew.kill_one(chance)
                done += 1
            then()
            until(lambda: mailing.is_sent, patience=PATIENCE + 2 * recipients / rate)
    rows = Delivery.objects.values_list("message_id", "state", "subscriber_id")
    return judge(list(rows), _read(taken), done, done * settings.MAIL_CONNECTIONS, recipients)


def judge(
    rows: Sequence[tuple[str, str, int | None]],
    taken: Counter[str],
    kills: int,
    allowed: int,
    recipients: int,
) -> Result:
    """Hold the ledger beside what the server has on disk."""
    accepted = [message for message, state, _ in rows if state == "accepted"]
    uncertain = [message for message, state, _ in rows if state == "uncertain"]
    known = {message for message, _, _ in rows}
    not_listed = recipients - len({person for _, _, person in rows})
    open_or_failed = len(rows) - len(accepted) - len(uncertain)
    never_arrived = sum(message not in taken for message in accepted)
    in_no_row = sum(message not in known for message in taken)
    return Result(
        kills=kills,
        accepted=len(accepted),
        uncertain=len(uncertain),
        lost=not_listed + open_or_failed + never_arrived + in_no_row,
        doubled=sum(taken.values()) - len(taken),
        allowed=allowed,
    )


@contextmanager
def mail_server(taken: Path) -> Iterator[int]:
    """Take mail; each Message-ID is on disk before the server says so. Gives its port."""
    from tests.sink import Session, sinking

    with taken.open("ab", buffering=0) as file:

        def keep(session: Session) -> str:
            # One write is one line, whoever else writes.
            file.write(session.message_id + b"\n")
            os.fsync(file.fileno())
            return "250 on disk"

        with sinking({"dot": keep}, delay=FAR) as sink:
            yield sink.port


def until(wanted: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for it; fail when it does not come."""
    deadline = time.monotonic() + patience
    while not wanted():
        if time.monotonic() > deadline:
            raise SystemExit("It did not come to pass in time.")
        time.sleep(0.1)


def _lines(taken: Path) -> int:
    return taken.stat().st_size


def _read(taken: Path) -> Counter[str]:
    return Counter(taken.read_text().split())


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="newsdesk-kill-") as var:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": var}
        if options.database:
            os.environ["DATABASE_URL"] = options.database
        import django

        django.setup()
        from django.db import connection

        # A database of its own beside the one that was named, which is not touched.
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        rate = options.rate or max(1, round(options.recipients / (options.kills * CYCLE)))
        seed = options.seed or random.randrange(10**6)
        print(
            f"{connection.vendor}, {options.workers} workers, {options.recipients} recipients at"
            f" {rate}/s, seed {seed}",
            flush=True,
        )
        began = time.monotonic()
        try:
            result = run(
                kills=options.kills,
                recipients=options.recipients,
                workers=options.workers,
                rate=rate,
                var=Path(var),
                seed=seed,
            )
        finally:
            connection.creation.destroy_test_db("", verbosity=0)
    print(f"{time.monotonic() - began:.0f} s; uncertain at most {result.allowed}")
    if result.kills < options.kills:
        print(f"It was over after {result.kills} kills: choose a lower --rate.")
    print(result)
    sys.exit(not result.is_good or result.kills < options.kills)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rate", type=int, help="mails a second; default: so as to outlive them")
    parser.add_argument("--database", metavar="URL", help="default: SQLite in a new folder")
    parser.add_argument("--seed", type=int, help="of the moments and victims")
    return parser.parse_args()


if __name__ == "__main__":
    main()
