"""What a trial has met so far: it writes nothing, so a key that comes back in a later chunk would count as new once more.

Kept beside the file of the run, as short hashes with the line where their chunk begins. A chunk that is done again after a
failure does not meet itself; the file goes when the trial ends, or with the run's own.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from pathlib import Path

from kcc.imports import actions
from kcc.imports.models import ImportRun

RECORD = struct.Struct(">Q8s")


def met_again(run: ImportRun, keys: Iterable[str], line: int) -> int:
    """How many of the keys that a chunk would make were met before in this trial; they are remembered for the next chunk.

    ``line`` is where the chunk begins.
    """
    place = _place(run)
    if line <= run.start_line:
        place.unlink(missing_ok=True)
    seen = {name for at, name in _records(place) if at < line}
    fresh: list[bytes] = []
    again = 0
    for key in keys:
        name = hashlib.sha256(key.encode()).digest()[:8]
        if name in seen:
            again += 1
        else:
            seen.add(name)
            fresh.append(RECORD.pack(line, name))
    if fresh:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with place.open("ab") as file:
            file.write(b"".join(fresh))
    return again


def _place(run: ImportRun) -> Path:
    return actions.store().path(run.municipality_id, actions.tried_id(run))


def _records(place: Path) -> Iterable[tuple[int, bytes]]:
    if not place.is_file():
        return ()
    data = place.read_bytes()
    # A write that was cut short leaves half a record at the end.
    return RECORD.iter_unpack(data[: len(data) // RECORD.size * RECORD.size])
