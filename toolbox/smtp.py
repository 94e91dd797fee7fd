"""Mail over one kept connection, where each answer of the server means exactly one thing.

What counts is how far the message got. Until the dot that ends it has been sent, nobody has it,
whatever goes wrong; from then on it may have arrived, unless the server says that it has not.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

from django.core.mail.utils import DNS_NAME

from toolbox.text import one_line

# RFC 5321, 4.5.3.2: the answer to the dot may take minutes, and giving up on it leaves a
# message of which nobody knows whether it arrived.
DOT_PATIENCE = 10
# The first digit of the answers to MAIL, RCPT and DATA that let us go on.
WELCOME = (2, 2, 3)
# Stands in an answer for the recipient, whom servers like to name: an answer is kept for years.
SOMEBODY = "‹…›"
LONGEST_ANSWER = 500


class Verdict(StrEnum):
    """What became of one message."""

    ACCEPTED = "accepted"  # The server has it.
    TEMPORARY = "temporary"  # It has not, and may take it later.
    PERMANENT = "permanent"  # It has not, and will not.
    UNKNOWN = "unknown"  # All of it was sent, no answer came.
    # No server that talks to us, or takes mail from us: nothing is said about this message.
    AWAY = "away"


@dataclass(frozen=True)
class Answer:
    """The verdict, and the server's own words."""

    verdict: Verdict
    text: str


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

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one message (CRLF lines). Raises nothing for what happens on the wire."""
        return anonymous(self._send(sender, recipient, message), recipient)

    def _send(self, sender: str, recipient: str, message: bytes) -> Answer:
        kept = self._server is not None
        try:
            server = self._server or self._open()
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Verdict.AWAY, _words(error))
        answer = self._hand_over(server, _envelope(sender, recipient), message)
        if kept and self._server is None and answer.verdict is Verdict.TEMPORARY:
            # Servers hang up after so many messages, or so long: that is not about this one.
            return self._send(sender, recipient, message)
        return answer

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._drop()
            self._server = None

    def _open(self) -> smtplib.SMTP:
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
            _socket(server).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            server.close()
            raise
        self._server = server
        return server

    def _hand_over(self, server: smtplib.SMTP, envelope: list[bytes], message: bytes) -> Answer:
        dotted = False
        try:
            refused = self._introduce(server, envelope)
            if refused is not None:
                return refused
            server.send(_stuffed(message))
            dotted = True
            server.send(b".\r\n")
            _socket(server).settimeout(self.timeout * DOT_PATIENCE)
            code, text = server.getreply()
            _socket(server).settimeout(self.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer(Verdict.UNKNOWN if dotted else Verdict.TEMPORARY, _words(error))
        return Answer(_final(code), _line(code, text))

    def _introduce(self, server: smtplib.SMTP, envelope: list[bytes]) -> Answer | None:
        """MAIL, RCPT and DATA, in one packet where the server allows it (RFC 2920)."""
        pipelined = server.has_extn("pipelining")
        if pipelined:
            server.send(b"".join(envelope))
        for step, command in enumerate(envelope):
            if not pipelined:
                server.send(command)
            code, text = server.getreply()
            if code // 100 != WELCOME[step]:
                self._back_out(server, code, unread=len(envelope) - 1 - step if pipelined else 0)
                return Answer(_refusal(step, code), _line(code, text))
        return None

    def _back_out(self, server: smtplib.SMTP, code: int, *, unread: int) -> None:
        """Leave the connection as it was before; hang up where that cannot be done.

        A server that waits for a message after all is hung up on: an empty one might arrive.
        """
        try:
            if code != 421:
                rest = [server.getreply()[0] for _ in range(unread)]
                if 354 not in rest and server.rset()[0] == 250:
                    return
        except (OSError, smtplib.SMTPException):
            pass
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _envelope(sender: str, recipient: str) -> list[bytes]:
    """Raises ValueError for an address that would be more than one command."""
    for address in (sender, recipient):
        if not address.isascii() or not address.isprintable() or set(address) & set(" <>"):
            raise ValueError("This address cannot stand in an envelope.")
    commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
    return [f"{command}\r\n".encode() for command in commands]


def _stuffed(message: bytes) -> bytes:
    """A line that begins with a dot gets a second one, so that it does not end the message."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    end = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + end


def anonymous(answer: Answer, recipient: str) -> Answer:
    """The answer on one line and of a length to keep, without the recipient's address.

    The cut comes last: half an address would be left at the end.
    """
    text = re.sub(re.escape(recipient), SOMEBODY, one_line(answer.text), flags=re.IGNORECASE)
    return Answer(answer.verdict, one_line(text, LONGEST_ANSWER))


def _refusal(step: int, code: int) -> Verdict:
    """What a refusal of MAIL (0), RCPT (1) or DATA (2) says.

    Of the recipient only RCPT speaks. A server that will not have our sender takes nobody's mail.
    """
    if code // 100 != 5 or step == 2:
        return Verdict.TEMPORARY
    return Verdict.PERMANENT if step == 1 else Verdict.AWAY


def _final(code: int) -> Verdict:
    """The answer to the dot. Gibberish there says nothing about the message."""
    known = {2: Verdict.ACCEPTED, 4: Verdict.TEMPORARY, 5: Verdict.PERMANENT}
    return known.get(code // 100, Verdict.UNKNOWN)


def _socket(server: smtplib.SMTP) -> socket.socket:
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected("The server hung up.")
    return server.sock


def _line(code: int, text: bytes) -> str:
    return f"{code} {text.decode(errors='replace')}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _line(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return str(error) or type(error).__name__
