"""A command finds the installation that bin/run started, unless its environment names another."""

from __future__ import annotations

from pathlib import Path

from kcc.launch.settings_file import with_running, write


def test_a_command_without_settings_finds_those_of_the_running_installation(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    write(path, {"KCC_APP_URL": "postgresql://a:b=c@d/e", "PATH": "/bin", "KCC_TWO": "twee"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert with_running({"PATH": "/usr/bin"}, path) == {
        "PATH": "/usr/bin", "KCC_APP_URL": "postgresql://a:b=c@d/e", "KCC_TWO": "twee",
    }  # fmt: skip


def test_settings_of_one_s_own_go_before_and_none_at_all_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    assert with_running({"X": "y"}, path) == {"X": "y"}
    write(path, {"KCC_APP_URL": "a", "KCC_TWO": "twee"})
    assert with_running({"KCC_APP_URL": "b"}, path) == {"KCC_APP_URL": "b"}
