"""Files on disk: one folder for each municipality, names of our own, whole or not there at all.

Nothing that anybody typed becomes part of a path: a file is found by the number of its municipality and a UUID.
"""

from __future__ import annotations

import os
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import current_app

from kcc.config import Settings

HALF = ".half-"
APART = "apart"


class FileStore:
    """A folder outside the web root, with a folder for each municipality."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, municipality_id: int, file_id: uuid.UUID) -> Path:
        """Where a file stands, or would stand."""
        name = str(uuid.UUID(str(file_id)))
        # The last digits: the first ones of a time-ordered id are the same for a whole season.
        return self.root / str(int(municipality_id)) / name[-2:] / name

    def put(self, municipality_id: int, file_id: uuid.UUID, data: bytes) -> Path:
        """Keep ``data`` so that it survives a power cut: written beside its place, flushed, renamed, folder flushed.

        Raises FileExistsError when the id is in use, OSError when the disk refuses.
        """
        place = self.path(municipality_id, file_id)
        if place.exists():
            raise FileExistsError(place.name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = place.parent / f"{HALF}{secrets.token_hex(8)}"
        try:
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            half.rename(place)
        finally:
            half.unlink(missing_ok=True)
        for folder in (place.parent, place.parent.parent, self.root):
            _flush(folder)
        return place

    def has(self, municipality_id: int, file_id: uuid.UUID) -> bool:
        """Whether the file is there."""
        return self.path(municipality_id, file_id).is_file()

    def read(self, municipality_id: int, file_id: uuid.UUID) -> bytes:
        """All of a file; raises FileNotFoundError."""
        return self.path(municipality_id, file_id).read_bytes()

    def remove(self, municipality_id: int, file_id: uuid.UUID) -> None:
        """Take a file away for good; one that is not there is no fault."""
        self.path(municipality_id, file_id).unlink(missing_ok=True)

    def give_second_name(self, file_id: uuid.UUID, old_town: int, new_town: int) -> None:
        """Have the bytes stand in the folder of another municipality as well, before its row says so.

        A second name for the same file: killed in between, nothing is lost and doing it again is harmless. The old name is
        swept later, as a file that no row refers to. One that is not there is no fault.
        """
        old, new = self.path(old_town, file_id), self.path(new_town, file_id)
        if old.is_file() and not new.exists():
            new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.link(old, new)

    def ids(self, municipality_id: int, *, older_than: float = 0.0) -> Iterator[uuid.UUID]:
        """The files of a municipality that were last written at least ``older_than`` seconds ago."""
        before = time.time() - older_than
        for place in self._files(municipality_id):
            with suppress(ValueError, FileNotFoundError):
                if place.stat().st_mtime <= before:
                    yield uuid.UUID(place.name)

    def set_apart(self, municipality_id: int, file_id: uuid.UUID) -> None:
        """Move a file that nothing refers to out of the way: kept for people to look at, never served."""
        place = self.path(municipality_id, file_id)
        aside = self.root / APART / str(int(municipality_id))
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.replace(aside / place.name)

    def clear_halves(self, municipality_id: int, *, older_than: float) -> int:
        """Remove what an interrupted ``put`` left behind: never whole, never referred to. Returns how many."""
        before, count = time.time() - older_than, 0
        for place in self._files(municipality_id):
            with suppress(FileNotFoundError):
                if place.name.startswith(HALF) and place.stat().st_mtime <= before:
                    place.unlink()
                    count += 1
        return count

    def _files(self, municipality_id: int) -> Iterator[Path]:
        folder = self.root / str(int(municipality_id))
        return (place for place in folder.glob("*/*") if place.is_file())


def store() -> FileStore:
    """The store of this application, at the place that its settings name."""
    return FileStore(Path(current_app.config["SETTINGS"].files_path))


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def scanner_address() -> str | None:
    """Where the virus scanner of this application listens; None when none was set up."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.clamd
