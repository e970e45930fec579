"""Backups of a whole installation, and going back to a moment: what `bin/backup` and `bin/prove restore` do.

A backup is physical (`pg_basebackup` with a manifest of SHA-256 sums) and holds every row whatever the row policies say.
A logical dump taken as a role that is subject to them would be empty and still succeed; that is why a fingerprint of
every table, taken past the policies or not at all, goes with each backup and is compared after each restore.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from kcc.launch import postgres_user
from kcc.launch.errors import LaunchError
from kcc.launch.postgres import PORT_NAME, EmbeddedPostgres
from kcc.launch.postgres_user import last_line

Fingerprint = dict[str, tuple[int, str]]
"""For each table of the schemas public and guard: how many rows, and a sum over all that is in them."""

RECORD = "kcc-backup.json"
RECOVERY_PATIENCE = 600.0  # seconds
HOUSEKEEPING = frozenset({"guard.door", "guard.sign_in_attempt"})
"""Tables that change by being looked at; they are restored, but not compared."""


@dataclass(frozen=True)
class Backup:
    """A backup in its folder: when it was whole (ISO 8601, UTC), its size in bytes, and the database's fingerprint."""

    folder: Path
    at: str
    size: int
    database: str
    tables: Fingerprint

    @property
    def name(self) -> str:
        """The name of its folder, by which people choose it."""
        return self.folder.name


def fingerprint(url: str) -> Fingerprint:
    """Count and sum every table in one snapshot. Raises psycopg.Error rather than leave out rows behind a policy."""
    found: Fingerprint = {}
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local row_security = off")
        tables = connection.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname in ('public', 'guard') order by 1, 2"
        ).fetchall()
        for schema, table in tables:
            statement = sql.SQL(
                "select count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text from {} t"
            ).format(sql.Identifier(schema, table))
            row = connection.execute(statement).fetchone()
            assert row is not None
            found[f"{schema}.{table}"] = (int(row[0]), str(row[1]))
    return found


def differences(before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]]) -> list[str]:
    """In words, every table whose rows are not the same in both; housekeeping of sign-in aside."""
    faults = []
    for table in sorted({*before, *after} - HOUSEKEEPING):
        old, new = before.get(table), after.get(table)
        if old is None or new is None:
            faults.append(f"{table}: {'ontbreekt' if new is None else 'is nieuw'}")
        elif old[0] != new[0]:
            faults.append(f"{table}: {old[0]} rijen, nu {new[0]}")
        elif old[1] != new[1]:
            faults.append(f"{table}: andere inhoud")
    return faults


def isolation_faults(url: str) -> list[str]:
    """What stands open in a database: tables without forced row policies, a role that passes them, a silent empty scope."""
    faults = []
    with psycopg.connect(url) as connection:
        for (name,) in connection.execute(
            "select relname from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and relname <> 'alembic_version' and not (relrowsecurity and relforcerowsecurity"
            " and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'rows')) order by 1"
        ):
            faults.append(f"tabel {name} staat open")
        role = connection.execute("select rolsuper or rolbypassrls from pg_roles where rolname = 'kcc_app'").fetchone()
        if role is None or role[0]:
            faults.append("de rol kcc_app ontbreekt of gaat langs de regels")
    with psycopg.connect(url) as connection:
        connection.execute("set session authorization kcc_app")
        try:
            connection.execute("select count(*) from ticket")
            faults.append("zonder toegang geeft de database een leeg antwoord in plaats van een weigering")
        except psycopg.errors.Error as fault:
            if fault.sqlstate != "KC001":
                faults.append(f"zonder toegang weigert de database anders dan verwacht ({fault.sqlstate})")
    return faults


def archiving(folder: Path) -> dict[str, str]:
    """Settings of a server that keeps every piece of its log in ``folder``, so that it can go back to any moment.

    Written beside and renamed, never over an existing piece, as PostgreSQL asks of an archive command.
    """
    _place(folder)
    kept = folder.resolve()
    return {
        "archive_mode": "on",
        "archive_timeout": "60",
        "archive_command": f'test ! -f "{kept}/%f" && cp "%p" "{kept}/.%f.new" && mv "{kept}/.%f.new" "{kept}/%f"',
    }


