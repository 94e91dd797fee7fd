"""Many machines: several workers and web processes on one PostgreSQL, killed and added on the way.

    python bench/many.py [--feeds 60] [--recipients 400] [--workers 3] [--kills 6]
                         [--database postgres://postgres@127.0.0.1:5432/many]

Each worker and each web process has a folder of its own, as on a machine of its own. While feeds
are polled and a mailing is under way workers are killed with all their children, new ones join,
and readers ask both web processes. In the middle a backup is made; at the end it is restored into
another database, where a worker then runs and must send nothing. Takes a database of its own
beside the one that is named. Exit 1 if anything was lost, doubled, refused, or sent by the copy.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
ENTRIES = 10
PATIENCE = 150  # seconds for all of it
RATE = 25  # mails a second
ITEM = "<item><title>Story {f}/{n}</title><link>https://example.com/{f}/{n}</link><guid>{f}-{n}</guid></item>"


def feed(number: int) -> str:
    items = "".join(ITEM.format(f=number, n=n) for n in range(ENTRIES))
    head = (
        f"<title>Feed {number}</title><link>https://example.com/</link><description>d</description>"
    )
    return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'


class Machines:
    """Workers, each on a machine of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder, self.environ, self.running, self.made = folder, environ, list[Any](), 0

    def add(self) -> None:
        self.made += 1
        home = self.folder / f"worker-{self.made}"
        home.mkdir()
        self.running.append(start(home, self.environ, "manage.py", "worker"))

    def kill_one(self, chance: random.Random) -> None:
        """The machine is gone: the worker and all its children at once."""
        victim = self.running.pop(chance.randrange(len(self.running)))
        end(victim)

    def stop(self) -> None:
        for worker in self.running:
            end(worker)


def start(home: Path, environ: dict[str, str], *command: str) -> "subprocess.Popen[bytes]":
    with (home / "log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(home), **environ},
            stdout=log,
            stderr=log,
        )


def end(process: "subprocess.Popen[bytes]") -> None:
    from tests.workers import children_of, kill

    family = children_of(process.pid)
    process.kill()
    for pid in family:
        kill(pid)
    process.wait()


@contextmanager
def webs(folder: Path, environ: dict[str, str]) -> Iterator[list[Any]]:
    """Two web processes and the readers who ask them."""
    from bench.common.server import free_port
    from tests.config.test_restart import Readers

    readers, running = [], []
    for number in range(2):
        home, port = folder / f"web-{number}", free_port()
        home.mkdir()
        collect = ["manage.py", "collectstatic", "--no-input", "-v0"]
        assert start(home, environ, *collect).wait() == 0
        bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1"]
        command = ["-m", "gunicorn", "config.wsgi", "--config", "deploy/gunicorn.conf.py", *bind]
        running.append(start(home, environ, *command))
        wait_for(port)
        readers.append(Readers(port))
    try:
        for one in readers:
            for thread in one.threads[:1]:
                thread.start()
        yield readers
    finally:
        for one in readers:
            one.over.set()
            for thread in one.threads[:1]:
                thread.join()
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(timeout=60)


def wait_for(port: int) -> None:
    import socket

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("A web process did not start.")


