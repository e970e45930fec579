"""Pictures for tests, drawn byte by byte."""

from __future__ import annotations

import hashlib
import struct
import zlib

from tests.support.world import World


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG with its length and check."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, packed: bytes | None = None) -> bytes:
    """A grey picture; with ``packed`` other bytes in the place of its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _row in range(height))) if packed is None else packed
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def wear_logo(world: World, picture: bytes, town: str = "Aalburg") -> str:
    """Let a town wear this picture, past every lock; returns its mark."""
    mark = hashlib.sha256(picture).hexdigest()
    with world.admin() as admin:
        admin.execute(
            "insert into town_logo values (%s, %s, %s) on conflict do nothing", (world.towns[town], mark, picture)
        )
        admin.execute("update municipality set logo = %s where id = %s", (mark, world.towns[town]))
    return mark
