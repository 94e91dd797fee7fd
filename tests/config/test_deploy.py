"""What is handed out for deploying fits what is there, as far as it can be tried without a host."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy/systemd").iterdir())


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_image_gets_what_we_depend_on_and_nothing_for_tests() -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", text("requirements-run.txt"), re.M))
    project = tomllib.loads(text("pyproject.toml"))
    wanted = {re.split(r"[\[<>=~]", d)[0] for d in project["project"]["dependencies"]}
    assert wanted <= pinned, "run make lock"
    tools = {re.split(r"[\[<>=~]", d)[0] for d in project["dependency-groups"]["dev"]}
    assert not tools & pinned


def test_both_locks_pin_the_same() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+==[^ ;\\]+)", text(name), re.M))

    assert pins("requirements-run.txt") <= pins("requirements.txt"), "run make lock"


def test_the_example_sets_only_what_there_is() -> None:
    known = {setting.name for setting in environment.SETTINGS} | {"DB_PASSWORD"}
    named = set(re.findall(r"^([A-Z_]+)=", text("deploy/env.example"), re.M))
    assert named <= known
    assert {"SECRET_KEY", "ADDRESS_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"} <= named


def test_the_image_takes_along_only_what_is_there() -> None:
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text("Dockerfile"), re.M):
        assert (ROOT / source).exists(), source
    ignored = text(".dockerignore").splitlines()
    assert {".git", ".env", "var", "tests"} <= set(ignored)


def test_no_process_runs_as_root() -> None:
    assert re.search(r"^USER newsdesk$", text("Dockerfile"), re.M)
    for unit in UNITS:
        if unit.suffix == ".service":
            assert "User=newsdesk" in unit.read_text(), unit


def test_in_compose_the_database_user_owns_a_database_and_nothing_of_the_server() -> None:
    compose, script = text("compose.yaml"), ROOT / "deploy/postgres-init.sh"
    [user] = re.findall(r"DATABASE_URL: postgres://(\w+):", compose)
    assert "./deploy/postgres-init.sh:/docker-entrypoint-initdb.d/" in compose
    assert "POSTGRES_USER" not in compose
    # The image sources what it may not execute, and ends with its `set -u`.
    assert os.access(script, os.X_OK)
    assert f"CREATE ROLE {user} LOGIN NOSUPERUSER" in script.read_text()
    assert "ALTER ROLE postgres PASSWORD NULL" in script.read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_units_are_understood(tmp_path: Path) -> None:
    for unit in UNITS:
        # The programs stand where they are installed; here anything that exists will do.
        there = re.sub(r"/opt/newsdesk/\.venv/bin/\w+", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(there)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in said.stderr.splitlines() if "newsdesk" in line]
    assert ours == []


@pytest.mark.parametrize("name", ["compose.yaml", "deploy/systemd/newsdesk-web.service"])
def test_the_web_process_is_started_by_our_configuration(name: str) -> None:
    words = text("Dockerfile") if name == "compose.yaml" else text(name)
    assert "deploy/gunicorn.conf.py" in words
    assert (ROOT / "deploy/gunicorn.conf.py").exists()
