"""Mail over one kept connection, where each answer of the server means exactly one thing."""

import re
import smtplib
import socket
import ssl
from dataclasses import replace

from django.core.mail.utils import DNS_NAME

from toolbox.smtp_dialogue import (
    Answer,
    Dialogue,
    Ended,
    Replies,
    Reply,
    Verdict,
    hand_over,
    words,
)
from toolbox.text import one_line

__all__ = ["Answer", "Line", "Verdict", "anonymous"]

# Stands in an answer for the recipient, whom servers like to name: an answer is kept for years.
SOMEBODY = "‹…›"
LONGEST_ANSWER = 500
AT_ONCE = 65_536  # bytes


class Line:
    """A connection to one server, opened when it is needed and kept. For one thread."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str = "",
        password: str = "",
        use_tls: bool = False,
        use_ssl: bool = False,
        timeout: float = 30,
    ) -> None:
        self.address = (host, port)
        self.login = (username, password)
        self.use_tls, self.use_ssl = use_tls, use_ssl
        self.timeout = timeout
        self._server: smtplib.SMTP | None = None
        self.replies = Replies()

    @property
    def is_open(self) -> bool:
        return self._server is not None

    @property
    def socket(self) -> socket.socket:
        """Of the open connection."""
        if self._server is None or self._server.sock is None:
            raise smtplib.SMTPServerDisconnected("The server hung up.")
        return self._server.sock

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one message (CRLF lines). Raises nothing for what happens on the wire."""
        kept = self.is_open
        away = None if kept else self.open()
        if away is not None:
            return anonymous(away, recipient)
        ended = self._drive(self.dialogue(sender, recipient, message))
        if not ended.reusable:
            self.drop()
            if kept and ended.answer.verdict is Verdict.TEMPORARY:
                # Servers hang up after so many messages, or so long: not about this one.
                return self.send(sender, recipient, message)
        return anonymous(ended.answer, recipient)

    def dialogue(self, sender: str, recipient: str, message: bytes) -> Dialogue:
        """What is to be said over the open connection."""
        pipelining = self._server is not None and self._server.has_extn("pipelining")
        return hand_over(sender, recipient, message, pipelining=pipelining, timeout=self.timeout)

    def open(self) -> Answer | None:
        """Connect, and log in. Answers what is in the way."""
        try:
            self._server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.AWAY, words(error))
        self.replies = Replies()
        return None

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        if self._server is not None:
            try:
                self.socket.settimeout(self.timeout)
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self.drop()
            self._server = None

    def drop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connect(self) -> smtplib.SMTP:
        host, port = self.address
        me = DNS_NAME.get_fqdn()
        tls = ssl.create_default_context() if self.use_ssl or self.use_tls else None
        server = (
            smtplib.SMTP_SSL(host, port, me, timeout=self.timeout, context=tls)
            if self.use_ssl
            else smtplib.SMTP(host, port, me, timeout=self.timeout)
        )
        try:
            if self.use_tls:
                server.starttls(context=tls)
            server.ehlo_or_helo_if_needed()
            if all(self.login):
                server.login(*self.login)
            # The dot follows the message in a packet of its own; it must not wait for an ACK.
            if server.sock is not None:
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            server.close()
            raise
        return server

    def _drive(self, dialogue: Dialogue) -> Ended:
        try:
            step = next(dialogue)
            while True:
                try:
                    reply = self._take(step)
                except (OSError, smtplib.SMTPException) as error:
                    step = dialogue.throw(error)
                else:
                    step = dialogue.send(reply)
        except StopIteration as end:
            ended: Ended = end.value
            return ended

    def _take(self, step: bytes | float) -> Reply:
        """One step: send, or wait for a reply."""
        if isinstance(step, bytes):
            self.socket.settimeout(self.timeout)
            self.socket.sendall(step)
            return 0, b""
        self.socket.settimeout(step)
        while (reply := self.replies.next()) is None:
            self.replies.hear(self.socket.recv(AT_ONCE))
        return reply


def anonymous(answer: Answer, recipient: str) -> Answer:
    """The answer on one line and of a length to keep, without the recipient's address.

    The cut comes last: half an address would be left at the end.
    """
    text = one_line(answer.text)
    # Most answers name nobody, and an expression for each recipient takes long to build.
    if recipient.lower() in text.lower():
        text = re.sub(re.escape(recipient), SOMEBODY, text, flags=re.IGNORECASE)
    return replace(answer, text=one_line(text, LONGEST_ANSWER))
