"""Many desks in one process of their own: real HTTP streams, each with its own session, that note what they hear and when.

Run as ``python -m tests.proofs._desks PORT``; talks in JSON lines over its standard input and output. A desk behaves as
a browser does: when its stream ends it waits as long as it was told and comes back; refused, it stays away.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Desk:
    """One open screen: its session, what it heard as (kind, id, moment), and when it was let in and refused."""

    secret: str
    heard: list[tuple[str, str, float]] = field(default_factory=list)
    open_since: float | None = None
    refused_at: float | None = None
    retry: float = 2.0
    task: asyncio.Task[None] | None = None


class Floor:
    """All desks of this process."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.desks: list[Desk] = []

    async def sit(self, desk: Desk) -> None:
        """Listen until refused, coming back after every loss."""
        while desk.refused_at is None:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._listen(desk)
            desk.open_since = None
            if desk.refused_at is None:
                await asyncio.sleep(desk.retry)

    async def _listen(self, desk: Desk) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: kcc_session={desk.secret}\r\n\r\n".encode())
            status = (await reader.readline()).split()
            if len(status) > 1 and status[1] == b"403":
                desk.refused_at = time.monotonic()
            if len(status) < 2 or status[1] != b"200":
                return
            kind = ""
            while line := await reader.readline():
                now = time.monotonic()
                if line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"retry: "):
                    desk.retry = int(line[7:]) / 1000
                elif line.startswith(b"data: "):
                    if kind == "hello":
                        desk.open_since = now
                    elif kind != "beat":
                        desk.heard.append((kind, json.loads(line[6:]).get("id", ""), now))
        finally:
            writer.close()

    def answer(self, order: dict[str, Any]) -> Any:
        """Carry out one order of the proof."""
        match order["do"]:
            case "open":
                new = [Desk(secret) for secret in order["secrets"]]
                self.desks += new
                for desk in new:
                    desk.task = asyncio.create_task(self.sit(desk))
                return len(self.desks)
            case "state":
                return {
                    "open": sum(desk.open_since is not None for desk in self.desks),
                    "last": max((desk.open_since or 0.0 for desk in self.desks), default=0.0),
                    "refused": {at: desk.refused_at for at, desk in enumerate(self.desks) if desk.refused_at},
                }
            case "heard":
                taken = [desk.heard for desk in self.desks]
                for desk in self.desks:
                    desk.heard = []
                return taken
            case "close":
                for desk in self.desks:
                    if desk.task:
                        desk.task.cancel()
                self.desks = []
                return 0
        raise ValueError(order["do"])


async def serve(port: int) -> None:
    """Take orders until the input ends."""
    floor = Floor(port)
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        sys.stdout.write(json.dumps(floor.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(serve(int(sys.argv[1])))
