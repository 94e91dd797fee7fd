"""A real web server on loopback, for tests: pages by path, and every request written down."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Handler = BaseHTTPRequestHandler
Page = Callable[[Handler], None]


def page(
    body: bytes | str,
    content_type: str = "application/xml",
    *,
    status: int = 200,
    etag: str | None = None,
    **headers: str,
) -> Page:
    """A page with an ETag, answered with 304 to whoever has it. `etag=""` sends none."""
    data = body.encode() if isinstance(body, str) else body
    tag = f'"{hashlib.md5(data).hexdigest()}"' if etag is None else etag

    def answer(handler: Handler) -> None:
        known = bool(tag) and handler.headers.get("If-None-Match") == tag
        handler.send_response(304 if known else status)
        if tag:
            handler.send_header("ETag", tag)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if not known:
            handler.send_header("Content-Type", content_type)
            handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        if not known:
            handler.wfile.write(data)

    return answer


def redirect(target: str, status: int = 301) -> Page:
    """A page that sends elsewhere."""
    return page(b"", status=status, etag="", Location=target)


def raw(*pieces: bytes, pause: Callable[[], object] = lambda: None) -> Page:
    """Bytes straight onto the wire, status line and all, with a pause after each piece."""

    def answer(handler: Handler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            pause()
        handler.close_connection = True

    return answer


@dataclass
class Web:
    """What the server serves, and what it was asked."""

    base: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # The status of each answer, in the order in which they were given.
    said: list[int] = field(default_factory=list)

    def add(self, path: str, answer: Page | bytes | str) -> str:
        """Serve `answer` at `path`; answers the whole address."""
        self.pages[path] = answer if callable(answer) else page(answer)
        return self.base + path


@contextmanager
def serving(queue: int = 128) -> Iterator[Web]:
    """Serve on a free port until the block ends. Of those who come at once, `queue` may wait."""

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            try:
                web.pages.get(self.path, page(b"nothing here", status=404, etag=""))(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_request(self, code: int | str = 0, size: int | str = 0) -> None:
            web.said.append(int(code))

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = queue
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Asked)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