def run(args: argparse.Namespace, folder: Path) -> bool:
    """All of it, on the present database, which is empty. Whether it went well."""
    from django.conf import settings
    from django.core.management import call_command

    from bench import kill
    from curation.models import Entry, Feed, Link
    from delivery.models import Delivery
    from publication.masthead import current
    from tests.delivery.makers import make_mailing
    from tests.web import serving
    from tests.workers import database_url

    chance, taken, done = random.Random(args.seed), folder / "taken", 0
    current()
    with ExitStack() as stack:
        web = stack.enter_context(serving(512))
        for number in range(args.feeds):
            Feed.objects.create(url=web.add(f"/{number}.xml", feed(number)))
        mailing = make_mailing(readers=args.recipients)
        port = stack.enter_context(kill.mail_server(taken))
        environ = {
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "SECRET_KEY": "k" * 50,
            "ADDRESS_KEY": "a" * 50,
            "ALLOWED_HOSTS": "127.0.0.1",
            "INSTANCE": "many",
            "FETCH_ALLOW_PRIVATE": "1",
            "FETCH_PAGES": "0",
            "FETCH_PER_HOST": "4",
            "MAIL_PER_SECOND": str(RATE),
        }
        readers = stack.enter_context(webs(folder, environ))
        machines = Machines(folder, environ)
        stack.callback(machines.stop)
        for _ in range(args.workers):
            machines.add()
        deadline = time.monotonic() + PATIENCE
        while not (mailing.is_sent and not Feed.objects.filter(last_ok_at=None).exists()):
            if time.monotonic() > deadline:
                away = Feed.objects.filter(last_ok_at=None).count()
                said = f"{mailing.progress()}, {away} feeds not polled, mailing {mailing.standing}"
                raise SystemExit(f"It did not come to an end in time: {said}")
            time.sleep(chance.uniform(1.0, 3.0))
            sent = len(taken.read_text().split())
            if done < args.kills and sent:
                machines.kill_one(chance)
                machines.add()
                done += 1
                if done == 2:
                    machines.add()
                    call_command("backup", str(folder / "backup"), verbosity=0)
                    print(f"backup made after {sent} mails", flush=True)
                if done == args.kills:
                    time_passes()
        asked = sum(one.answered for one in readers)
    rows = list(Delivery.objects.values_list("message_id", "state", "subscriber_id"))
    got = kill._read(taken)
    mailed = kill.judge(rows, got, done, done * settings.MAIL_CONNECTIONS, args.recipients)
    wanted, entries = args.feeds * ENTRIES, Entry.objects.count()
    links = Link.objects.standing().count()
    failed = [words for one in readers for words in one.failed]
    print(f"poll: feeds {args.feeds} entries {entries} of {wanted}, links {links}")
    print(f"mailing: {mailed} (uncertain at most {mailed.allowed})")
    print(f"readers: {asked} answered, {len(failed)} not {failed[:2]}")
    copy = restored(folder, environ, taken)
    print(f"restored copy: {copy} mails sent before a person said so")
    return mailed.is_good and entries == links == wanted and not failed and copy == 0


def time_passes() -> None:
    """What killed workers had taken on is due again: a feed's poll after ten minutes, a mail's
    lease after five. The living lose theirs too, and must double nothing by it."""
    from django.utils import timezone

    from curation.models import Feed
    from delivery.models import Delivery

    now = timezone.now()
    Feed.objects.filter(last_ok_at=None).update(next_poll_at=now, asked_at=None)
    Delivery.objects.filter(state=Delivery.State.SENDING).update(lease_until=now)


def restored(folder: Path, environ: dict[str, str], taken: Path) -> int:
    """Mails that the copy sends by itself, in a quarter of a minute."""
    import psycopg

    if not (folder / "backup").exists():
        raise SystemExit("It was over before the backup: ask for more recipients.")
    beside, _, name = environ["DATABASE_URL"].rpartition("/")
    with psycopg.connect(f"{beside}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}_copy"')
    try:
        home = folder / "copy"
        home.mkdir()
        theirs = environ | {"DATABASE_URL": f"{beside}/{name}_copy"}
        assert start(home, theirs, "manage.py", "migrate", "-v0").wait() == 0
        command = ("manage.py", "restore", str(folder / "backup"))
        assert start(home, theirs, *command).wait() == 0, (home / "log").read_text()
        before = taken.stat().st_size
        from bench import kill

        with kill.mail_server(taken) as port:
            theirs |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
            worker = start(home, theirs, "manage.py", "worker")
            time.sleep(15)
            end(worker)
        return len(taken.read_text()[before:].split())
    finally:
        with psycopg.connect(f"{beside}/postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in {
        "feeds": 60,
        "recipients": 400,
        "workers": 3,
        "kills": 6,
        "seed": 7,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--database", default="postgres://postgres@127.0.0.1:5432/many")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsdesk-many-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": folder}
        os.environ["DATABASE_URL"] = args.database
        import django

        django.setup()
        from django.db import connection

        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            good = run(args, Path(folder))
        finally:
            connection.creation.destroy_test_db("", verbosity=0)
    sys.exit(not good)


if __name__ == "__main__":
    main()
