"""A virus scanner for tests: speaks ClamAV's INSTREAM on loopback and knows the EICAR test file."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        answer = self.server.answer  # type: ignore[attr-defined]
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        body = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            body += self.rfile.read(length)
        self.server.seen.append(body)  # type: ignore[attr-defined]
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in body else b"stream: OK\0"
        self.wfile.write(found if answer is None else answer)


class Scanner(socketserver.ThreadingTCPServer):
    """Its address, what it was sent, and what it answers instead of a verdict when that is set."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[bytes] = []
        self.answer: bytes | None = None

    @property
    def address(self) -> str:
        """As KCC_CLAMD says it."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_scanner() -> Iterator[Scanner]:
    """A scanner that answers until the end of the block."""
    scanner = Scanner()
    thread = threading.Thread(target=scanner.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield scanner
    finally:
        scanner.shutdown()
        scanner.server_close()
        thread.join()
