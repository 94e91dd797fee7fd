"""A published page beside the same page assembled by queries and templates, and beside nginx.

    python bench/archive.py [--issues 500] [--seconds 4] [--rounds 3]

Fills an SQLite database in a temporary folder with issues of 40 links, serves it by gunicorn with
two workers of four threads, the same bytes by nginx, and asks with wrk on the same machine. Rates
are medians over rounds in which all take turns. Needs Debian's packages nginx and wrk.
"""

import argparse
import os
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parents[1]
ITEMS = 40
SEARCHES = 200
COLD = 10.0  # milliseconds
P95 = 50.0  # milliseconds
NGINX = """daemon off; pid {folder}/nginx.pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; default_type text/html; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; index index.html; }} }}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(40),
        "ADDRESS_KEY": secrets.token_hex(40),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }


def fill(issues: int) -> None:
    """In a process of its own: one issue after the other, approved and published."""
    import random
    from datetime import date, timedelta

    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from digest.approval import approve
    from digest.models import Issue, IssueSection, LinkBlock
    from digest.publishing import publish

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    dice, now = random.Random(7), timezone.now()
    letters = "abcdefghijklmnoprstuvw"
    words = ["".join(dice.choices(letters, k=dice.randint(3, 9))) for _ in range(4000)]
    weights = [1 / (rank + 2) for rank in range(len(words))]

    def sentence(length: int) -> str:
        return " ".join(dice.choices(words, weights, k=length)).capitalize()

    for number in range(1, issues + 1):
        day = date(2016, 1, 1) + timedelta(weeks=number)
        issue = Issue.objects.create(number=number, title=sentence(6), date=day)
        for position, title in enumerate(("News", "Articles", "Projects", "Videos", "Forum")):
            section = IssueSection.objects.create(issue=issue, title=title, position=position)
            LinkBlock.objects.bulk_create(
                LinkBlock(
                    parent=issue,
                    region=section.key,
                    ordering=n,
                    title=sentence(7),
                    url=f"https://site{dice.randint(1, 900)}.example/{number}/{n}",
                    blurb=f"<p>{sentence(25)}.</p>",
                )
                for n in range(ITEMS // 5)
            )
        approve(issue, by=None)
        publish(issue, by=None, now=now)


@contextmanager
def running(*command: str, port: int, env: dict[str, str] | None = None) -> Iterator[None]:
    """A server, from its first answer to the end of the block."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, f"{command[0]} ended"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def gunicorn(module: str, port: int) -> list[str]:
    options = ["--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", module, *options, "--log-level", "error"]


def rate(url: str, seconds: int, *headers: str) -> float:
    """Requests per second; any answer but 2xx and 3xx ends the bench."""
    asked = [part for header in headers for part in ("-H", header)]
    said = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", *asked, url],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def milliseconds(port: int, paths: list[str]) -> list[float]:
    """How long each takes, one after the other over one connection."""
    connection, taken = HTTPConnection("127.0.0.1", port), []
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, path
    return taken


def measure(port: int, peer: int, static: int, args: argparse.Namespace) -> None:
    page = f"/issues/{args.issues // 2}/"
    cold = milliseconds(port, [f"/issues/{n}/" for n in range(1, args.issues, 7)])[2:]
    words = re.findall(r"[a-z]{4,}", fetch(port, page)[0].decode())[-SEARCHES:]
    search = milliseconds(port, [f"/search/?q={word}" for word in words])
    etag = fetch(port, page)[1]
    rows: dict[str, list[float]] = {}
    for _ in range(args.rounds):
        for name, where, headers in (
            ("page", port, []), ("packed", port, ["Accept-Encoding: gzip"]),
            ("304", port, [f"If-None-Match: {etag}"]), ("assembled", peer, []),
            ("nginx", static, []),
        ):  # fmt: skip
            url = f"http://127.0.0.1:{where}{page}"
            rows.setdefault(name, []).append(rate(url, args.seconds, *headers))
    told = {name: statistics.median(rates) for name, rates in rows.items()}
    print("requests/s: " + ", ".join(f"{name} {number:,.0f}" for name, number in told.items()))
    print(f"cold page, median of {len(cold)}: {statistics.median(cold):.1f} ms (limit {COLD:g})")
    p95 = statistics.quantiles(search, n=20)[-1]
    items = args.issues * ITEMS
    print(f"search, p95 of {len(search)} over {items:,} items: {p95:.1f} ms (limit {P95:g})")
    print(f"ratio cold/limit {statistics.median(cold) / COLD:.2f}")
    print(f"ratio search-p95/limit {p95 / P95:.2f}")
    print(f"ratio page/assembled {told['page'] / told['assembled']:.1f}")
    print(f"ratio page/nginx {told['page'] / told['nginx']:.3f}")


def fetch(port: int, path: str) -> tuple[bytes, str]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.read(), answer.headers["ETag"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        sys.exit(f"Not found: {', '.join(missing)}. Debian: apt-get install {' '.join(missing)}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsdesk-bench-")))
        port, peer, static = free_port(), free_port(), free_port()
        env = environment(folder, port)
        code = f"from bench.archive import fill; fill({args.issues})"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True)
        stack.enter_context(running(*gunicorn("config.wsgi", port), port=port, env=env))
        stack.enter_context(running(*gunicorn("bench.assembled", peer), port=peer, env=env))
        page = folder / "pages" / "issues" / str(args.issues // 2) / "index.html"
        page.parent.mkdir(parents=True)
        page.write_bytes(fetch(port, f"/issues/{args.issues // 2}/")[0])
        folder.chmod(0o755)
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=static))
        stack.enter_context(running("nginx", "-c", str(config), port=static))
        measure(port, peer, static, args)


if __name__ == "__main__":
    main()
