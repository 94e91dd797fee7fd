"""Every page of a publication that has grown large, beside the same page of the demo.

    python bench/scale.py [--links 1000000] [--subscribers 200000] [--issues 1000] [--feeds 5000]
                          [--rounds 5] [--database postgres://postgres@127.0.0.1:5432/postgres]

Makes a database of its own beside the one named (PostgreSQL only), builds the demo in it by the
product's own verbs, asks every admin and public page, copies the demo's rows until there are as
many as asked for, and asks again. The database is dropped at the end. Each figure is the quickest
of some requests through Django's test client, all middleware included and no page kept.

A page fails that takes more than 3 times its time on the demo and more than 150 ms, or asks more
queries than it did. Ends with `ratio scale/demo worst X page P`: the worst of the pages that take
more than 150 ms, or of all where none does.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
FAST = 150.0  # milliseconds
GROWTH = 3.0
# So many copies of the demo's queue still wait: 50 times its links.
LATELY = 50
# The models whose rows are copied, by what is asked for; parents before their parts.
GROUPS = {
    "feeds": ["curation.Feed"],
    "links": [
        "curation.Link", "curation.LinkAddress", "curation.LinkUse", "curation.LinkEvent",
        "curation.Entry", "curation.EntryContent",
    ],
    "issues": [
        "digest.Issue", "digest.IssueSection", "digest.LinkBlock", "digest.TextBlock",
        "digest.JobBlock", "digest.ProjectBlock", "digest.EventBlock", "digest.MediaBlock",
        "digest.ImageBlock", "digest.RenderedIssue", "digest.PublishedItem",
    ],
    "subscribers": ["audience.Subscriber", "delivery.Delivery"],
}  # fmt: skip
# How far back the last copy of a group's rows lies, where time matters.
SPREAD = {"links": "5 years", "issues": None, "subscribers": "5 years", "feeds": "0 days"}


@contextmanager
def database(beside: str) -> Iterator[str]:
    """A new one, dropped afterwards."""
    name = f"newsdesk_scale_{os.getpid()}"
    with psycopg.connect(beside, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    try:
        yield urlunsplit(urlsplit(beside)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(beside, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def settle(url: str, var: str) -> None:
    """A public site's settings, on that database."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
        "VAR_DIR": var,
        "SECRET_KEY": secrets.token_hex(40),
        "ADDRESS_KEY": secrets.token_hex(40),
        "ALLOWED_HOSTS": "testserver,127.0.0.1",
        "SITE_URL": "http://127.0.0.1:8000",
    }


def build() -> None:
    """The demo, and the files its pages name."""
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "demo", "--no-serve", "--port", "8990"], cwd=ROOT, check=True)
    subprocess.run([*manage, "collectstatic", "--no-input", "-v0"], cwd=ROOT, check=True)


