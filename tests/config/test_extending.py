"""docs/extending.md, done to a copy of the source to the letter, and its own tests run there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ["config", "delivery", "audience", "digest", "curation", "outbox", "publication", "toolbox"]
BLOCK = re.compile(
    r"^```(?:python|jinja|text) (?P<path>\S+)(?: below (?P<below>\"[^\n]*\"))?\n"
    r"(?P<code>.*?)^```$",
    re.M | re.S,
)


def follow(page: str, copy: Path) -> list[str]:
    """Put each block where it says. Answers the tests among them."""
    tests = []
    for found in BLOCK.finditer(page):
        path, code = copy / found["path"], found["code"]
        if found["below"]:
            line = found["below"][1:-1].replace('\\"', '"')
            before = path.read_text()
            assert before.count(f"{line}\n") == 1, line
            path.write_text(before.replace(f"{line}\n", f"{line}\n{code}"))
        elif path.exists():
            path.write_text(f"{path.read_text()}\n\n{code}")
        else:
            path.write_text(code)
        tests += [found["path"]] if found["path"].startswith("tests/") else []
    return tests


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in [*ROOMS, "tests", "templates", "static", "bench"]:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, *command: str) -> str:
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(copy / "var")}
    done = subprocess.run(
        [sys.executable, *command], cwd=copy, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_the_page_says_works(copy: Path) -> None:
    tests = follow((ROOT / "docs/extending.md").read_text(), copy)
    assert len(tests) == 3
    assert "QuoteBlock" in run(copy, "manage.py", "makemigrations", "digest", "-n", "quote_block")
    run(copy, "manage.py", "check")
    said = run(copy, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", *tests)
    assert "..." in said


def test_a_block_without_its_templates_is_named(copy: Path) -> None:
    follow((ROOT / "docs/extending.md").read_text(), copy)
    (copy / "templates/emails/blocks/quote.txt").unlink()
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(copy / "var")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=copy, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "QuoteBlock has no template emails/blocks/quote.txt" in done.stderr
