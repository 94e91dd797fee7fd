"""What the demo runs in place of the outside world, on loopback: the feeds, and the post."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any, override

from aiosmtpd.controller import Controller

from config.demo import formats, sources
from toolbox.mailbox import deposit

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def feeds(port: int, since: datetime) -> Iterator[None]:
    """Serve the bundled feeds, dated back from `since`. What is asked again is a 304."""
    bodies = {source.path: formats.write(source, since) for source in sources.read()}
    server = ThreadingHTTPServer((HOST, port), _handler(bodies))
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _handler(bodies: dict[str, tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content_type, body = bodies.get(self.path, ("text/plain", b""))
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if self.path not in bodies:
                self._answer(HTTPStatus.NOT_FOUND, b"There is no such feed.\n")
            elif self.headers.get("If-None-Match") == etag:
                self._answer(HTTPStatus.NOT_MODIFIED, b"", ETag=etag)
            else:
                self._answer(HTTPStatus.OK, body, ETag=etag, **{"Content-Type": content_type})

        def _answer(self, status: HTTPStatus, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """The demo's own lines are what a person reads."""

    return Handler


async def _keep(server: Any, session: Any, envelope: Any) -> str:
    """Take every mail for everybody."""
    deposit(envelope.content)
    return "250 Kept in the local mailbox"


@contextmanager
def post() -> Iterator[int]:
    """A real SMTP server whose every mail ends in the local mailbox. Gives its port."""
    controller = Controller(SimpleNamespace(handle_DATA=_keep), hostname=HOST, port=any_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