class Copier:
    """Copies rows within the database, each copy with keys of its own."""

    def __init__(self, wanted: dict[str, int]) -> None:
        from django.apps import apps

        self.models = {name: apps.get_model(name) for part in GROUPS.values() for name in part}
        self.copies: dict[Any, int] = {}
        self.steps: dict[Any, int] = {}
        self.groups = {}
        for group, names in GROUPS.items():
            have = self.models[names[0]].objects.count()
            for name in names:
                model = self.models[name]
                self.copies[model] = max(-(-wanted[group] // have) - 1, 0)
                self.groups[model] = group
                # Beyond all of the demo's keys and numbers, and the same for all: simple.
                self.steps[model] = 100_000

    def run(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            # Neither triggers nor foreign keys: the words of the search are copied along.
            cursor.execute("SET session_replication_role = replica")
            for model, copies in self.copies.items():
                began = time.perf_counter()
                cursor.execute(self.statement(model, copies))
                took = time.perf_counter() - began
                print(f"  {model._meta.db_table:28}{cursor.rowcount:>12,} rows in {took:.0f} s")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")

    def statement(self, model: Any, copies: int) -> str:
        fields = {field.column: self.value(field, copies) for field in model._meta.concrete_fields}
        if model._meta.label in {"curation.Link", "digest.PublishedItem"}:
            fields["words"] = "t.words"
        names, values = ", ".join(f'"{name}"' for name in fields), ", ".join(fields.values())
        table = model._meta.db_table
        return (
            f'INSERT INTO "{table}" ({names}) SELECT {values} '
            f'FROM (SELECT * FROM "{table}") t, generate_series(1, {copies}) k'
        )

    def value(self, field: Any, copies: int) -> str:
        """What a column of copy k holds."""
        column, kind = f't."{field.column}"', field.get_internal_type()
        if field.remote_field and field.related_model in self.copies:
            target = field.related_model
            # Fewer copies there: they are shared out.
            return f"{column} + (k % {self.copies[target] + 1})::bigint * {self.steps[target]}"
        if field.remote_field:
            return column
        if field.model._meta.label == "curation.Link" and field.name == "state":
            # What waits is of the last weeks; the rest was decided upon, or ran.
            ran = "EXISTS (SELECT 1 FROM curation_linkuse u WHERE u.link_id = t.id)"
            open_ = "t.state IN ('new', 'snoozed', 'shortlisted')"
            return (
                f"CASE WHEN k > {LATELY} AND {open_} AND NOT {ran} THEN 'rejected' ELSE t.state END"
            )
        if field.primary_key or (field.name == "number" and "Integer" in kind):
            return f"{column} + k::bigint * {self.steps[field.model]}"
        if field.name == "region":
            parts = r"regexp_replace(t.region, '_\d+$', '_')"
            number = r"substring(t.region from '\d+$')::bigint"
            return f"{parts} || ({number} + k::bigint * 100000)"
        if kind == "UUIDField":
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE md5({column}::text || k)::uuid END"
        if kind in {"DateTimeField", "DateField"}:
            return self.moment(field, column, copies)
        return self.text(field, column, kind)

    def moment(self, field: Any, column: str, copies: int) -> str:
        """So far back that the copies fill the years; what lies ahead stays there."""
        spread = SPREAD[self.groups[field.model]]
        back = f"k * interval '{spread}' / {max(copies, 1)}" if spread else "k * interval '21 days'"
        type_ = "date" if field.get_internal_type() == "DateField" else "timestamptz"
        return f"CASE WHEN {column} > now() THEN {column} ELSE ({column} - {back})::{type_} END"

    def text(self, field: Any, column: str, kind: str) -> str:
        if field.name == "email":
            return f"'k' || k || '.' || {column}"
        if field.name == "url" and field.model._meta.label in {"curation.Feed", "curation.Link"}:
            return f"{column} || '#' || k"
        if kind == "BinaryField" and field.unique:
            return f"decode(md5({column} || k::text::bytea), 'hex')"
        if kind in {"CharField", "EmailField"} and (field.unique or field.name == "address_key"):
            return f"left(md5({column} || k) || md5(k || {column}), {field.max_length})"
        return column


def pages() -> dict[str, str]:
    """Every page by a name; those of one thing ask for one in the middle."""
    from django.contrib import admin
    from django.urls import reverse

    from curation.models import Feed
    from delivery.models import Mailing
    from digest.models import Issue, PublishedItem

    found = {"front page": "/admin/", "week": "/admin/week/"}
    for model, site in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        listing = reverse(f"admin:{name}_changelist")
        found[f"{name} list"] = listing
        if site.search_fields:
            found[f"{name} search"] = f"{listing}?q=django"
        keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
        middle = next(iter(keys[keys.count() // 2 :][:1]), None)
        if middle is not None:
            found[f"{name} change"] = reverse(f"admin:{name}_change", args=[middle])
            found[f"{name} history"] = reverse(f"admin:{name}_history", args=[middle])
    for query in ("", "show=shortlisted", "show=rejected", "q=django", "show=everything&q=django"):
        found[f"queue ?{query}"] = f"/admin/queue/?{query}"
    found["calendar"] = reverse("admin:digest_booking_calendar")
    draft = Issue.objects.filter(state=Issue.State.DRAFT).order_by("pk").first()
    for deed in ("preview", "preflight"):
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
    }
    for path in ("issues.rss", "issues.atom", "issues.json", "planet.atom"):
        found[path] = f"/feeds/{path}"
    for slug in ("news", "articles"):
        found[f"section {slug}"] = f"/sections/{slug}/"
    assert Feed.objects.exists()
    return found


def measure(rounds: int) -> dict[str, tuple[float, int]]:
    """Milliseconds and queries of each page."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(User.objects.get(username="editor"))
    figures = {}
    for name, path in pages().items():
        answer = client.get(path)
        if answer.status_code in {403, 404} and "search" not in name:
            continue  # the change page of what is only listed
        assert answer.status_code in {200, 302, 503}, (path, answer.status_code)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
            queries = len(asked)
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            b"".join(client.get(path))
            took.append((time.perf_counter() - began) * 1000)
        figures[name] = (min(took), queries)
    return figures


def report(small: dict[str, tuple[float, int]], large: dict[str, tuple[float, int]]) -> bool:
    """Print every page; whether all of them keep their word."""
    bad, ratios = [], {}
    for name in sorted(small.keys() & large.keys(), key=lambda name: -large[name][0]):
        (before, asked), (after, asks) = small[name], large[name]
        ratios[name] = after / before
        slow = after > FAST and after > GROWTH * before
        fault = ("SLOW " if slow else "") + ("QUERIES" if asks > asked else "")
        bad += [name] if fault else []
        print(f"  {name:36}{before:9.1f}{after:10.1f} ms  {asked:>3}/{asks} queries  {fault}")
    over = {name: ratio for name, ratio in ratios.items() if large[name][0] > FAST} or ratios
    worst = max(over, key=over.__getitem__)
    print(f"pages {len(ratios)}, over 150 ms {sum(ms > FAST for ms, _ in large.values())}")
    print(f"ratio scale/demo worst {over[worst]:.2f} page {re.sub(' ', '-', worst)}")
    return not bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    wanted = {"links": 1_000_000, "subscribers": 200_000, "issues": 1000, "feeds": 5000}
    for name, number in wanted.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", default="postgres://postgres@127.0.0.1:5432/postgres")
    args = parser.parse_args()
    # Told to stop, it drops its database all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with (
        tempfile.TemporaryDirectory(prefix="newsdesk-scale-") as var,
        database(args.database) as url,
    ):
        settle(url, var)
        build()
        import django

        django.setup()
        from django.db import connections

        small = measure(args.rounds)
        Copier({group: getattr(args, group) for group in GROUPS}).run()
        large = measure(args.rounds)
        good = report(small, large)
        connections.close_all()
    sys.exit(not good)


if __name__ == "__main__":
    main()
