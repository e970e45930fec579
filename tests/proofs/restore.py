"""A backup brings everything back, to any moment, with the isolation on; and the traps on that way are seen."""

import shutil
import subprocess
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kcc.launch import backups, postgres_user
from kcc.launch.errors import LaunchError
from kcc.launch.places import VAR
from kcc.launch.postgres import EmbeddedPostgres
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house

FOLDER = VAR / "proof-restore"


@proof("restore")
def restore(run: Run) -> Outcome:
    """Back up while people work, work on, note a moment, break everything, go back to that moment and to the end."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    run.exits.callback(shutil.rmtree, FOLDER, ignore_errors=True)
    archive = FOLDER / "archive"
    server = EmbeddedPostgres(VAR / "proof-restore-server", settings=backups.archiving(archive))
    run.exits.callback(server.stop)
    with house(run, admin_url=server.start()) as home:
        tickets = run.size(full=20_000, reduced=300)
        _work(home, tickets, "before")
        backup = backups.make(server.admin_url(), FOLDER / "one", _name(home))
        _work(home, tickets, "after")
        moment, then = _moment(home), backups.fingerprint(home.admin_url)
        time.sleep(0.05)
        _break(home)
        at_the_end = backups.fingerprint(home.admin_url)
        _push_log(home)
        to_moment = _go_back(run, backup, archive, moment, then)
        to_end = _go_back(run, backup, archive, None, at_the_end)
        control = _traps(home, backup)
    result = {
        "rows": sum(rows for rows, _ in then.values()),
        "tables": len(then),
        "to_moment": to_moment,
        "to_end": to_end,
    }
    return Outcome(
        n=int(str(result["rows"])),
        result=result,
        holds=not to_moment["faults"] and not to_end["faults"] and then != at_the_end,
        control=control,
        control_found=all(control.values()),
    )


def _name(home: House) -> str:
    return urlsplit(home.admin_url).path.removeprefix("/")


def _work(home: House, tickets: int, word: str) -> None:
    """Questions and their texts in every town, as many as asked."""
    with home.world.admin() as admin:
        for town_id in home.world.towns.values():
            admin.execute(
                "insert into ticket (id, municipality_id, reference, topic_id, channel, status, priority, opened_at, changed_at,"
                " anonymous, department_ids, version) select gen_random_uuid(), %s, %s || g, (select min(topic_id) from topic_route"
                " where municipality_id = %s), 'phone', 'open', 2, now(), now(), false, '{}', 1 from generate_series(1, %s) g",
                (town_id, f"{word}-{town_id}-", town_id, tickets // len(home.world.towns)),
            )
            admin.execute(
                "insert into writing (id, municipality_id, ticket_id, at, kind, internal, body) select gen_random_uuid(),"
                " municipality_id, id, now(), 'question', false, 'Vraag ' || reference from ticket where municipality_id = %s"
                " and reference like %s", (town_id, f"{word}-%"),
            )  # fmt: skip


def _moment(home: House) -> datetime:
    with home.world.admin() as admin:
        row = admin.execute("select clock_timestamp()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    time.sleep(0.05)
    return moment


def _break(home: House) -> None:
    """The mistake from which people want to go back, and work that went on before it was noticed."""
    with home.world.admin() as admin:
        admin.execute("delete from writing where body like 'Vraag before-%'")
        admin.execute("alter table ticket no force row level security")
    _work(home, len(home.world.towns), "later")
    with home.world.admin() as admin:
        admin.execute("alter table ticket force row level security")


def _push_log(home: House) -> None:
    """Wait until the piece of log with all this is in the archive."""
    with home.world.admin() as admin:
        row = admin.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone()
        admin.execute("select pg_switch_wal()")
        assert row is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            done = admin.execute("select last_archived_wal >= %s from pg_stat_archiver", row).fetchone()
            if done and done[0]:
                return
            time.sleep(0.1)
    raise AssertionError("the log does not reach the archive")


def _go_back(
    run: Run, backup: backups.Backup, archive: Path, at: datetime | None, wanted: backups.Fingerprint
) -> dict[str, object]:
    place = VAR / f"proof-restored-{'moment' if at else 'end'}"
    _forget(place)
    started = time.monotonic()
    restored = backups.restore(backup, place, archive, at)
    try:
        seconds = round(time.monotonic() - started, 1)
        inside = restored.admin_url().rpartition("/")[0] + f"/{backup.database}"
        faults = backups.differences(wanted, backups.fingerprint(inside)) + backups.isolation_faults(inside)
    finally:
        restored.stop()
        _forget(place)
    return {"seconds": seconds, "faults": faults}


def _traps(home: House, backup: backups.Backup) -> dict[str, bool]:
    """Three faults that a rehearsal must not miss."""
    return {
        "a changed byte in the backup is seen": _changed_byte_is_seen(backup),
        "an empty dump that exits 0 is seen": _empty_dump_is_seen(home),
        "a table left open is seen": _open_table_is_seen(home),
    }


def _changed_byte_is_seen(backup: backups.Backup) -> bool:
    spoilt = FOLDER / "spoilt"
    shutil.copytree(backup.folder, spoilt)
    victim = max((spoilt / "base" / "base").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    try:
        backups.verify(spoilt)
    except LaunchError:
        return True
    return False


def _empty_dump_is_seen(home: House) -> bool:
    """pg_dump as a role under row policies, with the switch that makes it quiet: exit code 0 and not one ticket in it."""
    with home.world.admin() as admin:
        admin.execute("create role proof_dump login password 'proof' nosuperuser nobypassrls")
        admin.execute("grant select on all tables in schema public to proof_dump")
        admin.execute("create policy nothing on ticket to proof_dump using (false)")
        try:
            parts = urlsplit(home.admin_url)
            done = subprocess.run(
                [str(postgres_user.binaries() / "pg_dump"), "--enable-row-security", "--data-only", "-t", "ticket"],
                env={"PGHOST": "127.0.0.1", "PGPORT": str(parts.port), "PGUSER": "proof_dump", "PGPASSWORD": "proof",
                     "PGDATABASE": unquote(_name(home)), "LC_ALL": "C.UTF-8"},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            looks_fine = done.returncode == 0 and "before-" not in done.stdout
            after_restoring_it = {**backups.fingerprint(home.admin_url), "public.ticket": (0, "0")}
            return looks_fine and bool(backups.differences(backups.fingerprint(home.admin_url), after_restoring_it))
        finally:
            admin.execute("drop policy nothing on ticket")
            admin.execute("drop owned by proof_dump")
            admin.execute("drop role proof_dump")


def _open_table_is_seen(home: House) -> bool:
    with home.world.admin() as admin:
        admin.execute("alter table writing no force row level security")
        found = backups.isolation_faults(home.admin_url)
        admin.execute("alter table writing force row level security")
    return bool(found)


def _forget(place: Path) -> None:
    for path in (place.resolve(), place):
        if path.is_symlink():
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
