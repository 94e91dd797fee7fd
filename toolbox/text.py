"""Plain text from strangers, made safe to store and show."""

import re
import unicodedata

# What stays: all but what XML 1.0 cannot hold (an MJML source with one of these does not render,
# and PostgreSQL refuses NUL), lone surrogates, C1 controls, and the bidirectional overrides that
# make a title read other than it is stored.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def printable(text: str) -> str:
    """`text` without characters that XML or PostgreSQL refuse, and without bidi overrides."""
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def one_line(text: str, length: int | None = None) -> str:
    """`text` printable, composed (NFC), on one line; past `length` characters, an ellipsis."""
    line = unicodedata.normalize("NFC", " ".join(printable(text).split()))
    if length is not None and len(line) > length:
        return line[: length - 1].rstrip() + "…"
    return line


def first_line(error: Exception) -> str:
    """What went wrong, for a log that keeps to one line: drivers add advice below it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
