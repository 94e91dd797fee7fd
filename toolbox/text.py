"""Plain text from strangers, made safe to store and show."""

import re
import unicodedata
from functools import lru_cache

# What XML 1.0 cannot hold: an MJML source with one of these does not render, and PostgreSQL
# refuses NUL. Lone surrogates cannot be encoded at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Those, C1 controls, and the bidirectional overrides that make a title read other than it is
# stored.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
# Characters nobody sees, but for the joiners that scripts and emoji need; letters that write a
# text into the flag of a region belong behind its flag only; accents piled up over the line above.
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b\u2060-\u2064\ufeff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILE = re.compile(f"([{_ACCENTS}]{{3}})[{_ACCENTS}]+")
# Without one of these there is neither.
_ODD = re.compile(f"[\u00ad\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f{_ACCENTS}]")
_ASCII = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
# What nearly all of any text is, read as one space; no other character is read as white space.
_COMMON = bytes(
    0x20 if byte in b"\t\n\r" or 0x20 <= byte < 0x7F else 1 if byte in b"\v\f" else byte
    for byte in range(256)
)
# Of a plain mail.
COLUMNS = 72
# Looking through a line takes less than finding out that it need not be.
_LINE = 60


def storable(text: str) -> str:
    """`text` as raw as XML and PostgreSQL can hold it: to be kept, never to be shown."""
    return _NOT_XML.sub("", text) if _NOT_XML.search(unusual(text)) else text


def printable(text: str) -> str:
    """`text` without characters that XML or PostgreSQL refuse, and without bidi overrides."""
    if len(text) < _LINE and text.isprintable():
        return text
    return _UNPRINTABLE.sub("", text) if _UNPRINTABLE.search(unusual(text)) else text


@lru_cache(32)
def unusual(text: str) -> str:
    """Of `text` only what is no printable ASCII: who looks for single characters need not go
    through pages of Latin letters. A few are remembered: many look at the same text."""
    letters = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return letters.decode("utf-8", "surrogatepass")


@lru_cache(32)
def rare(text: str) -> str:
    """`unusual`, with a space for all that stood between: who looks for pairs needs neighbours."""
    encoded = text.encode("utf-8", "surrogatepass").translate(_COMMON)
    return b" ".join(encoded.split()).decode("utf-8", "surrogatepass")


def one_line(text: str, length: int | None = None) -> str:
    """`text` printable, composed (NFC), on one line; past `length` characters, an ellipsis.

    What cannot be seen is gone, and of accents piled up three stay.
    """
    text = printable(text)
    if not text.isascii():
        if _ODD.search(unusual(text)):
            text = _PILE.sub(r"\1", _UNSEEN.sub("", text))
        text = unicodedata.normalize("NFC", text)
    line = " ".join(text.split())
    if length is not None and len(line) > length:
        return line[: length - 1].rstrip() + "…"
    return line


def fold(text: str, *, first: str = "", rest: str = "") -> str:
    """`text` in lines of 72 columns, behind these indents. Words stay whole, addresses too."""
    if len(first) + len(text) <= COLUMNS:
        return first + text
    lines, line = [], first
    for word in text.split(" "):
        if len(line) + len(word) > COLUMNS and line.strip():
            lines.append(line.rstrip(" "))
            line = rest
        line += f"{word} "
    return "\n".join([*lines, line.rstrip(" ")])


def first_line(error: Exception) -> str:
    """What went wrong, for a log that keeps to one line: drivers add advice below it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
