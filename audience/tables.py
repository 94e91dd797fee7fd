"""A table of subscribers, read line by line: our own, Buttondown's, Mailchimp's or anybody's CSV.

Python's own `csv` reads it, since that one streams. The encoding and the separator are found out,
the columns are known by their names in any case. Nothing here knows what is done with a line.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import BinaryIO

from charset_normalizer import from_bytes

SAMPLE = 64 * 1024
PIECE = 1024 * 1024
LONGEST_CELL = 100_000
SEPARATORS = ",;\t|"
# What a cell began with before our export kept a spreadsheet from computing it: audience.exporting.
ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")
PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859_2", "mac_roman"]
NOT_TEXT = {
    b"PK\x03\x04": "This is a spreadsheet or a zip archive. Save the sheet as CSV, or unpack it.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel file. Save the sheet as CSV.",
    b"\x1f\x8b": "This file is packed (gzip). Unpack it first.",
    b"%PDF": "This is a PDF. Export the list as CSV.",
}
# Each of our names, and what others call it. The first that is there counts.
NAMES = {
    "email": ("email", "email address", "email_address", "e-mail", "e-mail address", "mail"),
    "state": ("state", "subscriber_type", "type", "status"),
    "confirmed_at": (
        "confirmed_at", "confirm_time", "optin_time", "subscribed_at", "creation_date",
        "created_at",
    ),
    "confirmed_from": ("confirmed_from", "confirm_ip", "optin_ip", "ip_address"),
    "left_at": ("left_at", "unsub_time", "unsubscription_date", "clean_time", "churn_date"),
    "sections": ("sections",),
    "paused_until": ("paused_until",),
    "asked_at": ("asked_at",),
    "asked_from": ("asked_from",),
    "asked_on": ("asked_on",),
}  # fmt: skip


class TableError(Exception):
    """This is no table of subscribers; the message says what it is, and what to do."""


@dataclass(frozen=True)
class Row:
    """One line: the cells by our names, the unknown columns left out. Line 1 is the first."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)


class Table:
    """A file of subscribers, open for reading. Raises TableError."""

    def __init__(self, file: BinaryIO) -> None:
        sample = file.read(SAMPLE)
        _refuse_what_is_no_text(sample)
        file.seek(0)
        self.encoding = _encoding(file, sample)
        file.seek(0)
        self._text = TextIOWrapper(file, self.encoding, errors="replace", newline="")
        self.separator = _separator(self._text.readline())
        self._text.seek(0)

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._text.detach()

    def rows(self) -> Iterator[Row]:
        """Every line with something in it. Raises TableError where the quoting is broken."""
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(self._text, delimiter=self.separator)
        columns: dict[str, int] | None = None
        try:
            for cells in reader:
                if not any(cells):
                    continue
                if columns is None:
                    columns, is_heading = _columns(cells)
                    if is_heading:
                        continue
                yield Row(reader.line_num, _named(cells, columns))
        except csv.Error as error:
            where = reader.line_num + 1
            raise TableError(f"Line {where} cannot be read: {error}. Is a quote open?") from error
        if columns is None:
            raise TableError("This file is empty.")


def _named(cells: list[str], columns: dict[str, int]) -> dict[str, str]:
    named = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
    return {name: ESCAPED.sub("", cell) for name, cell in named.items()}


def _columns(cells: list[str]) -> tuple[dict[str, int], bool]:
    """Where our columns stand, and whether this line is their heading."""
    titles = [cell.strip().lower() for cell in cells]
    found = {
        name: titles.index(called)
        for name, others in NAMES.items()
        if (called := next((other for other in others if other in titles), None))
    }
    if "email" in found:
        return _with_marks(found, titles), True
    addresses = [at for at, cell in enumerate(cells) if "@" in cell]
    if len(addresses) == 1:
        return {"email": addresses[0]}, False
    raise TableError("No column of addresses was found. Name one “email” in the first line.")


def _with_marks(found: dict[str, int], titles: list[str]) -> dict[str, int]:
    """Mailchimp has a file for each state, told by a column that only this one has."""
    for title, name in (("unsub_time", "left_at"), ("clean_time", "bounced_at")):
        if title in titles:
            found[name] = titles.index(title)
    return found


def _refuse_what_is_no_text(sample: bytes) -> None:
    for beginning, words in NOT_TEXT.items():
        if sample.startswith(beginning):
            raise TableError(words)
    if b"\0" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableError("This is no text. Export the list as CSV.")


def _encoding(file: BinaryIO, sample: bytes) -> str:
    """UTF-8 where all of it is; else what the letters look like."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    while piece := file.read(PIECE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return _guess(sample if not sample.isascii() else piece)
    return "utf-8-sig"


def _guess(piece: bytes) -> str:
    lines = b"\n".join(line for line in piece.splitlines() if not line.isascii())
    best = from_bytes(lines[:SAMPLE], cp_isolation=PAGES, preemptive_behaviour=False).best()
    return best.encoding if best else "cp1252"


def _separator(line: str) -> str:
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)
