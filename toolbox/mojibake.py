"""Mojibake: UTF-8 that somebody upstream read as another code page, and read rightly again.

ftfy knows the Latin and Cyrillic code pages and when to leave a text alone. It takes Greek letters
for honest ones always, so the Greek pages are ours: "MlΓ‘dek" is Mládek, "πŸ†•" is 🆕. A text is
changed only where nothing Greek is left of it afterwards, since Greek is never written in pairs.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import ftfy
from ftfy.badness import is_bad

from toolbox.text import rare

# Bytes that a Greek page leaves open were filled from the Western one by whoever read them.
PAGES = ("cp1252", "latin-1", "iso-8859-7", "cp1253")
# What follows a single letter in honest text, too: “version β…”, “the Δ’s”, “10 Ω±5 %”.
NATURAL = set("…’”–—»·°²³±\xa0")
# Where two bytes look the same, what a text is likelier to hold.
COMMON = set("•…’‘“”–—™€→←✓✔")
# Of these the last byte is lost on the way more often than not: it stands for nothing in any page.
CUT_SHORT = {"β€": "\u200d", "οΈ": "\ufe0f"}
LOST = "\ufffd"


# All pages that ftfy tries, and ours: what a letter's first byte and its second may look like.
_TRIED = (*PAGES, "cp1251", "cp1250", "cp1254", "cp1257", "iso-8859-2", "mac-roman", "cp437")
_FIRST, _SECOND = (
    re.escape("".join({bytes([b]).decode(page, "ignore") for b in range(*span) for page in _TRIED}))
    for span in ((0xC2, 0xF5), (0x80, 0xC0))
)
# A look that spares nearly every text the long one.
_SUSPECT = re.compile(f"[{_FIRST}][{_SECOND}]")
# What ftfy looks for is five characters long at the most, three of them plain ones.
_FAR_FROM_IT = re.compile("([\0-\x7f]{3})[\0-\x7f]+([\0-\x7f]{3})")


def is_suspect(text: str) -> bool:
    """Whether any of `text` may be garbled; `toolbox.text.rare` of it tells as well."""
    return bool(_SUSPECT.search(rare(text)))


@lru_cache(8)
def repair(text: str) -> str:
    """`text` as it was meant, or as it is where that is not plainly better. Never raises.

    A few are remembered: many feeds say the same in summary and content.
    """
    if text.isascii() or not is_suspect(text):
        return text
    better = _GREEK.sub(_meant, text) if _is_read_as_greek(text) else text
    return ftfy.fix_encoding(better) if is_bad(_FAR_FROM_IT.sub(r"\1\2", better)) else better


def _bytes_by_letter() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for page in PAGES:
        for byte in range(0x80, 0x100):
            # Of the Western pages only what fills the gaps.
            if byte > 0x9F and page in {"cp1252", "latin-1"}:
                continue
            letter = bytes([byte]).decode(page, "ignore")
            if letter and byte not in found.setdefault(letter, []):
                found[letter].append(byte)
    return found


_BYTES = _bytes_by_letter()


def _letters(first: int, last: int) -> str:
    held = (letter for letter, bytes_ in _BYTES.items() if any(first <= b <= last for b in bytes_))
    return f"[{re.escape(''.join(held))}]"


_GO_ON = _letters(0x80, 0xBF)
_GREEK = re.compile(
    rf"{_letters(0xF0, 0xF4)}{_GO_ON}{{3}}|{_letters(0xE1, 0xEF)}{_GO_ON}{{2}}"
    rf"|{_letters(0xC2, 0xDF)}{_GO_ON}|{'|'.join(CUT_SHORT)}|πŸ{_GO_ON}"
)
_GREEK_LETTER = re.compile("[\u0370-\u03ff]")


def _is_read_as_greek(text: str) -> bool:
    """Whether each Greek letter is half of something else, and one can be nothing but."""
    if not _GREEK_LETTER.search(text) or _GREEK_LETTER.search(_GREEK.sub(_meant, text)):
        return False
    return any(_speaks_for_it(found) for found in _GREEK.finditer(text))


def _speaks_for_it(found: re.Match[str]) -> bool:
    pair, meant = found[0], _meant(found)
    if meant in {pair, LOST} or pair[1] in NATURAL:
        return False
    if len(pair) > 2 or pair in CUT_SHORT:
        return not meant.isalpha()
    return meant.isalpha() and bool(re.search("[a-zA-Z]", _with_neighbours(found)))


def _meant(found: re.Match[str]) -> str:
    """The one character behind the letters; the letters themselves when there is none."""
    if found[0] in CUT_SHORT:
        return CUT_SHORT[found[0]]
    if found[0].startswith("πŸ") and len(found[0]) == 3:
        return LOST
    meant = [character for character in _readings(found[0]) if unicodedata.name(character, "")]
    lower = re.search("[a-z]", _with_neighbours(found))
    likely = [c for c in meant if c in COMMON or (c.islower() if lower else c.isupper())]
    return next(iter([*likely, *meant]), found[0])


def _with_neighbours(found: re.Match[str]) -> str:
    return found.string[max(found.start() - 1, 0) : found.end() + 1]


def _readings(letters: str) -> Iterable[str]:
    ways = [b""]
    for letter in letters:
        ways = [way + bytes([byte]) for way in ways for byte in _BYTES[letter]]
    for way in ways:
        text = way.decode("utf-8", "ignore")
        if len(text) == 1 and len(text.encode()) == len(way):
            yield text
