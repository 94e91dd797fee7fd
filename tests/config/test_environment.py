"""What is set from outside is read once; what is wrong is named, with a hint."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).parents[2]


def test_nothing_set_is_laptop_mode() -> None:
    values, faults = environment.read({})
    assert faults == []
    assert values["SECRET_KEY"] == ""
    assert values["DEBUG"] is None
    assert values["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEBUG", "perhaps"),
        ("SITE_URL", "news.example.com"),
        ("SITE_URL", "ftp://news.example.com"),
        ("DATABASE_URL", "oracle-or-so"),
        ("EMAIL_URL", "pigeon://coop"),
        ("FETCH_PER_HOST", "0"),
        ("FETCH_TIMEOUT", "soon"),
    ],
)
def test_a_wrong_value_is_a_fault_and_the_default_stands_in(name: str, text: str) -> None:
    values, faults = environment.read({name: text})
    assert [fault.name for fault in faults] == [name]
    assert values[name] == environment.read({})[0][name]


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp+tls://user:p%40ss@mail.example.com", 587, True, False),
        ("smtps://user:p%40ss@mail.example.com:1465", 1465, False, True),
    ],
)
def test_an_email_url_becomes_a_mailer(url: str, port: int, tls: bool, ssl: bool) -> None:
    options = environment.read({"EMAIL_URL": url})[0]["EMAIL_URL"]["OPTIONS"]
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, tls, ssl)
    if "@" in url:
        assert options["password"] == "p@ss"


def run_check(**environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


def test_check_names_what_cannot_be_read(tmp_path: Path) -> None:
    said = run_check(VAR_DIR=str(tmp_path), EMAIL_URL="pigeon://coop")
    assert "EMAIL_URL cannot be used" in said
    assert "HINT: smtp://" in said
    assert "Traceback" not in said


def test_check_refuses_a_public_host_without_a_key(tmp_path: Path) -> None:
    said = run_check(VAR_DIR=str(tmp_path), ALLOWED_HOSTS="news.example.com")
    assert "newsdesk.E002" in said


def test_check_refuses_a_public_site_without_an_address_key(tmp_path: Path) -> None:
    assert "newsdesk.E003" in run_check(VAR_DIR=str(tmp_path), SECRET_KEY="k" * 50)


def test_the_docs_have_the_settings_as_they_are() -> None:
    assert environment.table() in (ROOT / "docs/settings.md").read_text()


def test_a_command_before_migrate_says_so_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "poll_feeds"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "The database has no tables yet. Run: python manage.py migrate\n"
