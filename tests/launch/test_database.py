"""Which server the commands use, and how they refuse one that will not do."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kcc.core import migrating
from kcc.launch import database, secrets_file
from kcc.launch.errors import LaunchError
from kcc.launch.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    """A server of our own: roles are for a whole server, and other tests count on theirs."""
    base = Path(tempfile.mkdtemp(prefix="kcc-test-"))
    base.chmod(0o755)
    server = EmbeddedPostgres(base / "data", settings={"shared_buffers": "16MB"}, fast=True)
    yield server.start()
    server.stop()
    shutil.rmtree(base)


def test_the_given_server_is_used_whatever_driver_its_address_names(admin_url: str) -> None:
    given = admin_url.replace("postgresql://", "postgresql+psycopg://")
    assert database.admin_url({"KCC_DATABASE_URL": given}) == admin_url
    assert database.embedded({"KCC_DATABASE_URL": given}) is None


def test_a_server_that_is_too_old_is_one_clear_line(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_VERSION", 990000)
    with pytest.raises(LaunchError, match="is te oud; versie 15 of nieuwer is nodig"):
        database.admin_url({"KCC_DATABASE_URL": admin_url})


def test_roles_and_database_are_made_once_and_can_be_made_again(
    admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list[str] = []
    monkeypatch.setattr(migrating, "upgrade", migrated.append)
    secrets = secrets_file.read_or_make(tmp_path / "secrets.env", {})
    first = database.prepare(admin_url, secrets)
    assert database.prepare(admin_url, secrets) == first
    assert migrated == [first["KCC_OWNER_URL"]] * 2
    with psycopg.connect(first["KCC_APP_URL"].replace("+psycopg", "")) as connection:
        row = connection.execute("select current_user, current_database()").fetchone()
    assert row == ("kcc_app", "kcc")


def test_an_administrator_without_rights_is_one_clear_line(admin_url: str, tmp_path: Path) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("drop role if exists nobody_special")
        connection.execute("create role nobody_special login password 'x'")
    weak = admin_url.replace(admin_url.split("//")[1].split("@")[0], "nobody_special:x")
    secrets = secrets_file.read_or_make(tmp_path / "secrets.env", {})
    with pytest.raises(LaunchError, match="mag geen rollen en databases maken"):
        database.prepare(weak, secrets, "kcc_other")


def test_a_database_that_is_up_to_date_is_seen_with_one_question(
    admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = database.prepare(admin_url, secrets_file.read_or_make(tmp_path / "secrets.env", {}), "kcc_current")
    assert migrating.is_current(urls["KCC_OWNER_URL"]) and not database.has_centre(urls["KCC_PLATFORM_URL"])
    monkeypatch.setattr(migrating, "upgrade", lambda _url: pytest.fail("migrated again"))
    database.prepare(admin_url, secrets_file.read_or_make(tmp_path / "secrets.env", {}), "kcc_current")
    monkeypatch.undo()
    migrating.downgrade(urls["KCC_OWNER_URL"], "-1")
    assert not migrating.is_current(urls["KCC_OWNER_URL"])
