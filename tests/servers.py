"""Real servers on loopback: one that gives out feeds, one that takes in mail."""

import email
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class FeedServer:
    """What it serves, by path, and the status of each answer it gave."""

    url: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)


@contextmanager
def feed_server(bodies: dict[str, bytes]) -> Iterator[FeedServer]:
    """Serve `bodies` with ETags, on a free port; an unknown path is 404."""
    served = FeedServer(bodies=bodies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = served.bodies.get(self.path)
            etag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"'
            if body is None:
                self.answer(404, b"")
            elif self.headers.get("If-None-Match") == etag:
                self.answer(304, b"", ETag=etag)
            else:
                self.answer(200, body, ETag=etag)

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            served.statuses.append(status)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
