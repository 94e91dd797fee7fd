"""A mail server on loopback, for tests: it takes mail, or fails at whatever step it is told to."""

import re
import socketserver
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

Reply = str | Callable[["Session"], str]
GREETED = {
    "greeting": "220 sink",
    "EHLO": "250-sink\r\n250 PIPELINING",
    "MAIL": "250 sender fine",
    "RCPT": "250 recipient fine",
    "STAR": "220 go on, in secret",
    "AUTH": "235 welcome",
    "DATA": "354 go on",
    "dot": "250 2.0.0 taken",
    "RSET": "250 forgotten",
    "QUIT": "221 goodbye",
}


class HungUpError(Exception):
    """The server closes the connection at this step."""


@dataclass
class Mail:
    """One message as it was taken: the envelope, and the bytes without their dots."""

    sender: str
    recipient: str
    data: bytes


@dataclass
class Sink:
    """What the server answers at each step, and what it took. `delay`: seconds for each mail."""

    replies: dict[str, Reply] = field(default_factory=dict)
    delay: float = 0
    tls: ssl.SSLContext | None = None
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    heard: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    lock: Any = field(default_factory=Lock)

    @property
    def recipients(self) -> list[str]:
        with self.lock:
            return [mail.recipient for mail in self.mails]

    def options(self, **values: Any) -> dict[str, Any]:
        """MAILERS that lead here."""
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 5, **values}
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": options,
            }
        }


def hang(session: "Session") -> str:
    """Say nothing until the test is over."""
    session.sink.over.wait()
    raise HungUpError


def close(session: "Session") -> str:
    """Hang up."""
    raise HungUpError


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    sink: Sink
    sender = recipient = step = ""
    message_id = b""

    def handle(self) -> None:
        with self.sink.lock:
            self.sink.connections += 1
        try:
            if self.sink.tls and "STAR" not in self.sink.replies:
                self.hide()
            self.say("greeting")
            while line := self.rfile.readline():
                self.obey(line.decode().rstrip("\r\n"))
        except (HungUpError, OSError):
            return
        finally:
            if self.sink.tls:
                self.connection.close()

    def obey(self, line: str) -> None:
        verb = line[:4].upper()
        self.sink.heard.append(line)
        if verb in {"MAIL", "RCPT"}:
            address = "".join(re.findall("<(.*)>", line))
            setattr(self, "sender" if verb == "MAIL" else "recipient", address)
        answer = self.say(verb) if self.may(verb) else self.refuse()
        if verb == "DATA" and answer.startswith("354"):
            self.take()
        if verb == "STAR" and answer.startswith("220"):
            self.hide()

    def may(self, verb: str) -> bool:
        """Whether this step was asked for in its order, as far as the test does not say."""
        if verb in {"EHLO", "RSET"}:
            self.step = ""
        before = {"RCPT": "MAIL", "DATA": "RCPT"}.get(verb)
        return before is None or self.step == before or verb in self.sink.replies

    def refuse(self) -> str:
        self.wfile.write(b"503 not now\r\n")
        return "503"

    def take(self) -> None:
        data = b""
        while not data.endswith(b"\r\n.\r\n") and data != b".\r\n":
            line = self.rfile.readline()
            if not line:
                raise HungUpError
            data += line
        time.sleep(self.sink.delay)
        body = (b"\r\n" + data[:-3]).replace(b"\r\n..", b"\r\n.")[2:]
        self.message_id = b"".join(re.findall(rb"^Message-ID: (\S+)", body, re.MULTILINE)[:1])
        reply = self.sink.replies.get("dot", GREETED["dot"])
        answer = reply if isinstance(reply, str) else reply(self)
        if answer.startswith("250"):
            with self.sink.lock:
                self.sink.mails.append(Mail(self.sender, self.recipient, body))
        self.wfile.write(f"{answer}\r\n".encode())

    def hide(self) -> None:
        """Go on under TLS."""
        assert self.sink.tls is not None
        self.connection = self.sink.tls.wrap_socket(self.request, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def say(self, step: str) -> str:
        reply = self.sink.replies.get(step, GREETED.get(step, "502 what?"))
        answer = reply if isinstance(reply, str) else reply(self)
        self.wfile.write(f"{answer}\r\n".encode())
        if answer.startswith("421"):
            raise HungUpError
        if answer.startswith("250"):
            self.step = step
        return answer


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True
    block_on_close = False


@contextmanager
def sinking(
    replies: Mapping[str, Reply] | None = None,
    *,
    delay: float = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Sink]:
    """Take mail on a free port until the block ends. TLS at once, or after STARTTLS (`STAR`)."""
    sink = Sink(replies=dict(replies or {}), delay=delay, tls=tls)
    handler = type("Handler", (Session,), {"sink": sink})
    with Server(("127.0.0.1", 0), handler) as server:
        sink.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.over.set()
            server.shutdown()
            thread.join()
