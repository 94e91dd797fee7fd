"""What is said to a mail server for one message, apart from how the words travel.

A dialogue is a generator. It yields bytes to send, or seconds to wait for one reply, which it is
given as (code, text); what breaks on the way is thrown into it. So one thread can hold one, and
one thread can hold many.

What counts is how far the message got. Until the dot that ends it has been sent, nobody has it,
whatever goes wrong; from then on it may have arrived, unless the server says that it has not.
"""

import smtplib
from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum

# RFC 5321, 4.5.3.2: the answer to the dot may take minutes, and giving up on it leaves a
# message of which nobody knows whether it arrived.
DOT_PATIENCE = 10
# The first digit of the answers to MAIL, RCPT and DATA that let us go on.
WELCOME = (2, 2, 3)
LONGEST_LINE = 8192

Reply = tuple[int, bytes]


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
    # What a mail service calls the message; mail servers have no name for it.
    provider_id: str = ""


class Dotless(bytes):
    """A message of which somebody knows already that no line begins with a dot."""


@dataclass(frozen=True)
class Ended:
    """The answer, and whether the connection can carry another message."""

    answer: Answer
    reusable: bool


Dialogue = Generator[bytes | float, Reply, Ended]


def hand_over(
    sender: str, recipient: str, message: bytes, *, pipelining: bool, timeout: float
) -> Dialogue:
    """One message (CRLF lines). Raises ValueError for an address that is more than one command."""
    commands, dotted = envelope(sender, recipient), False
    try:
        refused = yield from _introduce(commands, timeout, pipelining=pipelining)
        if refused is not None:
            return refused
        yield _stuffed(message)
        dotted = True
        yield b".\r\n"
        code, text = yield timeout * DOT_PATIENCE
    except (OSError, smtplib.SMTPException) as error:
        verdict = Verdict.UNKNOWN if dotted else Verdict.TEMPORARY
        return Ended(Answer(verdict, words(error)), reusable=False)
    return Ended(Answer(_final(code), _line(code, text)), reusable=True)


def _introduce(
    commands: list[bytes], timeout: float, *, pipelining: bool
) -> Generator[bytes | float, Reply, Ended | None]:
    """MAIL, RCPT and DATA, in one packet where the server allows it (RFC 2920)."""
    if pipelining:
        yield b"".join(commands)
    for step, command in enumerate(commands):
        if not pipelining:
            yield command
        code, text = yield timeout
        if code // 100 != WELCOME[step]:
            unread = len(commands) - 1 - step if pipelining else 0
            reusable = yield from _back_out(code, timeout, unread=unread)
            return Ended(Answer(_refusal(step, code), _line(code, text)), reusable)
    return None


def _back_out(code: int, timeout: float, *, unread: int) -> Generator[bytes | float, Reply, bool]:
    """Leave the connection as it was before. Answers whether that could be done.

    A server that waits for a message after all is hung up on: an empty one might arrive.
    """
    if code == 421:
        return False
    try:
        rest = []
        for _ in range(unread):
            rest.append((yield timeout)[0])
        if 354 in rest:
            return False
        yield b"RSET\r\n"
        return (yield timeout)[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


class Replies:
    """What a server said, cut into replies."""

    def __init__(self) -> None:
        self._heard = b""
        self._lines: list[bytes] = []

    def hear(self, data: bytes) -> None:
        """More of it; nothing means that it hung up."""
        if not data:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self._heard += data
        if len(self._heard) > LONGEST_LINE and b"\n" not in self._heard:
            raise smtplib.SMTPResponseException(500, "Line too long.")

    def next(self) -> Reply | None:
        """The next whole reply, if there is one. What is none has the code -1."""
        while b"\n" in self._heard:
            line, self._heard = self._heard.split(b"\n", 1)
            self._lines.append(line[4:].strip(b" \t\r\n"))
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code == -1 or line[3:4] != b"-":
                text, self._lines = b"\n".join(self._lines), []
                return code, text
        return None


def envelope(sender: str, recipient: str) -> list[bytes]:
    """The commands. Raises ValueError for an address that would be more than one."""
    for address in (sender, recipient):
        if not address.isascii() or not address.isprintable() or not {*" <>"}.isdisjoint(address):
            raise ValueError("This address cannot stand in an envelope.")
    commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
    return [f"{command}\r\n".encode() for command in commands]


def _stuffed(message: bytes) -> bytes:
    """A line that begins with a dot gets a second one, so that it does not end the message."""
    if isinstance(message, Dotless) and message.endswith(b"\r\n"):
        return message
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    end = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + end


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


def _line(code: int, text: bytes) -> str:
    return f"{code} {text.decode(errors='replace')}"


def words(error: Exception) -> str:
    """What an error says, a server's in its own words."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _line(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return str(error) or type(error).__name__
