"""The mail on the wire: what every header says, and that no line or token is broken."""

import email
import email.policy
import re
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from django.conf import LazySettings

from delivery import sending
from delivery.message import NoWayOutError, compose, fill_in, pieces_of
from delivery.quoting import quoted
from digest.placeholders import TOKEN, subscriber_links
from publication.masthead import current
from tests.delivery.makers import make_mailing, make_rendered, only_delivery
from tests.mail_server import smtp_inbox
from tests.makers import NOW
from tests.sink import sinking
from toolbox import signing

pytestmark = pytest.mark.django_db
PERSON = "aA0-_bB1-_cC2-_dD3-_eE"


def filled(source: bytes, token: str = PERSON) -> bytes:
    return fill_in(
        pieces_of(source),
        recipient="ada@example.com",
        token=token,
        message_id="<1@example.com>",
        date=NOW,
    )


def parsed(source: bytes) -> EmailMessage:
    return email.message_from_bytes(source, policy=email.policy.SMTP)


def content(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def dressed() -> None:
    """A publication with everything that is hard on a header."""
    publication = current()
    publication.name = "Django, Inc. Wöchentlich"
    publication.sender_name = "Söhne, Inc. <news>"
    publication.sender_email = "news@bücher.example"
    publication.reply_to = "editors@example.com"
    publication.save()


@pytest.mark.usefixtures("dressed")
def test_a_real_send_carries_every_header(settings: LazySettings) -> None:
    settings.SITE_URL = "https://news.example.com"
    with smtp_inbox() as inbox:
        settings.MAILERS = {
            "default": {"OPTIONS": {"host": "127.0.0.1", "port": inbox.port, "timeout": 5}}
        }
        make_mailing(readers=1)
        assert sending.drain(NOW) == {"accepted": 1}
    [(address, mail)] = inbox.mails
    row = only_delivery()
    assert row.subscriber is not None
    token = row.subscriber.token
    out = f"https://news.example.com/unsubscribe/{token}/"
    assert address == row.subscriber.email
    assert mail["To"] == row.subscriber.email
    [sender] = mail["From"].addresses
    assert sender.display_name == "Söhne, Inc. <news>"
    assert sender.addr_spec == "news@xn--bcher-kva.example"
    assert mail["Reply-To"] == "editors@example.com"
    assert "naïve café" in mail["Subject"]
    assert mail["Message-ID"] == row.message_id
    assert row.message_id.endswith("@xn--bcher-kva.example>")
    assert mail["Date"].datetime.replace(microsecond=0) >= NOW
    assert mail["List-Id"].endswith("<django-inc-wochentlich.news.example.com>")
    assert mail["List-Unsubscribe"] == (
        f"<{out}>, <mailto:editors@example.com?subject=unsubscribe%20{token}>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Archive"] == "<https://news.example.com/issues/>"
    assert mail["List-Help"] == "<https://news.example.com/about/>"
    assert mail["MIME-Version"] == "1.0"
    assert mail["Auto-Submitted"] is None
    names = [name.lower() for name in mail]
    assert sorted(set(names)) == sorted(names)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for part in mail.iter_parts():
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
    assert out in content(mail, "plain")
    assert f'href="{out}"' in content(mail, "html")
    assert TOKEN not in mail.as_string()


@pytest.fixture(scope="session")
def private_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 2048 bits, as openssl makes them."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    make = ["openssl", "genrsa", "-out", str(path), "2048"]
    subprocess.run(make, check=True, capture_output=True)
    return path


def test_a_signed_mail_is_what_the_record_in_the_dns_vouches_for(
    settings: LazySettings, private_key: Path
) -> None:
    """On the bytes of a real send. Whatever is changed on the way, a second From too, is seen."""
    settings.MAIL_DKIM = {"key": str(private_key), "selector": "news"}
    with sinking() as sink:
        settings.MAILERS = sink.options()
        make_mailing(readers=1)
        sending.drain(NOW)
    sent = sink.mails[0].data
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return signing.record().encode()

    assert dkim.verify(sent, dnsfunc=dns)
    assert asked == [b"news._domainkey.example.com."]
    signed = re.search(rb"h=([^;]+);", sent)
    assert signed
    names = re.sub(rb"\s", b"", signed[1]).split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"message-id"} <= set(names)
    for changed in (
        sent.replace(b"List-Unsubscribe: <http", b"List-Unsubscribe: <ftp"),
        sent.replace(b"From: ", b"From: evil@example.org\r\nFrom: ", 1),
        sent.replace(b"words", b"sword"),
    ):
        assert changed != sent
        assert not dkim.verify(changed, dnsfunc=dns)


