"""The virus scanner: bytes go to ClamAV's daemon over its INSTREAM command; nothing is written for it.

Protocol: clamd(8), section COMMANDS. Each chunk is preceded by its length, 4 bytes, network order; length 0 ends.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

SECONDS = 20.0
"""Less than a transaction may stand idle: the scan must answer before the database gives up on us."""
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerUnreachable(Exception):
    """No verdict: nobody answered, or something else than a verdict. The file stays shut until there is one."""


def scan(address: str, data: bytes, *, seconds: float = SECONDS) -> str:
    """The name of what was found in ``data``, or "" when it is clean; raises ScannerUnreachable without a verdict.

    ``address`` is ``host:port`` or the path of a Unix socket.
    """
    try:
        with _connect(address, seconds) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                chunk = data[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as fault:
        raise ScannerUnreachable(type(fault).__name__) from fault
    return verdict(answer)


def verdict(answer: str) -> str:
    """What ``stream: … FOUND`` names, "" for ``stream: OK``; raises ScannerUnreachable for any other answer."""
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:120] or "onbekend"
    raise ScannerUnreachable("no verdict")


def _connect(address: str, seconds: float) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        line.connect(str(Path(address)))
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def _answer(line: socket.socket) -> str:
    parts = b""
    while not parts.endswith(b"\0") and len(parts) < LONGEST_ANSWER:
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        parts += more
    return parts.rstrip(b"\0\n").decode("utf-8", "replace")
