"""`bin/run` says what is wrong in one line, and shows one account per role."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from kcc.launch import places, processes, run
from kcc.launch.errors import LaunchError
from kcc.launch.postgres import EmbeddedPostgres


def start(var: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KCC_")}
    given: Mapping[str, str] = {**plain, "KCC_VAR": str(var), **environ}
    command = [sys.executable, "-m", "kcc.launch", "run", *arguments]
    return subprocess.run(command, env=given, cwd=places.ROOT, capture_output=True, text=True, timeout=60, check=False)


def assert_one_line(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert words in lines[0]


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        assert_one_line(start(tmp_path, "--port", str(port)), f"Poort {port} is in gebruik")


def test_a_port_that_does_not_exist_is_one_clear_line(tmp_path: Path) -> None:
    assert_one_line(start(tmp_path, "--port", "70000"), "Poort 70000 bestaat niet")
    assert_one_line(start(tmp_path, KCC_PORT="http"), "KCC_PORT is geen getal")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://here/kcc", "geen adres van PostgreSQL"),
        ("nonsense", "geen adres van PostgreSQL"),
        ("postgresql://nobody:secret@127.0.0.1:1/kcc", "niet bereikbaar"),
    ],
)
def test_a_wrong_database_is_one_clear_line_without_its_password(tmp_path: Path, url: str, words: str) -> None:
    done = start(tmp_path, KCC_DATABASE_URL=url)
    assert_one_line(done, words)
    assert "secret" not in done.stderr


def test_a_folder_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert_one_line(start(tmp_path / "file" / "var"), "kan niet worden gebruikt")


def test_too_little_disk_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"Te weinig schijfruimte: \d+ MB vrij"):
        places.require_disk(tmp_path, least=10**18)


def test_an_unforeseen_failure_is_one_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "VAR", tmp_path)
    code = places.in_one_line("run", lambda: int("no number"))
    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert "ValueError" in (tmp_path / "log" / "run.log").read_text()


def test_the_table_shows_the_first_account_of_each_role() -> None:
    accounts = [
        {"role": "agent", "name": "An", "email": "an@x.nl", "password": "geheim1", "totp_secret": None},
        {"role": "agent", "name": "Bo", "email": "bo@x.nl", "password": "geheim2", "totp_secret": None},
        {
            "role": "beheerder",
            "name": "Cas",
            "email": "cas@x.nl",
            "password": "geheim3",
            "totp_secret": "ABC",
        },
    ]
    lines = run.account_table(accounts)
    assert len(lines) == 3
    assert "An" in lines[1] and "Bo" not in "".join(lines)
    assert lines[2].endswith("ABC")


def test_a_whole_run_stops_without_a_trace_and_a_killed_one_starts_again(tmp_path: Path) -> None:
    """Start, kill -9 of everything, start again, Ctrl-C: no process stays, and the database was shut down cleanly."""
    with running(tmp_path) as first:
        ours = marked(tmp_path)
        first.kill()
        for process in ours:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    server = EmbeddedPostgres(tmp_path / "postgres")
    for pid in server.pids():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with running(tmp_path) as second:
        second.send_signal(signal.SIGINT)
        assert second.wait(120) == 0
    assert marked(tmp_path) == []
    assert server.pids() == []
    assert "database system is shut down" in server.last_log_line()


@contextlib.contextmanager
def running(var: Path) -> Iterator[subprocess.Popen[str]]:
    """An installation that has said how to stop it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KCC_")} | {"KCC_VAR": str(var)}
    command = [sys.executable, "-m", "kcc.launch", "run", "--no-demo"]
    with subprocess.Popen(command, env=environ, cwd=places.ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any("Ctrl-C" in line for line in process.stdout or ())
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def marked(var: Path) -> list[psutil.Process]:
    """The processes of this installation, its launcher and database apart."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(processes.MARK) == str(var) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_each_account_says_where_to_sign_in_at_this_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.write_text('[{"role": "agent", "name": "José", "sign_in_url": "http://127.0.0.1:8000/sign-in"}]')
    monkeypatch.setattr(run, "ACCOUNTS", accounts)
    run._address_accounts("http://127.0.0.1:8002")
    assert json.loads(accounts.read_text()) == [
        {"role": "agent", "name": "José", "sign_in_url": "http://127.0.0.1:8002/sign-in"}
    ]
    assert accounts.stat().st_mode & 0o077 == 0
    accounts.unlink()
    run._address_accounts("http://127.0.0.1:8002")
    assert not accounts.exists()
