"""A wire to the database that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Listens on `port`, and passes everything on while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._far = (host, port)
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._whole = True
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])

    def serve(self) -> None:
        """Until it is taken down."""
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                self._join(near)

    def cut(self) -> None:
        """Every connection breaks, and no new one comes about."""
        self._whole = False
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        self._whole = True

    def take_down(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def _join(self, near: socket.socket) -> None:
        if not self._whole:
            near.close()
            return
        far = socket.create_connection(self._far)
        with self._lock:
            self._ends += [near, far]
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """A wire to a server, until the block ends."""
    running = Wire(host, port)
    thread = threading.Thread(target=running.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.take_down()
        thread.join()