def test_the_parts_say_exactly_what_was_approved() -> None:
    rendered = make_rendered()
    mail = parsed(filled(compose(rendered)))
    for subtype, approved in (("plain", rendered.email_text), ("html", rendered.email_html)):
        said = content(mail, subtype).replace("\r\n", "\n")
        assert said.rstrip("\n") == approved.replace(TOKEN, PERSON).rstrip("\n")


def test_everybody_gets_the_same_bytes_but_for_their_own_fields() -> None:
    source = compose(make_rendered())
    other = "x" * 22
    assert filled(source).replace(PERSON.encode(), other.encode()) == filled(source, other)


@pytest.mark.parametrize("shift", range(76))
def test_a_token_is_never_broken_and_no_line_too_long(shift: int) -> None:
    """Wherever in a line the placeholder falls."""
    text = "ä" * 5 + "x" * shift + f"https://news.example.com/unsubscribe/{TOKEN}/ " * 3 + "\nend"
    lines = quoted(text, keep=TOKEN).split("\r\n")
    assert max(map(len, lines)) <= 76
    assert sum(line.count(TOKEN) for line in lines) == 3
    source = "\r\n".join(lines).replace(TOKEN, PERSON).encode()
    part = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + source
    said = email.message_from_bytes(part).get_payload(decode=True)
    assert said == text.replace(TOKEN, PERSON).replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "trailing space \nand tab\t\n",
        "a\r\nb\rc\nd",
        ".\n..\nFrom here\n",
        "\u2028 \x85 \u00a0 end",
        "🦄" * 100,
        "x" * 5000,
        "=3D" * 60,
    ],
)
def test_any_text_survives_quoting(text: str) -> None:
    part = (
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(text, keep=TOKEN).encode()
    )
    said = email.message_from_bytes(part).get_payload(decode=True)
    assert isinstance(said, bytes)
    assert said.decode().replace("\r\n", "\n") == re.sub("\r\n|\r", "\n", text)


def test_no_line_of_a_mail_is_longer_than_the_wire_allows() -> None:
    out = subscriber_links()["unsubscribe_url"]
    rendered = make_rendered(
        subject="Ein sehr langer Betreff mit Ümläuten " * 5,
        email_html=f"<p>{'wörter ' * 9000}</p><a href='{out}'>",
    )
    source = filled(compose(rendered))
    head, _, body = source.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\n" not in source.replace(b"\r\n", b"")
    assert source.isascii()


@pytest.mark.parametrize("part", ["email_text", "email_html"])
def test_a_mail_without_a_way_out_is_not_composed(part: str) -> None:
    with pytest.raises(NoWayOutError):
        compose(make_rendered(**{part: "No link here."}))


def test_a_line_break_in_a_subject_does_not_reach_the_headers() -> None:
    mail = parsed(filled(compose(make_rendered(subject="Issue\r\nBcc: all@example.com"))))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Issue Bcc: all@example.com"


def test_nothing_is_counted_and_no_link_is_rewritten(settings: LazySettings) -> None:
    rendered = make_rendered()
    with sinking() as sink:
        settings.MAILERS = sink.options()
        make_mailing(readers=1, email_html=rendered.email_html + "<a href='https://x.org/'>x</a>")
        sending.drain(NOW)
    html = content(parsed(sink.mails[0].data), "html")
    assert re.findall(r"<img|<link|<script", html) == []
    assert "href='https://x.org/'" in html