def make(url: str, folder: Path, database: str, files: Path | None = None) -> Backup:
    """Back up the whole server at ``url`` (an administrator's) into the new ``folder``, with the file store beside it.

    Raises LaunchError when it cannot be made, does not verify, or holds no rows.
    """
    if folder.exists():
        raise LaunchError(f"{folder} bestaat al; kies een andere naam.")
    half = folder.with_name(folder.name + ".new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    words = ["-D", str(half / "base"), "-X", "stream", "-c", "fast", "--manifest-checksums=SHA256", "--no-password"]
    _client("pg_basebackup", url, *words)
    tables = fingerprint(_inside(url, database))
    if not any(rows for rows, _sum in tables.values()):
        raise LaunchError("De back-up is leeg: er is geen enkele rij gevonden.")
    if files is not None and files.is_dir():
        shutil.copytree(files, half / "files")
    verify(half)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    size = sum(path.stat().st_size for path in half.rglob("*") if path.is_file())
    record = {"at": at, "size": size, "database": database, "tables": tables}
    (half / RECORD).write_text(json.dumps(record, indent=1))
    half.rename(folder)
    return read(folder)


def verify(folder: Path) -> None:
    """Compare every file of a backup with its manifest. Raises LaunchError at the first that differs or is missing."""
    done = subprocess.run(
        [str(postgres_user.binaries() / "pg_verifybackup"), "--exit-on-error", "--quiet", str(folder / "base")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LaunchError(f"De back-up {folder.name} klopt niet: {last_line(done.stderr)}")


def read(folder: Path) -> Backup:
    """A backup that was made earlier. Raises LaunchError when this folder holds none."""
    try:
        record = json.loads((folder / RECORD).read_text())
        tables = {name: (int(rows), str(total)) for name, (rows, total) in record["tables"].items()}
        return Backup(folder, str(record["at"]), int(record["size"]), str(record["database"]), tables)
    except (OSError, ValueError, KeyError) as error:
        raise LaunchError(f"In {folder} staat geen hele back-up.") from error


def known(folder: Path) -> list[Backup]:
    """All whole backups in a folder, oldest first."""
    return [read(path.parent) for path in sorted(folder.glob(f"*/{RECORD}"))]


def restore(backup: Backup, into: Path, archive: Path | None = None, at: datetime | None = None) -> EmbeddedPostgres:
    """Lay a backup down in the new folder ``into`` and start it; with ``archive`` the log is played on, up to ``at`` (UTC).

    Returns the running server once it takes writes again. Raises LaunchError when it does not get there.
    """
    if into.exists():
        raise LaunchError(f"{into} bestaat al; zet die map eerst weg.")
    verify(backup.folder)
    settings: dict[str, str] = {}
    server = EmbeddedPostgres(into)
    server.place()
    shutil.copytree(backup.folder / "base", server.data_dir, symlinks=True)
    for name in ("postmaster.pid", PORT_NAME):
        (server.data_dir / name).unlink(missing_ok=True)
    if archive is not None:
        (server.data_dir / "recovery.signal").touch()
        settings = {"restore_command": f'cp "{archive.resolve()}/%f" "%p"', "recovery_target_action": "promote"}
        if at is not None:
            settings["recovery_target_time"] = at.astimezone(UTC).isoformat(sep=" ")
    server.data_dir.chmod(0o700)
    for path in [server.data_dir, *server.data_dir.rglob("*")]:
        postgres_user.give(path)
    server.settings |= settings
    server.start()
    _wait_for_writes(server)
    return server


def record_run(url: str, backup: Backup) -> None:
    """Note in the database that a backup was made, for the page that watches over the installation."""
    with psycopg.connect(_inside(url, backup.database)) as connection:
        connection.execute("insert into guard.backup_run (at, size) values (%s, %s)", (backup.at, backup.size))


def summary(backup: Backup) -> dict[str, object]:
    """A backup in figures, for a table or JSON."""
    rows = sum(rows for rows, _total in backup.tables.values())
    return {
        **{k: v for k, v in asdict(backup).items() if k in ("at", "size", "database")},
        "name": backup.name,
        "rows": rows,
    }


def _wait_for_writes(server: EmbeddedPostgres) -> None:
    deadline = time.monotonic() + RECOVERY_PATIENCE
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(server.admin_url(), connect_timeout=5) as connection:
                row = connection.execute("select pg_is_in_recovery()").fetchone()
            if row is not None and not row[0]:
                return
        except psycopg.OperationalError:
            if not server.is_running():
                raise LaunchError(f"Terugzetten lukt niet: {server.last_log_line()}") from None
        time.sleep(0.2)
    raise LaunchError(f"Terugzetten duurt langer dan {RECOVERY_PATIENCE:.0f} seconden: {server.last_log_line()}")


def _client(program: str, url: str, *words: str) -> None:
    """Run one of PostgreSQL's client programs; the password goes by the environment, not by the process list."""
    parts = urlsplit(url)
    environ = {
        "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8",
        "PGHOST": parts.hostname or "", "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""), "PGPASSWORD": unquote(parts.password or ""),
    }  # fmt: skip
    command = [str(postgres_user.binaries() / program), *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchError(f"{program} lukt niet: {last_line(done.stderr)}")


def _inside(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _place(folder: Path) -> None:
    """A folder that the server's own user may write in."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        if postgres_user.account() is not None and not postgres_user.can_enter(folder.parent):
            postgres_user.place_elsewhere(folder)
        folder.resolve().mkdir(mode=0o700, parents=True, exist_ok=True)
        postgres_user.give(folder.resolve())
