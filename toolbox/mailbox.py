"""The local mailbox: where mail ends up on a laptop, an .eml file each; see /mailbox/."""

import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from toolbox.text import one_line

# What `deposit` calls a mail: nanoseconds, a dash, eight hexadecimal digits. Nothing else is
# ever opened, so a name from a URL cannot lead out of the box.
NAME = "[0-9]{20}-[0-9a-f]{8}"


class NoSuchMailError(Exception):
    """There is no mail of that name in the box."""


@dataclass(frozen=True)
class Letter:
    """One mail, read. However broken it is, every field can be shown."""

    name: str
    size: int
    arrived_at: datetime
    subject: str
    to: str
    headers: list[tuple[str, str]]
    text: str | None
    html: str | None


def deposit(message: bytes) -> Path:
    """Put one mail into the box. Names sort by time of arrival."""
    box = Path(settings.MAILBOX_DIR)
    box.mkdir(parents=True, exist_ok=True)
    path = box / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.eml"
    # Written aside and renamed: whoever lists the box meanwhile never sees half a mail.
    aside = path.with_suffix(".part")
    aside.write_bytes(message)
    return aside.rename(path)


def names() -> list[str]:
    """The names of all mails, newest first."""
    box = Path(settings.MAILBOX_DIR)
    found = (path.stem for path in box.glob("*.eml"))
    return sorted((name for name in found if re.fullmatch(NAME, name)), reverse=True)


def source(name: str) -> bytes:
    """One mail as it came over the wire. Raises NoSuchMailError."""
    if not re.fullmatch(NAME, name):
        raise NoSuchMailError(f"{name!r} is not the name of a mail.")
    try:
        return (Path(settings.MAILBOX_DIR) / f"{name}.eml").read_bytes()
    except OSError as error:
        raise NoSuchMailError(f"There is no mail {name} in the box.") from error


def read(name: str) -> Letter:
    """One mail, taken apart. Raises NoSuchMailError."""
    raw = source(name)
    message = message_from_bytes(raw)
    return Letter(
        name=name,
        size=len(raw),
        arrived_at=datetime.fromtimestamp(int(name[:20]) / 1e9, tz=UTC),
        subject=_words(message["Subject"]),
        to=_words(message["To"]),
        headers=[(key, _words(value)) for key, value in message.items()],
        text=_body(message, "text/plain"),
        html=_body(message, "text/html"),
    )


def _words(value: object) -> str:
    """A header as a person reads it; as it stands when its encoding is broken."""
    raw = str(value or "")
    try:
        return one_line(str(make_header(decode_header(raw))))
    except (HeaderParseError, LookupError, ValueError):
        return one_line(raw)


def _body(message: Message, content_type: str) -> str | None:
    """The first part of that type; undecodable bytes are replaced, never fatal."""
    for part in message.walk():
        if part.get_content_type() == content_type and not part.get_filename():
            payload = part.get_payload(decode=True)
            return _decoded(payload, part) if isinstance(payload, bytes) else None
    return None


def _decoded(payload: bytes, part: Message) -> str:
    try:
        return payload.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return payload.decode("utf-8", errors="replace")


def keeps_all() -> bool:
    """Whether every mail stays here, as on a laptop that was told of no mail server."""
    return settings.MAILERS["default"]["BACKEND"] == f"{__name__}.EmailBackend"


class EmailBackend(BaseEmailBackend):
    """Django's door to the box: `EMAIL_URL=mailbox:`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            deposit(message.message().as_bytes())
        return len(email_messages)
