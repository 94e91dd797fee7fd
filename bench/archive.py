"""A published page beside the same page assembled by queries and templates, and beside nginx.

    python bench/archive.py [--issues 500] [--seconds 4] [--rounds 3] [--database postgres://…]

Fills a database with issues of 40 links: SQLite in a temporary folder, or one of its own beside
the PostgreSQL that is named, dropped at the end. Serves it by gunicorn with two workers of four
threads, the same bytes by nginx, and asks with wrk on the same machine. Rates are medians over
rounds in which all take turns. Needs Debian's packages nginx and wrk.

A page is cold that no worker has drawn yet. Searches ask for words as often as the archive says
them: alone, in pairs, in one year and section.
"""

import argparse
import os
import random
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from bench.common.databases import one_of_its_own

ITEMS = 40
SEARCHES = 400
COLD = 10.0  # milliseconds
P95 = 50.0  # milliseconds
SEEN = 1.0  # seconds until an edit is seen in every worker
NGINX = """daemon off; pid {folder}/nginx.pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; default_type text/html; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; index index.html; }} }}
"""
# In a process of its own: a correction, and the moment after its commit.
CORRECT = """
import time, django
django.setup()
from digest.correcting import Correction, correct
from digest.models import Issue
issue = Issue.objects.get(number={number})
mended = Correction(issue.items.first().uid, "The title was another.", {{"title": "Mended"}})
correct(issue, mended, by=None)
print(time.time())
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, url: str) -> dict[str, str]:
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
        **({"DATABASE_URL": url} if url else {}),
    }


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
    """How long each takes, one after the other over one connection; the first two warm it up."""
    connection, taken = HTTPConnection("127.0.0.1", port), []
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, (path, answer.status)
    return taken[2:]


def fetch(port: int, path: str) -> tuple[str, str]:
    """The page and its ETag, over a connection of its own: any worker answers."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return body, answer.headers["ETag"]


def onward(port: int, path: str, most: int) -> list[str]:
    """The addresses of the pages that go on from a long list, one after the other."""
    found, link = [path], re.compile(r'href="(\?after=[^"]+)"')
    while len(found) < most and (after := link.search(fetch(port, found[-1])[0])):
        found.append(f"{path}{unescape(after[1])}")
    return found


def questions(port: int, issues: int) -> list[str]:
    """Searches in words of items picked by chance, from all over the archive."""
    dice, asked = random.Random(11), []
    for place in range(SEARCHES):
        page = fetch(port, f"/issues/{dice.randint(1, issues)}/")[0]
        year = re.search(r'<time datetime="(\d{4})-', page)
        said = dice.choice(re.findall(r'<div class="blurb"[^>]*><p>([^<]+)\.</p>', page))
        one, other = dice.choices(said.lower().split(), k=2)
        assert year
        where = {"section": "news", "year": year[1]} if place % 4 == 3 else {}
        asked.append({"q": f"{one} {other}" if place % 4 == 2 else one, **where})
    return [f"/search/?{urlencode(query)}" for query in asked]


def seen_after(port: int, number: int, env: dict[str, str]) -> float:
    """Seconds from the commit of a correction to the last answer without it, by any worker."""
    code = CORRECT.format(number=number)
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    stale, fresh = time.time(), 0
    # Forty in a row by new ones of two workers: none is left that knows the old page.
    while process.poll() is None or fresh < 40:
        asked = time.time()
        if "Mended" in fetch(port, f"/issues/{number}/")[0]:
            fresh += 1
        else:
            stale, fresh = asked, 0
        time.sleep(0.01)
    assert process.returncode == 0, "the correction failed"
    return stale - float(process.communicate()[0])


def tell_cold(port: int, issues: int) -> None:
    """A page that no worker has drawn yet, of each kind."""
    some = "".join(fetch(port, f"/issues/{n}/")[0] for n in (2, 3, 4))
    sources = sorted(set(re.findall(r'href="https://(site\d+\.example)/', some)))
    kinds = {
        "issue page": milliseconds(port, [f"/issues/{n}/" for n in range(1, issues, 7)]),
        "source page": milliseconds(port, [f"/sources/{site}/" for site in sources]),
        "section page": milliseconds(port, onward(port, "/sections/news/", 50)),
        "list of all issues": milliseconds(port, [f"/issues/?{n}" for n in range(12)]),
        "home page": milliseconds(port, [f"/?{n}" for n in range(12)]),
        "feed": milliseconds(port, [f"/feeds/issues.atom?{n}" for n in range(12)]),
    }
    for kind, taken in kinds.items():
        worst = max(taken)
        print(f"cold {kind}: median {statistics.median(taken):.1f}, worst {worst:.1f} ms")
    print(f"ratio cold/limit {statistics.median(kinds['issue page']) / COLD:.2f}")


def tell_search(port: int, issues: int) -> None:
    taken = milliseconds(port, questions(port, issues))
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(
        f"search over {issues * ITEMS:,} items, {len(taken)} questions: "
        f"p50 {p50:.1f}, p95 {p95:.1f}, worst {max(taken):.1f} ms (limit {P95:g})"
    )
    print(f"ratio search-p95/limit {p95 / P95:.2f}")


def tell_rates(port: int, peer: int, static: int, args: argparse.Namespace) -> None:
    page = f"/issues/{args.issues // 2}/"
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
    print(f"ratio page/assembled {told['page'] / told['assembled']:.1f}")
    print(f"ratio page/nginx {told['page'] / told['nginx']:.3f}")


def bench(args: argparse.Namespace, url: str, stack: ExitStack) -> None:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsdesk-bench-")))
    port, peer, static = free_port(), free_port(), free_port()
    env = environment(folder, port, url)
    filler = [sys.executable, "bench/common/past_issues.py", str(args.issues)]
    subprocess.run(filler, cwd=ROOT, env=env, check=True)
    stack.enter_context(running(*gunicorn("config.wsgi", port), port=port, env=env))
    tell_cold(port, args.issues)
    tell_search(port, args.issues)
    seen = seen_after(port, args.issues // 3, env)
    print(f"a correction is in every worker after {seen:.2f} s (limit {SEEN:g})")
    print(f"ratio seen/limit {seen / SEEN:.2f}")
    stack.enter_context(running(*gunicorn("bench.assembled", peer), port=peer, env=env))
    page = folder / "pages" / "issues" / str(args.issues // 2) / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(fetch(port, f"/issues/{args.issues // 2}/")[0])
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=static))
    stack.enter_context(running("nginx", "-c", str(config), port=static))
    tell_rates(port, peer, static, args)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in {"issues": 500, "seconds": 4, "rounds": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--database", metavar="URL", help="beside it; default: SQLite")
    args = parser.parse_args()
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        sys.exit(f"Not found: {', '.join(missing)}. Debian: apt-get install {' '.join(missing)}")
    # Told to stop, it drops its database all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with ExitStack() as stack:
        url = stack.enter_context(one_of_its_own(args.database)) if args.database else ""
        bench(args, url, stack)


if __name__ == "__main__":
    main()
