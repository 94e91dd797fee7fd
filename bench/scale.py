"""Every page of a publication that has grown large, beside the same page of the demo.

    python bench/scale.py [--links 1000000] [--subscribers 200000] [--issues 1000] [--feeds 5000]
                          [--rounds 5] [--database postgres://postgres@127.0.0.1:5432/postgres]
                          [--keep NAME] [--only WORDS]

Makes two databases beside the one named (PostgreSQL only): the demo, built by the product's own
verbs, and a copy of it whose rows are copied until there are as many as asked for. Asks every admin
and public page of both. They are dropped at the end; with --keep they stay under NAME and
NAME_demo, and the next run with it finds them filled. Each figure is the quickest of some requests
through Django's test client, all middleware included and no page kept.

A page fails that takes more than 3 times its time on the demo and more than 150 ms, or asks more
queries than it did. Ends with `ratio scale/demo worst X page P`: the worst of the pages that take
more than 150 ms, or of all where none does.
"""

import argparse
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
from bench.common.copying import GROUPS, Copier
from bench.common.databases import Databases

FAST = 150.0  # milliseconds
GROWTH = 3.0
FURNITURE = "A story that another tells in the same words"
# What is asked of the queue: shelves, orders, words, narrowings.
QUEUE = (
    "", "show=shortlisted", "show=rejected", "show=snoozed", "show=hidden", "show=everything",
    "order=score", "show=rejected&order=score", "q=django", "show=everything&q=django",
    "kind=video", "age=week", "show=rejected&age=older", "language=en", "feed=1",
)  # fmt: skip


def settle(url: str, var: str) -> None:
    """A public site's settings, on that database."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "VAR_DIR": var,
        # The same each time: what is kept was written under them.
        "SECRET_KEY": "scale-" * 12,
        "ADDRESS_KEY": "large-" * 12,
        "ALLOWED_HOSTS": "testserver,127.0.0.1",
        "SITE_URL": "http://127.0.0.1:8000",
    }


def manage(*words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True)


def build(databases: Databases, wanted: dict[str, int]) -> None:
    """The demo and the large one, each where it is missing; with this release's tables."""
    for name in (databases.small, databases.large):
        os.environ["DATABASE_URL"] = databases.url(name)
        if databases.there(name):
            manage("migrate", "-v0")
        elif name == databases.small:
            databases.create(name)
            manage("demo", "--no-serve", "--port", "8990")
        else:
            databases.create(name, like=databases.small)
            with using(name):
                Copier(wanted).run()
        with using(name):
            furnish()


def furnish() -> None:
    """Two stories alike on each shelf of the queue, old and new: an empty shelf asks fewer
    questions, and would be no measure for a full one."""
    from django.utils import timezone

    from curation.models import Entry, Feed, Link, LinkAddress

    if Link.objects.filter(title=FURNITURE).exists():
        return
    now, feed = timezone.now(), Feed.objects.earliest("pk")
    shelves = [{"state": state} for state in Link.State] + [{"hidden_by": "A rule"}]
    for number, (shelf, age) in enumerate(product(shelves, (0, 0, 60, 60))):
        at = now - timedelta(days=age)
        link = Link.objects.create(
            url=f"https://example.com/furniture/{number}",
            title=FURNITURE,
            blurb="One of two that say the same.",
            language="en",
            kind=Link.Kind.VIDEO,
            published_at=at,
            snoozed_until=now + timedelta(days=7),
            **shelf,
        )
        LinkAddress.objects.create(identity=uuid4(), url=link.url, link=link)
        Entry.objects.create(
            feed=feed, link=link, identity=uuid4(), title=link.title, published_at=at
        )


@contextmanager
def using(name: str) -> Iterator[None]:
    """Django's connection on the database of that name."""
    import django
    from django.conf import settings

    if not settings.configured:
        django.setup()
        # Pages that refuse say so in the log each time they are asked.
        logging.disable()
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()


