"""Feeds over loopback, quick enough to be nobody's bottleneck: nginx, or a server of our own."""

import asyncio
import hashlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX = """
daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log warn;
events {{ worker_connections 2048; }}
http {{
  access_log off; etag on; keepalive_timeout 0; default_type application/rss+xml;
  sendfile on; tcp_nopush on;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}; }}
}}
"""


@contextmanager
def serving(folder: Path, work: Path) -> Iterator[str]:
    """The address at which the files of `folder` are served, a new connection for each, with ETag
    and Last-Modified; until the block ends."""
    port = free_port()
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        settings = work / "nginx.conf"
        settings.write_text(NGINX.format(work=work, port=port, folder=folder))
        # As root nginx works as another, who may not look into the folder.
        settings.write_text("user root;\n" + settings.read_text())
        command = [nginx, "-c", str(settings), "-p", str(work)]
    else:
        command = [sys.executable, __file__, str(folder), str(port)]
    print(f"server: {'nginx' if nginx else 'our own (install nginx-light for nginx)'}")
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("The server for the bench did not start.")


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def handler(folder: Path, delay: Callable[[str], float] = lambda name: 0) -> Handler:
    """Answers a request for a file after `delay` seconds, and closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            name = head.split(" ", 2)[1].lstrip("/")
            body = (folder / name).read_bytes()
            etag = f'"{hashlib.md5(body).hexdigest()}"'
            await asyncio.sleep(delay(name))
            status, sent = ("304 Not Modified", b"") if etag in head else ("200 OK", body)
            length = f"Content-Length: {len(body)}\r\n" if sent else ""
            writer.write(
                f"HTTP/1.1 {status}\r\nETag: {etag}\r\n{length}Content-Type: text/xml\r\n"
                "Last-Modified: Fri, 20 Nov 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n".encode()
                + sent
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return answer


async def serve(answer: Handler, port: int) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(handler(Path(sys.argv[1])), int(sys.argv[2])))
