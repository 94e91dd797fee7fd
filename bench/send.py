"""A whole mailing beside plain C and beside Django's own loop, all to one real mail server.

    python bench/send.py [--mails N] [--rounds N] [--connections N] [--memory N]

The server is postfix's `smtp-sink` (its daemon is never started). Three send to it, in turn:
- newsdesk: a worker's way with every row of the ledger, each marked in the database before its
  first byte and its answer written down behind it; on SQLite, or a database of its own on the
  server of DATABASE_URL.
- c: postfix's `smtp-source`, as many connections kept, mails of the same size, no ledger.
- naive: Django's EmailMultiAlternatives, built and sent one by one over one kept connection.
Ends with `ratio send/naive X` and `ratio send/c Y`, medians of the rounds. Then the most memory a
worker takes for 1,000 subscribers and for `--memory` of them (default 100,000; 0: not asked).
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

HTML, TEXT = 32_500, 5_000  # bytes: an issue of 45 links
FEW = 1000
# Must hold on SQLite; on PostgreSQL two thirds of it.
LIMITS = {"send/naive": 8, "send/c": 0.4}
MISSING = "smtp-sink and smtp-source were not found. Debian: apt-get install postfix"


def tool(name: str, folder: Path) -> str:
    """Where a tool of postfix's is. Where the package is not installed it is only unpacked."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:{folder}/usr/sbin")
    if found is None:
        _unpack(folder)
        found = shutil.which(name, path=f"{folder}/usr/sbin")
    if found is None:
        raise SystemExit(MISSING)
    return found