def pages() -> dict[str, str]:
    """Every page by a name; those of one thing ask for one in the middle."""
    from django.contrib import admin
    from django.urls import reverse

    from curation.models import Feed
    from delivery.models import Mailing
    from digest.models import Issue, PublishedItem
    from toolbox.paging import MOST

    found = {"front page": "/admin/", "week": "/admin/week/"}
    for model, site in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        listing = reverse(f"admin:{name}_changelist")
        found[f"{name} list"] = listing
        found[f"{name} add"] = reverse(f"admin:{name}_add")
        if site.search_fields:
            found[f"{name} search"] = f"{listing}?q=django"
            found[f"{name} search rare"] = f"{listing}?q=zzzzz"
        last = min(model._default_manager.count(), MOST) // site.list_per_page
        found[f"{name} last page"] = f"{listing}?p={max(last, 1)}"
        keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
        middle = next(iter(keys[keys.count() // 2 :][:1]), None)
        if middle is not None:
            found[f"{name} change"] = reverse(f"admin:{name}_change", args=[middle])
            found[f"{name} history"] = reverse(f"admin:{name}_history", args=[middle])
    for query in QUEUE:
        found[f"queue ?{query}"] = f"/admin/queue/?{query}"
    found["calendar"] = reverse("admin:digest_booking_calendar")
    draft = Issue.objects.filter(state=Issue.State.DRAFT).order_by("pk").first()
    for deed in ("preview", "preflight", "publish"):
        found[f"draft {deed}"] = reverse(f"admin:digest_issue_{deed}", args=[draft.pk])  # type: ignore[union-attr]
    found["draft desk"] = reverse("admin:digest_issue_change", args=[draft.pk])  # type: ignore[union-attr]
    mailing = Mailing.objects.values_list("pk", flat=True)[0]
    found["mailing live"] = reverse("admin:delivery_mailing_change", args=[mailing])
    issue = Issue.objects.published()[Issue.objects.published().count() // 2]
    item = PublishedItem.objects.exclude(domain="").first()
    found |= {
        "home": "/",
        "issues": "/issues/",
        "issue": f"/issues/{issue.number}/",
        "source": f"/sources/{item.domain}/",  # type: ignore[union-attr]
        "planet": "/planet/",
        "planet opml": "/planet.opml",
        "sitemap": "/sitemap.xml",
        "about": "/about/",
        "subscribe": "/subscribe/",
        "submit": "/submit/",
        "search": "/search/?q=django",
        "search two words": "/search/?q=django+async",
        "search rare": "/search/?q=zzzzz",
        "healthz": "/healthz",
        "metrics": "/metrics",
    }
    for path in ("issues.rss", "issues.atom", "issues.json", "planet.atom"):
        found[path] = f"/feeds/{path}"
    for slug in ("news", "articles"):
        found[f"section {slug}"] = f"/sections/{slug}/"
    assert Feed.objects.exists()
    return found


class Figures:
    """Of each page the quickest time in milliseconds, and how many queries it asks."""

    def __init__(self, database: str, only: str) -> None:
        self.database, self.only = database, only
        self.quickest: dict[str, float] = {}
        self.queries: dict[str, int] = {}

    def sweep(self) -> None:
        """Ask every page once more. The first time it is only looked at what it asks."""
        from django.contrib.auth.models import User
        from django.test import Client

        client = Client()
        client.force_login(User.objects.get(username="editor"))
        for name, path in pages().items():
            if self.only not in name:
                continue
            if name in self.queries:
                began = time.perf_counter()
                b"".join(client.get(path))
                took = (time.perf_counter() - began) * 1000
                self.quickest[name] = min(took, self.quickest.get(name, took))
            elif not self.quickest:
                self.look(client, name, path)

    def look(self, client: Any, name: str, path: str) -> None:
        """Count the queries of a page that is there."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        status = client.get(path).status_code
        if status in {403, 404} and "search" not in name:
            return  # the change page of what is only listed
        assert status in {200, 302, 503}, (path, status)
        with CaptureQueriesContext(connection) as asked:
            b"".join(client.get(path))
            self.queries[name] = len(asked)


def measured(databases: Databases, rounds: int, only: str) -> list[Figures]:
    """The figures of the demo and of the large one. In turns, and every page once in each, so
    that what else the machine does falls on all of them."""
    both = [Figures(databases.small, only), Figures(databases.large, only)]
    for _ in range(rounds + 1):
        for figures in both:
            with using(figures.database):
                figures.sweep()
    return both


def report(small: Figures, large: Figures) -> bool:
    """Print every page; whether all of them keep their word."""
    bad, ratios = [], {}
    for name, after in sorted(large.quickest.items(), key=lambda page: -page[1]):
        if name not in small.quickest:
            continue
        before, asked, asks = small.quickest[name], small.queries[name], large.queries[name]
        ratios[name] = after / before
        slow = after > FAST and after > GROWTH * before
        fault = ("SLOW " if slow else "") + ("QUERIES" if asks > asked else "")
        bad += [name] if fault else []
        print(f"  {name:36}{before:9.1f}{after:10.1f} ms  {asked:>3}/{asks} queries  {fault}")
    over = {name: ratio for name, ratio in ratios.items() if large.quickest[name] > FAST} or ratios
    worst = max(over, key=over.__getitem__)
    print(f"pages {len(ratios)}, over 150 ms {sum(ms > FAST for ms in large.quickest.values())}")
    print(f"ratio scale/demo worst {over[worst]:.2f} page {re.sub(' ', '-', worst)}")
    return not bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    wanted = {"links": 1_000_000, "subscribers": 200_000, "issues": 1000, "feeds": 5000}
    for name, number in wanted.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", default="postgres://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--keep", metavar="NAME", help="keep the databases, or use those kept")
    parser.add_argument("--only", default="", metavar="WORDS", help="pages named so")
    args = parser.parse_args()
    # Told to stop, it drops its databases all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    databases = Databases(args.database, args.keep or f"newsdesk_scale_{os.getpid()}")
    with ExitStack() as stack:
        if args.keep:
            var = str(ROOT / "var" / args.keep)
        else:
            var = stack.enter_context(tempfile.TemporaryDirectory(prefix="newsdesk-scale-"))
            stack.callback(databases.drop)
        settle(databases.url(databases.small), var)
        build(databases, {group: getattr(args, group) for group in GROUPS})
        manage("collectstatic", "--no-input", "-v0")
        good = report(*measured(databases, args.rounds, args.only))
    sys.exit(not good)


if __name__ == "__main__":
    main()
