"""The embedded server starts again after everything that can happen to it, and never harms a stranger."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kcc.launch.errors import LaunchError
from kcc.launch.postgres import SETTINGS, EmbeddedPostgres

SMALL = {"shared_buffers": "16MB", "max_connections": "20", "synchronous_commit": "on"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="a folder with 'spaces' "))
    base.chmod(0o755)  # pytest's own temporary folder is closed to the server's user
    yield base / "the data"
    shutil.rmtree(base)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    found = EmbeddedPostgres(folder, settings=SMALL, fast=True)
    yield found
    found.stop()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return str(row[0])


def kill(server: EmbeddedPostgres) -> None:
    pid = server.postmaster_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_a_server_starts_in_a_path_with_spaces_and_stops(server: EmbeddedPostgres) -> None:
    url = server.start()
    assert ask(url, "show server_encoding") == "UTF8"
    assert server.is_running()
    server.stop()
    assert not server.is_running()


def test_a_second_start_attaches_to_the_running_server_and_keeps_its_port(server: EmbeddedPostgres) -> None:
    url, pid = server.start(), server.postmaster_pid()
    again = EmbeddedPostgres(server.given_dir, settings=SMALL, fast=True)
    assert (again.start(), again.postmaster_pid()) == (url, pid)
    again.stop()
    assert server.start() == url


def test_a_killed_server_starts_again_at_once(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("create table if not exists kept (id int)")
    for _ in range(2):
        kill(server)
        assert ask(server.start(), "select count(*) from kept") == "0"


@pytest.mark.parametrize("content", ["", "\n", "not a number\n", "99999999\n", "1"])
def test_a_broken_pid_file_does_not_stop_the_next_start(server: EmbeddedPostgres, content: str) -> None:
    server.start()
    server.stop()
    (server.data_dir / "postmaster.pid").write_text(content)
    assert ask(server.start(), "select 1") == "1"


def test_a_stranger_with_a_reused_pid_is_not_taken_for_the_server_nor_ended(
    server: EmbeddedPostgres, stranger: subprocess.Popen[bytes]
) -> None:
    server.start()
    pid_file = server.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill(server)
    for orphan in server.pids():
        os.kill(orphan, signal.SIGKILL)
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    assert not server.is_running()
    server.stop()
    assert stranger.poll() is None
    assert ask(server.start(), "select 1") == "1"
    server.stop()
    assert stranger.poll() is None


def test_a_taken_remembered_port_is_exchanged_for_a_free_one(server: EmbeddedPostgres) -> None:
    server.start()
    port = server.port()
    server.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        assert ask(server.start(), "select 1") == "1"
        assert server.port() != port


def test_a_taken_wanted_port_is_one_clear_line(server: EmbeddedPostgres) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(LaunchError, match=f"Poort {port} .*in gebruik"):
            EmbeddedPostgres(server.given_dir, port=port, settings=SMALL).start()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_text("x")
    with pytest.raises(LaunchError, match="niet leeg"):
        EmbeddedPostgres(tmp_path).start()
    assert (tmp_path / "holiday.jpg").exists()


def test_nobody_enters_without_a_password_and_no_file_shows_it_to_others(server: EmbeddedPostgres) -> None:
    url = server.start()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{server.port()}/postgres")
    assert ask(url, "show listen_addresses") == "127.0.0.1"
    assert (server.data_dir / "kcc-superuser-password").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user run the server")
def test_a_folder_that_other_users_cannot_enter_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    hidden = EmbeddedPostgres(closed / "data", settings=SMALL, fast=True)
    try:
        assert ask(hidden.start(), "select 1") == "1"
        assert closed.stat().st_mode & 0o777 == 0o700
        assert hidden.data_dir != closed / "data"
    finally:
        hidden.stop()
        elsewhere = hidden.data_dir
        shutil.rmtree(elsewhere.parent)


def test_the_log_of_the_server_keeps_rows_and_statements_out() -> None:
    assert SETTINGS["log_error_verbosity"] == "terse"
    assert SETTINGS["log_min_error_statement"] == "panic"
    assert SETTINGS["log_parameter_max_length_on_error"] == "0"
