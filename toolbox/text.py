"""Plain text from strangers, made safe to store and show."""

import re
import unicodedata

# What XML 1.0 cannot hold: an MJML source with one of these does not render, and PostgreSQL
# refuses NUL. Lone surrogates cannot be encoded at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# C1 controls; bidirectional overrides that make a title read other than it is stored.
_HARMFUL = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """`text` as raw as XML and PostgreSQL can hold it: to be kept, never to be shown."""
    return _NOT_XML.sub("", text)


def printable(text: str) -> str:
    """`text` without characters that XML or PostgreSQL refuse, and without bidi overrides."""
    return _HARMFUL.sub("", storable(text))


def one_line(text: str, length: int | None = None) -> str:
    """`text` printable, composed (NFC), on one line; past `length` characters, an ellipsis."""
    line = unicodedata.normalize("NFC", " ".join(printable(text).split()))
    if length is not None and len(line) > length:
        return line[: length - 1].rstrip() + "…"
    return line


def first_line(error: Exception) -> str:
    """What went wrong, for a log that keeps to one line: drivers add advice below it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