def _unpack(folder: Path) -> None:
    """No script of the package is run, so nothing on this machine begins to listen."""
    if not shutil.which("apt-get"):
        raise SystemExit(MISSING)
    quiet: dict[str, Any] = {"cwd": folder, "capture_output": True, "check": False}
    if subprocess.run(["apt-get", "download", "postfix"], **quiet).returncode:
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "download", "postfix"], **quiet)
    for package in folder.glob("postfix_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package.name, "."], **quiet)
    os.environ["LD_LIBRARY_PATH"] = str(folder / "usr/lib/postfix")


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """The server, from its first answer to the end of the block. Gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # It will not run as root, and says so.
    nobody = [] if os.getuid() else ["-u", "nobody"]
    process = subprocess.Popen([tool("smtp-sink", folder), *nobody, f"127.0.0.1:{port}", "200"])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise SystemExit(f"smtp-sink does not run. {MISSING}")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def body(size: int) -> str:
    line = "Ein Absatz über Django & Python, with a <a href='https://example.com/story'>link</a>. "
    return (line * (size // len(line) + 1))[:size]


def make_mailing() -> int:
    """A mailing of one more issue to everybody. Answers its pk."""
    from digest.placeholders import subscriber_links
    from tests.delivery import makers

    out = subscriber_links()["unsubscribe_url"]
    text, html = (f"{body(size)}\n{out}\n" for size in (TEXT, HTML))
    return makers.make_mailing(email_text=text, email_html=f"<p>{html}").pk


def work(mailing_id: int) -> None:
    """In a process of its own: what a worker does until the mailing is out. Prints how it went."""
    import django

    django.setup()
    from django.utils import timezone

    from bench.common.measure import most_memory
    from delivery import sending
    from delivery.models import Mailing

    mailing = Mailing.objects.get(pk=mailing_id)
    began, cpu = time.perf_counter(), time.process_time()
    while not mailing.is_sent:
        sending.drain(timezone.now())
    told = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "megabytes": most_memory(),
        "states": mailing.progress(),
    }
    sys.stdout.write(json.dumps(told))


def newsdesk(mailing_id: int, port: int, connections: int) -> dict[str, Any]:
    from tests.workers import database_url

    where = {"DATABASE_URL": database_url(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    code = f"from bench.send import work; work({mailing_id})"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**os.environ, **where, "MAIL_CONNECTIONS": str(connections)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    assert set(told["states"]) == {"accepted"}, told
    return told


def c(mails: int, port: int, connections: int, size: int, folder: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    subprocess.run(
        [tool("smtp-source", folder), "-d", "-s", str(connections), "-m", str(mails),
         "-l", str(size), "-f", "a@example.com", "-t", "b@example.com", f"127.0.0.1:{port}"],
        check=True,
    )  # fmt: skip
    return time.perf_counter() - began


def naive(mails: int, port: int) -> float:
    """Seconds."""
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives, mailers

    options = {"host": "127.0.0.1", "port": port}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }
    text, html = body(TEXT), body(HTML)
    began = time.perf_counter()
    with mailers.default as connection:
        for number in range(mails):
            out = f"https://news.example.com/unsubscribe/{number:022}/"
            mail = EmailMultiAlternatives(
                "An issue", f"{text}\n{out}", "a@example.com", [f"reader-{number}@example.com"],
                headers={"List-Unsubscribe": f"<{out}>"},
            )  # fmt: skip
            mail.attach_alternative(f"{html}\n{out}", "text/html")
            assert connection.send_messages([mail]) == 1
    return time.perf_counter() - began


def compare(args: argparse.Namespace, port: int, folder: Path) -> None:
    from delivery.models import Mailing
    from tests.delivery.makers import make_readers

    make_readers(args.mails)
    rates: dict[str, list[float]] = {"newsdesk": [], "c": [], "naive": []}
    for _ in range(args.rounds):
        pk = make_mailing()
        size = len(bytes(Mailing.objects.get(pk=pk).deliveries.all()[0].mail.source))
        told = newsdesk(pk, port, args.connections)
        rates["newsdesk"].append(args.mails / told["seconds"])
        rates["c"].append(args.mails / c(args.mails, port, args.connections, size, folder))
        few = max(100, args.mails // 20)
        rates["naive"].append(few / naive(few, port))
        said = ", ".join(f"{name} {numbers[-1]:,.0f}" for name, numbers in rates.items())
        print(
            f"mails/s of {size:,} bytes: {said};"
            f" newsdesk's cpu {told['cpu'] / args.mails * 1000:.2f} ms a mail",
            flush=True,
        )
    for peer in ("naive", "c"):
        ratios = [own / its for own, its in zip(rates["newsdesk"], rates[peer], strict=True)]
        print(f"ratio send/{peer} {statistics.median(ratios):.2f}", flush=True)


def measure_memory(most: int, args: argparse.Namespace, port: int) -> None:
    from audience.models import Subscriber
    from tests.delivery.makers import make_readers

    taken = []
    for people in (FEW, most):
        Subscriber.objects.exclude(deliveries__isnull=False).delete()
        make_readers(people - Subscriber.objects.count())
        told = newsdesk(make_mailing(), port, args.connections)
        sent = sum(told["states"].values())
        taken.append(told["megabytes"])
        print(
            f"{sent:,} subscribers: {told['megabytes']:.0f} MB,"
            f" {sent / told['seconds']:,.0f} mails/s"
        )
    print(f"ratio memory/{FEW} {taken[1] / taken[0]:.2f}")


def on_a_database(deed: Callable[[], None]) -> None:
    """One of its own, which is gone afterwards."""
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    print(f"{connection.vendor}", flush=True)
    try:
        deed()
    finally:
        connection.creation.destroy_test_db("", verbosity=0)


def main() -> None:
    args = parse()
    with tempfile.TemporaryDirectory(prefix="newsdesk-send-") as var:
        folder = Path(var)
        folder.chmod(0o755)
        # As on a public site: with DEBUG on, Django keeps the last 9,000 statements in memory.
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": var, "DEBUG": "0",
        }  # fmt: skip
        import django

        django.setup()
        with sink(folder) as port:
            on_a_database(lambda: compare(args, port, folder))
            if args.memory:
                on_a_database(lambda: measure_memory(args.memory, args, port))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mails", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--memory", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
