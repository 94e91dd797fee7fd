"""Mail that tells of mail: delivery status notifications (RFC 3464) and abuse reports (RFC 5965).

Anybody can write such a mail. It is believed where it names a Message-ID of ours: 122 random bits
that only the recipient's side has seen.
"""

import email
import email.policy
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage, Message

from delivery.events import Heard
from delivery.models import MailEvent
from delivery.verdicts import of_refusal

What = MailEvent.What
LARGEST = 2_000_000  # bytes; a report that carries the whole issue is a tenth of that


def read(source: bytes, *, now: datetime) -> list[Heard]:
    """What a mail tells of mails of ours; nothing where it is no report."""
    if len(source) > LARGEST:
        return []
    mail = email.message_from_bytes(source, policy=email.policy.default)
    message_id = _message_id(mail)
    if not message_id or not isinstance(mail, EmailMessage):
        return []
    return [*_bounces(mail, message_id, now), *_complaints(mail, message_id, now)]


def _bounces(mail: EmailMessage, message_id: str, now: datetime) -> Iterator[Heard]:
    for part in _parts(mail, "message/delivery-status"):
        for fields in part.get_payload():
            action = _field(fields, "Action").lower()
            if action not in {"failed", "delivered"}:
                continue
            words = " ".join(
                filter(None, [_field(fields, "Status"), _field(fields, "Diagnostic-Code")])
            )
            yield Heard(
                source="dsn",
                what=What.DELIVERED if action == "delivered" else of_refusal(words),
                message_id=message_id,
                at=_date(mail, now),
                event_id=f"{message_id} {action}",
                # A forwarding address is not the one we wrote to: the Message-ID says who it is.
                words=_without_addresses(words),
            )


def _complaints(mail: EmailMessage, message_id: str, now: datetime) -> Iterator[Heard]:
    for part in _parts(mail, "message/feedback-report"):
        fields = _fields(part)
        if _field(fields, "Feedback-Type").lower() == "abuse":
            yield Heard(
                source="report",
                what=What.COMPLAINED,
                message_id=message_id,
                at=_date(mail, now),
                event_id=f"{message_id} abuse",
                words=_field(fields, "User-Agent"),
            )


def _message_id(mail: Message) -> str:
    """Of the mail the report is about: its headers come along, whole or alone."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            headers = inner[0] if isinstance(inner, list) and inner else None
        elif part.get_content_type() == "text/rfc822-headers":
            headers = _fields(part)
        else:
            continue
        if isinstance(headers, Message) and (found := _field(headers, "Message-ID")):
            return found
    return ""


def _parts(mail: EmailMessage, kind: str) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == kind:
            yield part


def _fields(part: Message) -> Message:
    """Headers that stand in a part's text, or in a message of its own."""
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return inner[0]
    raw = part.get_payload(decode=True)
    return email.message_from_bytes(raw if isinstance(raw, bytes) else b"")


def _field(fields: object, name: str) -> str:
    if not isinstance(fields, Message):
        return ""
    try:
        return " ".join(str(fields.get(name, "")).split())
    except (MessageError, ValueError, IndexError):
        # Python's parser of structured headers gives up on some of what is out there.
        return ""


def _date(mail: EmailMessage, now: datetime) -> datetime:
    try:
        said = mail["Date"].datetime if mail["Date"] is not None else None
    except (AttributeError, ValueError, TypeError):
        return now
    return min(said, now) if said is not None and said.tzinfo is not None else now


def _without_addresses(words: str) -> str:
    return " ".join("‹…›" if "@" in word else word for word in words.split())
