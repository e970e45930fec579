"""Secrets are made once, kept for the owner only, and the environment goes before them."""

import base64
from pathlib import Path

import pytest

from kcc.launch import secrets_file
from kcc.launch.errors import LaunchError


def test_secrets_are_made_once_and_stay_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = secrets_file.read_or_make(path, {})
    assert secrets_file.read_or_make(path, {}) == first
    assert set(first) == set(secrets_file.GENERATED)
    assert len(base64.b64decode(first["KCC_DATA_KEY"])) == 32


def test_only_the_owner_can_read_the_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    secrets_file.read_or_make(path, {})
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_missing_is_added_and_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("KCC_SECRET_KEY=known\n")
    found = secrets_file.read_or_make(path, {})
    assert found["KCC_SECRET_KEY"] == "known"
    assert found["KCC_APP_PASSWORD"]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    found = secrets_file.read_or_make(tmp_path / "secrets.env", {"KCC_SECRET_KEY": "given"})
    assert found["KCC_SECRET_KEY"] == "given"
    assert "given" not in (tmp_path / "secrets.env").read_text()


def test_a_file_that_is_no_text_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LaunchError, match="niet te lezen"):
        secrets_file.read_or_make(path, {})
