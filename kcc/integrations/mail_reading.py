"""Having a mail read by a process of its own, which is ended when it takes too long, and started again for the next."""

from __future__ import annotations

import atexit
import base64
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20
"""Wall-clock time for one mail; on a busy machine its ten seconds of computing take longer."""
MAILS_EACH = 500
"""After so many mails a fresh process: what leaks does not grow."""


class Unreadable(Exception):
    """The mail could not be read within the limits; ``reason`` is a word of ours (``limit_parts``, ``timeout``…)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailReader:
    """The reading process, made when it is first needed; safe to use from several threads, one mail at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._mails = 0

    def read(self, raw: bytes) -> dict[str, Any]:
        """What a mail says (``mail_message.Read``). Raises Unreadable."""
        return dict(self._ask({"do": "read"}, raw)["read"])

    def parts(self, raw: bytes, places: Sequence[int]) -> list[bytes]:
        """The bytes of parts of a mail, by their places. Raises Unreadable."""
        return [base64.b64decode(data) for data in self._ask({"do": "parts", "places": list(places)}, raw)["data"]]

    def close(self) -> None:
        """End the process, if there is one of ours."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            with suppress(OSError):
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def _ask(self, request: dict[str, Any], raw: bytes) -> dict[str, Any]:
        with self._lock:
            process = self._running()
            head = json.dumps(request).encode()
            try:
                found = self._exchange(process, struct.pack(">I", len(head)) + head + struct.pack(">Q", len(raw)) + raw)
            except (OSError, ValueError) as fault:
                self.close()
                raise Unreadable("timeout" if isinstance(fault, TimeoutError) else "crash") from fault
            self._mails += 1
            if self._mails >= MAILS_EACH or found.get("fault") == "memory":
                self.close()
        if "fault" in found:
            raise Unreadable(str(found["fault"]))
        return found

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.close()
        self._owner, self._mails = os.getpid(), 0
        # Nothing of our settings goes along: who breaks the reader finds no password in it.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kcc.integrations.mail_reader"],
            cwd=ROOT, env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], sent: bytes) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        until = time.monotonic() + self.seconds
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        rest, got, wanted = memoryview(sent), bytearray(), 8
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            waiting.register(process.stdin, selectors.EVENT_WRITE)
            while len(got) < wanted:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _events in waiting.select(left):
                    if key.fileobj is process.stdin:
                        rest = rest[os.write(process.stdin.fileno(), rest[:65536]) :]
                        if not rest:
                            waiting.unregister(process.stdin)
                        continue
                    piece = os.read(process.stdout.fileno(), 65536)
                    if not piece:
                        raise BrokenPipeError
                    got += piece
                    if wanted == 8 and len(got) >= 8:
                        wanted = 8 + struct.unpack(">Q", got[:8])[0]
        return dict(json.loads(got[8:wanted]))


reader = MailReader()
"""The reading process of this process."""
atexit.register(reader.close)
