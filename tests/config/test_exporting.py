"""The archive as files: every page, as the site answers it, and every link among them leads on."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from digest import listing
from digest.models import LinkBlock, PublishedItem
from tests.digest.issues import add, make_issue, make_published, publish

pytestmark = pytest.mark.django_db
# What a server must answer, and what is no page of ours.
LIVE = (
    "/search/",
    "/submit/",
    "/subscribe/",
    "/planet",
    "/feeds/planet",
    "http",
    "mailto:",
    "#",
    "data:",
)


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.SITE_URL = "http://localhost"
    return tmp_path / "public"


def export(folder: Path) -> list[str]:
    call_command("export_archive", str(folder), verbosity=0)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def unstamped(where: Path | Client, path: str = "") -> str:
    """A page as a file or as it is answered, without the moment at which it was made."""
    if isinstance(where, Path):
        text = where.read_text()
    else:
        text = where.get(path, headers={"host": "localhost"}).content.decode()
    return re.sub('name="shown_at" value="[^"]*"', "", text)


def test_pages_and_feeds_are_files_with_the_bytes_of_the_site(client: Client, folder: Path) -> None:
    make_published(7, "A story")
    files = export(folder)

    for path in ("/", "/issues/", "/issues/7/", "/sources/example.com/"):
        assert f"{path}index.html".lstrip("/") in files
    for path in ("/feeds/issues.rss", "/feeds/issues.atom", "/look.css", "/sitemap.xml"):
        assert unstamped(folder / path.lstrip("/")) == unstamped(client, path)
    assert unstamped(folder / "issues/7/index.html") == unstamped(client, "/issues/7/")
    assert "There is nothing at this address" in (folder / "404.html").read_text()


def test_every_link_among_the_files_leads_to_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(1, 5):
        make_published(number, f"One of {number}", f"Two of {number}")
    files = set(export(folder))

    seen = 0
    for file in files:
        if not file.endswith(".html"):
            continue
        for target in re.findall(r'(?:href|src)="([^"]+)"', (folder / file).read_text()):
            path = target.partition("#")[0].lstrip("/")
            if target.startswith(LIVE):
                continue
            assert (path + "index.html" if path.endswith("/") or not path else path) in files, (
                target
            )
            seen += 1
    assert seen > 50
    assert sum("/after/" in file for file in files) == 6


def test_what_is_not_out_is_not_exported(folder: Path) -> None:
    make_published(7)
    add(LinkBlock, make_issue(8), title="Secret")
    export(folder)

    assert not any("Secret" in path.read_text() for path in folder.rglob("*.html"))


def test_it_says_in_one_line_what_cannot_be_written(folder: Path) -> None:
    make_published(7)
    folder.write_text("in the way")

    with pytest.raises(CommandError, match=r"public.* cannot be written"):
        export(folder)


def test_no_name_leads_out_of_the_folder(folder: Path) -> None:
    issue = make_issue(7)
    add(LinkBlock, issue, title="x", url="https://example.com/")
    publish(issue)
    PublishedItem.objects.update(domain="..")

    with pytest.raises(CommandError):
        export(folder)
    assert not (folder.parent / "index.html").exists()
