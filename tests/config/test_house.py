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


def importers(name: str) -> set[str]:
    pattern = re.compile(rf"^\s*(from|import) {name}\b", re.M)
    return {str(p.relative_to(ROOT)) for p in sources() if pattern.search(p.read_text())}


def test_one_file_knows_the_mjml_engine() -> None:
    assert importers("mjml") == {"toolbox/mjml.py"}


def test_only_the_guarded_client_asks_other_servers() -> None:
    client = {"toolbox/http.py", "toolbox/http_body.py", "toolbox/http_errors.py"}
    assert importers("httpx") == client
    assert importers("requests|aiohttp|urllib.request|http.client") == set()


def test_pins_name_no_address() -> None:
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text()


# Each writes what it has cleaned, escaped or made itself.
TRUSTED = {
    "digest/carrying.py", "digest/drawing.py", "digest/feeds.py", "config/settings.py",
    "digest/searching.py", "digest/structured.py",
    "curation/queue_page.py", "templates/admin/digest/issue/feed.html",
    "templates/archive/issue.html",
}  # fmt: skip


def test_html_is_taken_for_safe_in_these_files_only() -> None:
    trusting = re.compile(r"\bmark_safe\(|\|safe\b|autoescape|safeseq|\bSafeString\(\w")
    pages = [
        *sources(),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "templates").rglob("*.mjml"),
    ]
    found = {str(p.relative_to(ROOT)) for p in pages if trusting.search(p.read_text())}
    assert found == TRUSTED


def test_what_others_wrote_is_shown_in_a_sandbox_without_scripts() -> None:
    frames = [
        frame
        for page in (ROOT / "templates").rglob("*.html")
        for frame in re.findall(r"<iframe[^>]*>", page.read_text())
    ]
    assert len(frames) > 5
    for frame in frames:
        assert "sandbox" in frame, frame
        assert "allow-scripts" not in frame, frame
        assert "allow-same-origin" not in frame, frame
