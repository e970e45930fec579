"""A logo as it may be kept: a PNG that is small, whole, and stripped to its picture. Pure.

Only PNG (W3C, Portable Network Graphics): it holds no script, unlike SVG. All chunks but those that draw are left out,
so that no text, profile or trailing bytes come along; the picture is unpacked within its stated size, so that a small
file cannot become a large one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from kcc.core.errors import InvalidInput

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_BYTES = 200_000
LARGEST_SIDE = 800
DRAWN = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""


def cleaned_png(data: bytes) -> bytes:
    """The picture alone. Raises InvalidInput (field ``logo``) for what is no PNG, too large, or broken."""
    if not data:
        raise InvalidInput("Kies een bestand.", field="logo")
    if len(data) > LARGEST_BYTES:
        raise InvalidInput("Dit bestand is te groot: hoogstens 200 kB.", field="logo")
    if not data.startswith(SIGNATURE):
        raise InvalidInput("Een logo is een PNG-bestand.", field="logo")
    chunks = [chunk for chunk in _chunks(data) if chunk[0] in DRAWN]
    names = [name for name, _body in chunks]
    if not names or names[0] != b"IHDR" or names[-1] != b"IEND" or names.count(b"IHDR") != 1 or b"IDAT" not in names:
        raise _broken()
    _check_picture(chunks[0][1], b"".join(body for name, body in chunks if name == b"IDAT"))
    return SIGNATURE + b"".join(_packed(name, body) for name, body in chunks)


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a kept logo."""
    width, height = struct.unpack(">II", data[16:24])
    return int(width), int(height)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,), name = struct.unpack(">I", data[place : place + 4]), data[place + 4 : place + 8]
        body, check = data[place + 8 : place + 8 + length], data[place + 8 + length : place + 12 + length]
        if len(body) != length or check != struct.pack(">I", zlib.crc32(name + body)):
            raise _broken()
        yield name, body
        if name == b"IEND":
            return
        place += 12 + length
    raise _broken()


def _check_picture(header: bytes, packed: bytes) -> None:
    if len(header) != 13:
        raise _broken()
    width, height, depth, colour, _method, _filter, interlaced = struct.unpack(">IIBBBBB", header)
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise InvalidInput("Een logo is hoogstens 800 bij 800 beeldpunten.", field="logo")
    if colour not in SAMPLES or depth not in (1, 2, 4, 8, 16) or interlaced not in (0, 1):
        raise _broken()
    # A row has a byte for its filter; an interlaced picture has at most twice as many rows.
    most = (width * SAMPLES[colour] * depth // 8 + 2) * height * (1 + interlaced) + 64
    try:
        unpacker = zlib.decompressobj()
        picture = unpacker.decompress(packed, most)
    except zlib.error as fault:
        raise _broken() from fault
    if not unpacker.eof or not picture:
        raise _broken()


def _packed(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _broken() -> InvalidInput:
    return InvalidInput("Dit PNG-bestand is niet heel.", field="logo")
