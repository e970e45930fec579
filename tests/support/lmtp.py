"""An LMTP client that changes no byte of a mail: what a test sends is what the server must keep."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kcc.integrations import lmtp
from kcc.launch.postgres import any_free_port


class Client:
    """One connection."""

    def __init__(self, port: int, *, smtp: bool = False) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")
        self.answer()
        self.say("EHLO test" if smtp else "LHLO test")

    def say(self, line: str) -> str:
        """Send a command; the answer's last line."""
        self.socket.sendall(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return self.answer()

    def answer(self) -> str:
        """Read one answer to its last line."""
        while True:
            line = self.file.readline().decode()
            if len(line) < 4 or line[3] != "-":
                return line.strip()

    def send(self, raw: bytes, *recipients: str, sender: str = "jan@example.nl") -> list[str]:
        """Hand a mail over; one answer for each recipient that was taken, or why it came to nothing."""
        first = self.say(f"MAIL FROM:<{sender}>")
        if not first.startswith("250"):
            return [first]
        taken = [self.say(f"RCPT TO:<{one}>") for one in recipients]
        good = [answer for answer in taken if answer.startswith("250")]
        if not good:
            self.say("RSET")
            return taken
        self.say("DATA")
        self.socket.sendall(stuffed(raw) + b".\r\n")
        return [self.answer() for _each in good]

    def close(self) -> None:
        """Go without a word."""
        self.file.close()
        self.socket.close()


def on_the_wire(raw: bytes) -> bytes:
    """A mail as SMTP can carry it: it ends with a line end."""
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def stuffed(raw: bytes) -> bytes:
    """A mail with its dots doubled, as between MAIL and the end of DATA."""
    lines = on_the_wire(raw).split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


@contextmanager
def server(
    known: Callable[[str], bool], keep: Callable[[str, bytes, str], bool], *, smtp: bool = False
) -> Iterator[int]:
    """A server in a thread of this process; its port."""
    port, loop = any_free_port(), asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> None:
        made = await lmtp.listen("127.0.0.1", port, known, keep, smtp=smtp)
        started.set()
        await stopped.wait()
        made.close()

    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
