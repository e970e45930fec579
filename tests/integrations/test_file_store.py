"""Files on disk: whole or not there, under names of our own, one folder for each municipality."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import pytest

from kcc.integrations.file_store import APART, HALF, FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def test_what_is_put_is_read_again_and_only_ours_to_read(store: FileStore) -> None:
    file_id = uuid.uuid4()
    place = store.put(3, file_id, b"inhoud")
    assert store.read(3, file_id) == b"inhoud"
    assert store.has(3, file_id)
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0


def test_towns_do_not_share_files(store: FileStore) -> None:
    file_id = uuid.uuid4()
    store.put(3, file_id, b"inhoud")
    assert not store.has(4, file_id)
    assert list(store.ids(4)) == []


def test_a_file_is_never_written_over(store: FileStore) -> None:
    file_id = uuid.uuid4()
    store.put(3, file_id, b"eerst")
    with pytest.raises(FileExistsError):
        store.put(3, file_id, b"daarna")
    assert store.read(3, file_id) == b"eerst"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "%2e%2e"])
def test_only_ids_become_paths(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError):
        store.path(3, name)  # type: ignore[arg-type]


def test_a_disk_that_fails_halfway_leaves_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        store.put(3, uuid.uuid4(), b"inhoud")
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


def test_old_files_are_told_from_young_ones(store: FileStore) -> None:
    old, young = uuid.uuid4(), uuid.uuid4()
    store.put(3, young, b"jong")
    hours_ago = time.time() - 7200
    os.utime(store.put(3, old, b"oud"), (hours_ago, hours_ago))
    assert list(store.ids(3, older_than=3600)) == [old]
    assert set(store.ids(3)) == {old, young}


def test_a_file_set_apart_is_kept_but_no_longer_there(store: FileStore) -> None:
    file_id = uuid.uuid4()
    store.put(3, file_id, b"wees")
    store.set_apart(3, file_id)
    assert not store.has(3, file_id)
    assert (store.root / APART / "3" / str(file_id)).read_bytes() == b"wees"


def test_halves_are_cleared_when_they_are_old(store: FileStore) -> None:
    place = store.put(3, uuid.uuid4(), b"heel")
    half = place.parent / f"{HALF}abc"
    half.write_bytes(b"ha")
    assert store.clear_halves(3, older_than=3600) == 0
    os.utime(half, (0, 0))
    assert store.clear_halves(3, older_than=3600) == 1
    assert place.exists() and not half.exists()


def test_a_second_name_is_the_same_file_and_giving_it_again_does_no_harm(tmp_path: Path) -> None:
    store, number = FileStore(tmp_path), uuid.uuid4()
    store.put(1, number, b"inhoud")
    for _time in range(2):
        store.give_second_name(number, 1, 2)
    store.remove(1, number)
    assert store.read(2, number) == b"inhoud"
    store.give_second_name(uuid.uuid4(), 1, 2)  # one that is not there is no fault
