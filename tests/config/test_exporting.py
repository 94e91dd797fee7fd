"""The archive as files: every page, as the site answers it, and every link among them leads on."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from digest import listing, shelving
from digest.models import ImageBlock, LinkBlock, PublishedItem
from digest.pictures import written_anew
from tests.digest.issues import add, add_section, make_issue, make_published, publish
from tests.digest.pictures import picture_file
from tests.makers import make_section

pytestmark = pytest.mark.django_db
# What is no page of ours, and what a server must answer: named with its site.
ELSEWHERE = ("http", "mailto:", "#", "data:")


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
    text = re.sub('name="shown_at" value="[^"]*"', "", text)
    return re.sub(
        r'(href|action)="http://localhost(?=/(?:search|subscribe|submit|planet)/")', r'\1="', text
    )


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
        for target in re.findall(r'(?:href|src|action)="([^"]+)"', (folder / file).read_text()):
            path = target.partition("#")[0].lstrip("/")
            if target.startswith(ELSEWHERE):
                continue
            assert (path + "index.html" if path.endswith("/") or not path else path) in files, (
                target
            )
            seen += 1
    assert seen > 50
    assert sum("/after/" in file for file in files) == 6


def test_what_needs_a_server_is_named_with_its_site(folder: Path) -> None:
    make_published(7)
    files = export(folder)

    for page in ("index.html", "404.html", "about/index.html", "issues/7/index.html"):
        text = (folder / page).read_text()
        for path in ("search", "subscribe", "planet"):
            assert f'href="http://localhost/{path}/"' in text, page
            assert f"{path}/index.html" not in files
    assert 'action="http://localhost/subscribe/"' in (folder / "index.html").read_text()


def test_each_page_of_a_list_is_called_by_its_own_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 1)
    for number in (1, 2):
        issue = make_issue(number)
        add(LinkBlock, issue, title="x", url=f"https://example.com/?after={number}-1-1")
        publish(issue)
    files = export(folder)

    assert sum(file.startswith("sources/example.com/after/") for file in files) == 1
    for file in folder.glob("sources/**/index.html"):
        text, path = file.read_text(), f"/{file.parent.relative_to(folder)}/"
        assert f'<link rel="canonical" href="http://localhost{path}">' in text
        assert 'href="https://example.com/?after=' in text


def test_pictures_are_files_and_one_that_is_gone_is_told(
    folder: Path, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    issue = make_issue(7)
    block = add(ImageBlock, issue, image=written_anew(picture_file()), alt="A chart")
    publish(issue)
    export(folder)

    name = block.image.name
    assert f"/media/{name}" in (folder / "issues/7/index.html").read_text()
    assert (folder / "media" / name).read_bytes() == (tmp_path / "media" / name).read_bytes()
    (tmp_path / "media" / name).unlink()
    with pytest.raises(CommandError, match=r"picture .* is not there"):
        export(folder)


def test_a_former_address_of_a_section_leads_on(folder: Path) -> None:
    shelf = make_section("News", slug="news")
    issue = make_issue(7)
    add(LinkBlock, add_section(issue, "News", section=shelf), title="x", url="https://example.com/")
    publish(issue)
    shelf.slug = "stories"
    shelf.save()
    shelving.moved(shelf, "news", by=None)
    export(folder)

    assert 'url=/sections/stories/"' in (folder / "sections/news/index.html").read_text()
    feeds = folder / "feeds/sections"
    assert (feeds / "news.atom").read_bytes() == (feeds / "stories.atom").read_bytes()


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
