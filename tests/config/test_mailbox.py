"""The local mailbox: it shows every mail, runs none of it, and opens nothing outside the box."""

import runpy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import include, path

from config import urls
from toolbox.mailbox import NoSuchMailError, deposit, names, source

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
# Tests may run with DEBUG off, where the site has no mailbox at all.
urlpatterns = [*urls.urlpatterns, path("mailbox/", include("config.mailbox_urls"))]
HOSTILE = b"Subject: Hi\r\nContent-Type: text/html\r\n\r\n<head></head><script>alert(1)</script>"


def letter(subject: str = "Issue 7", html: str | None = "<p>Read <b>this</b></p>") -> str:
    message = EmailMessage()
    message["Subject"], message["To"] = subject, "reader@example.com"
    message.set_content("Read this, plainly")
    if html is not None:
        message.add_alternative(html, subtype="html")
    return deposit(message.as_bytes()).stem


@pytest.mark.parametrize("debug", [True, False])
def test_a_public_site_has_no_mailbox(settings: LazySettings, debug: bool) -> None:
    settings.DEBUG = debug
    patterns = runpy.run_path(urls.__file__)["urlpatterns"]
    assert ("mailbox/" in [str(entry.pattern) for entry in patterns]) is debug


def test_it_says_that_there_is_no_mail(client: Client) -> None:
    assert "No mail yet" in client.get("/mailbox/").text


def test_it_lists_the_newest_first(client: Client) -> None:
    letter("First one")
    letter("Second one")
    page = client.get("/mailbox/").text
    assert page.index("Second one") < page.index("First one")
    assert "reader@example.com" in page


def test_it_turns_pages(client: Client) -> None:
    for n in range(51):
        letter(f"Mail {n:02}")
    assert "Mail 00" not in client.get("/mailbox/").text
    assert "Mail 00" in client.get("/mailbox/?page=2").text


def test_it_shows_the_html_in_a_frame_that_runs_nothing(client: Client) -> None:
    name = deposit(HOSTILE).stem
    page = client.get(f"/mailbox/{name}/").text
    assert f'src="/mailbox/{name}/html/"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "alert(1)" not in page
    framed = client.get(f"/mailbox/{name}/html/")
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


def test_links_of_a_mail_open_in_a_new_tab(client: Client) -> None:
    name = letter(html="<html><head lang=en><title>x</title></head><a href=/>go</a></html>")
    body = client.get(f"/mailbox/{name}/html/").text
    assert '<head lang=en><base target="_blank"><title>' in body


def test_it_shows_the_text_the_headers_and_the_source(client: Client) -> None:
    name = letter("Grüße")
    page = client.get(f"/mailbox/{name}/text/").text
    assert "Read this, plainly" in page
    assert "Grüße" in page
    raw = client.get(f"/mailbox/{name}/source/")
    assert raw["Content-Type"] == "text/plain; charset=utf-8"
    assert raw.content == source(name)
    saved = client.get(f"/mailbox/{name}.eml")
    assert saved["Content-Disposition"] == f'attachment; filename="{name}.eml"'


def test_a_mail_without_html_shows_its_text(client: Client) -> None:
    name = letter(html=None)
    page = client.get(f"/mailbox/{name}/").text
    assert "Read this, plainly" in page
    assert "<iframe" not in page
    assert client.get(f"/mailbox/{name}/html/").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../settings", "..%2f..%2fsecret", "%2e%2e/secret", "/etc/passwd", "1-2", "9" * 20 + "-XYZ"],
)
def test_a_name_from_the_url_never_leaves_the_box(client: Client, name: str) -> None:
    for tail in ("/", "/html/", "/source/", ".eml"):
        assert client.get(f"/mailbox/{name}{tail}").status_code == 404


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "x\n", f"{'0' * 20}-{'0' * 8}\n"])
def test_no_other_name_is_ever_opened(name: str, settings: LazySettings) -> None:
    Path(settings.MAILBOX_DIR).mkdir()
    (Path(settings.MAILBOX_DIR).parent / "secret.eml").write_text("keep out")
    with pytest.raises(NoSuchMailError):
        source(name)


def test_a_mail_that_is_gone_is_a_404(client: Client) -> None:
    assert client.get(f"/mailbox/{'0' * 20}-{'0' * 8}/").status_code == 404


def test_files_of_other_names_and_half_written_ones_are_not_listed(settings: LazySettings) -> None:
    kept = deposit(HOSTILE)
    for name in ("note.eml", f"{kept.stem}.part", "9" * 21 + "-00000000.eml"):
        (Path(settings.MAILBOX_DIR) / name).write_bytes(b"x")
    assert names() == [kept.stem]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe not a mail at all",
        b"Subject: =?utf-8?b?$$$?=\r\nTo: =?nonsense?q?x?=\r\n\r\nhello",
        b"Subject: \xe9t\xe9\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe9",
        b'Content-Type: multipart/alternative; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html',
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64",
        b"Content-Type: ;;;\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=",
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_goes(client: Client, raw: bytes) -> None:
    name = deposit(raw).stem
    for address in ("/mailbox/", f"/mailbox/{name}/", f"/mailbox/{name}/text/"):
        assert client.get(address).status_code == 200
    assert client.get(f"/mailbox/{name}/source/").content == raw
