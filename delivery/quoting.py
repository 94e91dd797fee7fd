"""Quoted-printable that never breaks a word it was told to keep.

Python's own encoder ends a line after 75 characters wherever that falls. A placeholder cut in two
could not be filled in; one of the same width as what replaces it keeps every line legal.
"""

import re
from collections.abc import Iterator

WIDTH = 75  # 76 with the "=" of a soft line break (RFC 2045).
_ESCAPED = re.compile(rb"[^ !-<>-~]|[ ]$")


def quoted(text: str, keep: str) -> str:
    """`text` in lines of at most 76 characters; `keep` stays whole wherever it stands."""
    atom = re.compile(f"{re.escape(keep)}|=[0-9A-F]{{2}}|.")
    lines = re.split("\r\n|\r|\n", text)
    return "\r\n".join("=\r\n".join(_pieces(atom.findall(_escape(line)))) for line in lines)


def _escape(line: str) -> str:
    return _ESCAPED.sub(lambda found: b"=%02X" % found[0][0], line.encode()).decode()


def _pieces(atoms: list[str]) -> Iterator[str]:
    piece = ""
    for atom in atoms:
        if len(piece) + len(atom) > WIDTH:
            yield piece
            piece = ""
        piece += atom
    yield piece
