"""A mail server that is not ours (aiosmtpd), strict about what it takes. `tests.sink` is ours."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Inbox:
    """Every mail a real SMTP server took: the address it was for, and what arrived."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)


@contextmanager
def smtp_inbox() -> Iterator[Inbox]:
    """Take mail over SMTP, on a free port."""
    inbox = Inbox()

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            message = email.message_from_bytes(envelope.content, policy=SMTP)
            inbox.mails.extend((address, message) for address in envelope.rcpt_tos)
            return "250 taken"

    controller = Controller(Handler(), hostname="127.0.0.1", port=_free_port())
    controller.start()
    inbox.port = controller.port
    try:
        yield inbox
    finally:
        controller.stop()


def _free_port() -> int:
    """aiosmtpd connects to itself to see whether it is up, so it needs the number beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
