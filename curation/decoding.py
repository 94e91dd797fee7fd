"""Bytes to text, whatever the server and the document say about their encoding."""

import re

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    to_unicode,
)

from toolbox.text import storable

LATIN = "cp1252"
WIDE = {
    b"<\0\0\0": "utf-32-le", b"{\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be", b"\0\0\0{": "utf-32-be",
    b"<\0": "utf-16-le", b"{\0": "utf-16-le", b"\0<": "utf-16-be", b"\0{": "utf-16-be",
}  # fmt: skip
# Bytes that are enough to tell a script by.
SAMPLE = 50_000
# Letters of other scripts than Latin, and so many of them that it is no accident.
_FOREIGN = re.compile("[\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff]")
ENOUGH = 4
PAGES = [
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "koi8_r", "cp1251", "iso8859_5", "iso8859_7",
    "cp1255", "cp1256", "cp874", "cp1252",
]  # fmt: skip
REPLACED = "\ufffd"


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The text, without characters XML cannot hold, and one sentence when not all was well.

    Never fails. What is valid UTF-8 is UTF-8, whatever is declared: other text hardly ever is.
    Control characters that are half of a garbled letter stay: `toolbox.mojibake` needs them.
    """
    text, warning = _decode(body, content_type)
    return storable(text).strip(), warning


def _decode(body: bytes, content_type: str) -> tuple[str, str]:
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return to_unicode(body[len(bom) :], encoding), ""
    if wide := WIDE.get(body[:4]) or WIDE.get(body[:2]):
        return to_unicode(body, wide), ""
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return _decode_declared(body, content_type)


def _decode_declared(body: bytes, content_type: str) -> tuple[str, str]:
    """By the header, then by the document itself; a server's default of Latin-1 comes last."""
    said = [http_content_type_encoding(content_type), html_body_declared_encoding(body)]
    for encoding in sorted((e for e in said if e and e != "utf-8"), key=LATIN.__eq__):
        try:
            return body.decode(encoding), ""
        except UnicodeError:
            continue
    if _mostly_utf8(text := body.decode(errors="replace")):
        return text, "Some characters could not be read."
    return to_unicode(body, _guess(body)), "The encoding is not what it says; it was guessed."


def _guess(body: bytes) -> str:
    """By the script it would be; of the Latin pages, which look alike, the Western one."""
    best = from_bytes(body[:SAMPLE], cp_isolation=PAGES, preemptive_behaviour=False).best()
    text = str(best or "")
    foreign = len(_FOREIGN.findall(text))
    honest = foreign >= ENOUGH and 2 * foreign > sum(not letter.isascii() for letter in text)
    return best.encoding if best and honest else LATIN


def _mostly_utf8(text: str) -> bool:
    return len(re.findall(f"[^\0-\x7f{REPLACED}]", text)) > text.count(REPLACED)
