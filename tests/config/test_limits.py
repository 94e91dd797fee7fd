"""What nobody outside may use up: the database's time, and ours."""

import subprocess
import sys
import time

import pytest
from django.conf import LazySettings, settings
from django.core.checks import Tags, run_checks
from django.db import connection
from django.test import Client

from tests.delivery.makers import make_rendered
from tests.makers import make_editor

pytestmark = pytest.mark.django_db
ASK = """
from config import limits, wsgi
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0], limits.LONGEST)
"""
# 50,000 letters each, of what makes expressions that look back and forth slow.
LONG = {
    "letters": "a" * 50_000,
    "spaces": "a" + " " * 50_000 + "b",
    "signs": "a@" * 25_000,
    "markup": "<a " * 16_000,
    "numbers": "1-" * 25_000,
    "address": "https://" + "a." * 25_000,
    "path": "https://example.com/" + "../" * 16_000,
}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such limit")
def test_a_statement_of_a_web_page_may_not_run_for_ever() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    told, wanted = done.stdout.split()
    assert told == wanted


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no users")
def test_a_superuser_of_the_database_is_warned_of(settings: LazySettings) -> None:
    settings.LAPTOP = False

    def said() -> list[str]:
        found = run_checks(tags=[Tags.database], databases=[connection.alias])
        return [str(one.id) for one in found]

    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE newsdesk_plain")
        cursor.execute("CREATE ROLE newsdesk_super SUPERUSER")
        cursor.execute("SET LOCAL ROLE newsdesk_super")
        assert said() == ["newsdesk.W011"]
        cursor.execute("SET LOCAL ROLE newsdesk_plain")
        assert said() == []
        settings.LAPTOP = True
        cursor.execute("RESET ROLE")
    assert said() == []


@pytest.mark.parametrize("kind", LONG)
def test_no_field_of_a_stranger_takes_long_to_read(client: Client, kind: str) -> None:
    make_rendered()
    long = LONG[kind]
    began = time.process_time()
    for path, name in [("/search/", "q"), ("/planet/", "after"), ("/submit/", "url")]:
        assert client.get(path, {name: long}).status_code == 200
    client.post("/submit/", dict.fromkeys(["url", "title", "text", "name", "email"], long))
    client.post("/subscribe/", {"email": long})
    client.post("/admin/login/", {"username": long, "password": "x"})
    for path in ("unsubscribe", "confirm", "preferences", "account", "issues", "sections"):
        client.get(f"/{path}/{'a' * 8000}/")

    # A second or less here; an expression that tries everything takes minutes.
    assert time.process_time() - began < 10


@pytest.mark.parametrize("page", ["9" * 30, "-1", "x", "1e9"])
def test_a_page_that_is_not_there_is_no_fault_of_ours(client: Client, page: str) -> None:
    client.force_login(make_editor())
    for name in ("curation/link", "curation/entry", "delivery/delivery", "audience/subscriber"):
        assert client.get(f"/admin/{name}/", {"p": page}).status_code in {200, 302}
    for path in ("/issues/", "/planet/", "/search/?q=a", "/sections/news/"):
        assert client.get(path, {"after": page, "page": page}).status_code in {200, 404}
