"""Pictures in issues: written anew on the way in, the same in every output."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from digest import preflight
from digest.models import ImageBlock, Issue
from digest.pictures import PictureError, written_anew
from digest.rendering import render
from tests.digest.desks import Desk, errors, make_desk, new_row
from tests.digest.issues import add, add_section, make_issue
from tests.digest.pictures import picture_file
from tests.makers import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    """Pictures of this test only."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def uploaded(desk: Desk, file: Any, **values: str) -> Any:
    fields = desk.open()
    given = {"alt": "A red boat", **values}
    prefix = new_row(fields, desk.section("News"), kind="imageblock", in_feeds="on", **given)
    return desk.post(fields, **{f"{prefix}-image": file})


def make_picture(issue: Issue, **values: Any) -> ImageBlock:
    picture = written_anew(picture_file((900, 300)))
    given = {"alt": 'A "red" boat', "width": picture.width, "height": picture.height, **values}
    block: ImageBlock = add(ImageBlock, add_section(issue, "Seen"), image=picture, **given)
    return block


def test_what_is_kept_is_the_picture_and_nothing_else(media: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    assert uploaded(make_desk(), picture_file(exif=exif.tobytes())).status_code == 302
    block = ImageBlock.objects.get()
    assert (block.width, block.height) == (40, 30)
    [kept] = media.rglob("*.*")
    assert "holiday" not in kept.name
    assert kept.suffix == ".jpg"
    assert b"taken at home" not in kept.read_bytes()


@pytest.mark.parametrize(
    ("given", "suffix"),
    [
        ({"kind": "PNG", "mode": "RGBA"}, "png"),
        ({"kind": "PNG"}, "jpg"),
        ({"kind": "WEBP"}, "jpg"),
        ({"kind": "GIF", "mode": "P"}, "jpg"),
        ({"kind": "JPEG", "mode": "CMYK"}, "jpg"),
    ],
)
def test_what_mail_programs_do_not_all_show_becomes_what_they_do(
    given: dict[str, str], suffix: str
) -> None:
    picture = written_anew(picture_file(name="x.exe", **given))  # type: ignore[arg-type]
    assert picture.name is not None
    assert picture.name.endswith(suffix)


def test_a_picture_is_turned_upright_and_no_wider_than_a_mail_needs() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    turned = written_anew(picture_file((30, 60), exif=exif.tobytes()))
    assert (turned.width, turned.height) == (60, 30)
    wide = written_anew(picture_file((3000, 1500)))
    assert (wide.width, wide.height) == (1200, 600)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG is none"),
        (b"%PDF-1.4", "no picture"),
        (b"", "empty"),
        (picture_file((400, 400)).read()[:300], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_at_the_block(content: bytes, why: str) -> None:
    file = SimpleUploadedFile("boat.jpg", content, "image/jpeg")
    assert why in errors(uploaded(make_desk(), file))
    assert not ImageBlock.objects.exists()


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.pictures.LARGEST_FILE", 100)
    with pytest.raises(PictureError, match="make it smaller"):
        written_anew(picture_file())
    monkeypatch.undo()
    monkeypatch.setattr("digest.pictures.LARGEST_AREA", 1000)
    with pytest.raises(PictureError, match="pixels"):
        written_anew(picture_file())


def test_a_picture_is_said_in_words() -> None:
    assert "This field is required." in errors(uploaded(make_desk(), picture_file(), alt=""))
    make_picture(issue := make_issue(), alt=" ")
    found = [finding.text for finding in preflight.inspect(issue).blockers]
    assert "A picture is not said in words, for those who do not see it." in found


def test_it_stands_in_every_output() -> None:
    issue = make_issue()
    block = make_picture(issue, title="Boats", credit="Photo: Ada", url="https://a.example/")
    drawn = render(issue)
    for html in (drawn.email_html, drawn.web_body, drawn.feed_body):
        assert f'src="{block.address}"' in html
        assert 'alt="A &#34;red&#34; boat"' in html
        assert "Photo: Ada" in html
    assert block.address.startswith("http")
    assert 'width="560"' in drawn.email_html
    assert 'width="900" height="300"' in drawn.web_body
    assert '[Picture: A "red" boat]' in drawn.email_text
    assert block.address not in drawn.email_text


def test_a_picture_alone_is_an_issue_worth_approving(masthead_filled_in: None) -> None:
    make_picture(issue := make_issue(preheader="Boats."))
    assert preflight.inspect(issue, now=NOW).findings == []


def test_everybody_is_served_it_and_it_never_changes(client: Client) -> None:
    block = make_picture(make_issue())
    answer = client.get(block.image.url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["issues/" + "0" * 32 + ".jpg", "issues/x.jpg", "../newsdesk.sqlite3"]
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404


def test_a_saved_picture_stays_without_being_sent_again() -> None:
    desk = make_desk()
    uploaded(desk, picture_file())
    name = ImageBlock.objects.get().image.name
    fields = desk.open()
    desk.save(fields, title="Something else")
    assert ImageBlock.objects.get().image.name == name
    assert default_storage.exists(name)
