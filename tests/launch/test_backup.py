"""Back-ups are made, listed, checked and put back by command; what is wrong with one is said in one line."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kcc.core import migrating, roles
from kcc.launch import backup, backups, database
from kcc.launch.errors import LaunchError
from kcc.launch.postgres import EmbeddedPostgres
from tests.support.databases import PASSWORDS


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the server's user can reach."""
    base = Path(tempfile.mkdtemp(prefix="kcc-test-"))
    base.chmod(0o755)
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[EmbeddedPostgres]:
    """A migrated installation on a server of its own: a back-up is of a whole server."""
    made = EmbeddedPostgres(place / "data", settings={"shared_buffers": "16MB"}, fast=True)
    urls = roles.prepare(made.start(), PASSWORDS, backup.DATABASE)
    migrating.upgrade(urls["KCC_OWNER_URL"])
    yield made
    made.stop()


@pytest.fixture
def installation(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> EmbeddedPostgres:
    """The commands work on this server."""
    monkeypatch.setattr(database, "embedded", lambda: server)
    monkeypatch.setattr(database, "admin_url", server.admin_url)
    return server


def test_a_backup_is_made_listed_checked_and_put_back(
    installation: EmbeddedPostgres, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place / "backups"
    assert backup.main(["make", "--into", str(folder)]) == 0
    (made,) = backups.known(folder)
    with psycopg.connect(installation.admin_url().rpartition("/")[0] + f"/{backup.DATABASE}") as connection:
        row = connection.execute("select count(*) from guard.backup_run").fetchone()
    assert row == (1,)
    assert backup.main(["list", "--in", str(folder)]) == 0
    assert backup.main(["check", str(made.folder)]) == 0
    assert backup.main(["restore", str(made.folder), "--into", str(place / "restored")]) == 0
    said = capsys.readouterr().out
    assert made.name in said and "Elk bestand klopt" in said and "afscherming tussen gemeenten staat aan" in said
    assert not EmbeddedPostgres(place / "restored").is_running()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["check", "nergens"], "staat geen hele back-up"),
        (["restore", "nergens", "--into", "ergens"], "staat geen hele back-up"),
        (["restore", "nergens", "--into", "ergens", "--at", "2026-11-25T12:00:00+01:00"], "vraagt het logarchief"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KCC_WAL_ARCHIVE", raising=False)
    assert backup.main(words) == 1
    said = capsys.readouterr().err
    assert why in said and said.count("\n") == 1


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(SystemExit):
        backup.main(["restore", "a", "--into", "b", "--at", "2026-11-25T12:00:00"])


def test_an_existing_folder_is_never_written_over(server: EmbeddedPostgres, tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="bestaat al"):
        backups.make(server.admin_url(), tmp_path, backup.DATABASE)


def test_differences_name_the_table_and_leave_sign_in_aside() -> None:
    before = {"public.ticket": (3, "9"), "public.party": (1, "1"), "guard.door": (5, "5"), "public.gone": (0, "0")}
    after = {"public.ticket": (2, "7"), "public.party": (1, "2"), "guard.door": (0, "0")}
    assert backups.differences(before, after) == [
        "public.gone: ontbreekt",
        "public.party: andere inhoud",
        "public.ticket: 3 rijen, nu 2",
    ]
    assert backups.differences(before, before) == []


def test_a_count_that_row_policies_would_shorten_fails_loudly(server: EmbeddedPostgres) -> None:
    urls = roles.prepare(server.admin_url(), PASSWORDS, backup.DATABASE)
    owner = urls["KCC_OWNER_URL"].replace("postgresql+psycopg", "postgresql")
    with pytest.raises(psycopg.Error):
        backups.fingerprint(owner)
