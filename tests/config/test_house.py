"""What the source may not do, read from the source."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ["config", "delivery", "audience", "digest", "curation", "outbox", "publication", "toolbox"]


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_the_backport_is_pinned_and_imported_nowhere() -> None:
    assert "django-tasks==" in (ROOT / "requirements.txt").read_text()
    for path in sources():
        assert not re.search(r"^\s*(from|import) django_tasks\b", path.read_text(), re.M), path


def test_one_file_knows_the_mjml_engine_and_one_the_http_client() -> None:
    knows = {"mjml": set(), "httpx": set()}  # type: dict[str, set[str]]
    for path in sources():
        for name, files in knows.items():
            if re.search(rf"^\s*(from|import) {name}\b", path.read_text(), re.M):
                files.add(str(path.relative_to(ROOT)))
    assert knows == {"mjml": {"toolbox/mjml.py"}, "httpx": {"toolbox/http.py"}}


def test_pins_name_no_address() -> None:
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text()
