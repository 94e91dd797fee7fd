"""Text comes out right whatever is declared, and is never the reason for a failure."""

import codecs

import pytest

from curation.decoding import decode

UTF8 = "application/xml; charset=utf-8"
LATIN = "text/xml; charset=ISO-8859-1"


def xml(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><rss>{text}</rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (xml("utf-8", "Wörter – „gut“").encode(), UTF8),
        (xml("utf-8", "Wörter – „gut“").encode(), LATIN),
        (xml("iso-8859-1", "Wörter – „gut“").encode(), "text/xml"),
        (xml("iso-8859-1", "Wörter – „gut“").encode("cp1252"), "text/xml"),
        (xml("utf-8", "Wörter – „gut“").encode("cp1252"), LATIN),
        ("<rss>Wörter – „gut“</rss>".encode("cp1252"), "text/xml"),
        (codecs.BOM_UTF8 + b"<rss>" + "Wörter – „gut“".encode(), LATIN),
        (xml("utf-16", "Wörter – „gut“").encode("utf-16"), ""),
        ("<rss>Wörter – „gut“</rss>".encode("utf-16-le"), UTF8),
        ("<rss>Wörter – „gut“</rss>".encode("utf-16-be"), ""),
    ],
)
def test_it_reads_what_is_there_rather_than_what_is_said(body: bytes, content_type: str) -> None:
    assert "Wörter – „gut“" in decode(body, content_type)[0]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb2312", "投资资讯"),
        ("windows-1251", "Разведка"),
        ("koi8-r", "Разведка"),
        ("shift_jis", "タワー"),
        ("euc-kr", "부항의"),
        ("iso-8859-2", "Žluťoučký kůň"),
    ],
)
def test_it_reads_declared_encodings(encoding: str, text: str) -> None:
    assert text in decode(xml(encoding, text).encode(encoding), "text/xml")[0]
    assert text in decode(xml(encoding, text).encode(encoding), LATIN)[0], "a server's default"
    assert text in decode(text.encode(encoding), f"text/xml; charset={encoding}")[0]


def test_it_keeps_the_rest_of_a_text_with_a_broken_character() -> None:
    body = xml("utf-8", "Wörter, Größe, Äpfel").encode().replace("Ä".encode(), b"\xc3")
    text, warning = decode(body, UTF8)

    assert "Wörter, Größe, \ufffdpfel" in text
    assert warning == "Some characters could not be read."


def test_it_says_when_it_guessed() -> None:
    assert decode(b"<rss>caf\xe9</rss>", "text/xml") == (
        "<rss>café</rss>",
        "The encoding is not what it says; it was guessed.",
    )


def test_it_never_fails() -> None:
    for body in (b"", b"\xff\xfe", b"\x00\x00\x00", bytes(range(256)) * 9, b"<\x00\xff"):
        decode(body, "text/xml; charset=nonsense")


def test_it_strips_what_xml_cannot_hold() -> None:
    assert decode(b"\n <rss>a\x00b\x08c</rss>\n", UTF8)[0] == "<rss>abc</rss>"
