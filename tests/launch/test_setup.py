"""The shell part before Python says what is missing in one line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kcc.launch import places

TOOLS = ("bash", "awk", "df", "cat", "cksum", "dirname", "basename", "mkdir", "flock", "rm", "grep", "tail")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout without .venv, on a machine with shell tools and nothing else."""
    shutil.copytree(places.ROOT / "bin", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "tools").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (tmp_path / "tools" / tool).symlink_to(found)
    return tmp_path


def start(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": str(checkout / "tools"), **environ}
    command = ["/bin/bash", str(checkout / "bin" / "run")]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def assert_one_line(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert words in done.stderr


def test_no_python_is_one_clear_line(bare: Path) -> None:
    assert_one_line(start(bare), "geen Python 3.11 of nieuwer gevonden")


def test_a_python_that_is_too_old_is_one_clear_line(bare: Path) -> None:
    old = bare / "tools" / "python3"
    old.write_text("#!/bin/bash\nexit 1\n")
    old.chmod(0o755)
    assert_one_line(start(bare), "geen Python 3.11 of nieuwer gevonden")


def test_a_python_without_venv_is_one_clear_line(bare: Path) -> None:
    stripped = bare / "tools" / "python3"
    stripped.write_text('#!/bin/bash\ncase "$2" in *venv*) exit 1 ;; esac\n')
    stripped.chmod(0o755)
    assert_one_line(start(bare), "mist het onderdeel venv")


def test_packages_that_cannot_be_fetched_are_one_clear_line(bare: Path) -> None:
    (bare / "requirements.txt").write_text("no-such-package-of-ours==1.0\n")
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    done = start(bare, KCC_PYTHON=python, PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert_one_line(done, "pakketten installeren lukt niet")
