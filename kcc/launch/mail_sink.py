"""The demonstration's post office: takes every mail that KCC sends and keeps it as a file, so that nothing
leaves.

`python -m kcc.launch.mail_sink PORT FOLDER` listens on loopback until it is told to stop.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

MOST_KEPT = 2000
_count = itertools.count(1)


class Sink:
    """Handler for aiosmtpd: one `.eml` file per mail, the oldest removed beyond MOST_KEPT."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Write the mail as it came; the answer is given after it is on disk."""
        content = envelope.original_content or b""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        path = self.folder / f"{stamp}-{os.getpid()}-{next(_count):05}.eml"
        half = path.with_suffix(".new")
        half.write_bytes(content)
        half.rename(path)
        self._forget_oldest()
        return "250 OK"

    def _forget_oldest(self) -> None:
        for old in sorted(self.folder.glob("*.eml"))[:-MOST_KEPT]:
            with contextlib.suppress(FileNotFoundError):
                old.unlink()


async def serve(port: int, folder: Path) -> None:
    """Take mail on 127.0.0.1:port until SIGTERM or SIGINT."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    sink = Sink(folder)
    server = await loop.create_server(lambda: SMTP(sink, loop=loop, hostname="localhost"), "127.0.0.1", port)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
