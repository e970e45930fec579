"""`bin/backup`: make a back-up, list and check them, and go back to one or to a moment."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kcc.launch import backups, database
from kcc.launch.errors import LaunchError
from kcc.launch.places import VAR, in_one_line, require_disk, say
from kcc.launch.postgres import EmbeddedPostgres

FOLDER = VAR / "backup"
DATABASE = "kcc"


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when what was asked was done and verified; otherwise 1 and one line."""
    parser = argparse.ArgumentParser(prog="bin/backup", description="Back-ups maken, nakijken en terugzetten.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="make|list|check|restore")
    make = acts.add_parser("make", help="maak er nu een")
    make.add_argument("--into", type=Path, default=FOLDER, help=f"map waarin hij komt (anders {FOLDER})")
    listing = acts.add_parser("list", help="noem ze")
    listing.add_argument("--in", dest="into", type=Path, default=FOLDER)
    check = acts.add_parser("check", help="kijk er een na: elk bestand, en of hij niet leeg is")
    check.add_argument("folder", type=Path)
    restore = acts.add_parser("restore", help="zet er een terug in een nieuwe map")
    restore.add_argument("folder", type=Path)
    restore.add_argument("--into", type=Path, required=True, help="nieuwe map voor de gegevens")
    restore.add_argument("--at", type=_moment, help="tot dit moment (ISO 8601 met tijdzone); vraagt het archief")
    restore.add_argument("--archive", type=Path, default=_archive(), help="map met het logarchief (KCC_WAL_ARCHIVE)")
    options = parser.parse_args(arguments)
    return in_one_line("backup", lambda: ACTS[options.act](options))


def _archive() -> Path | None:
    given = os.environ.get("KCC_WAL_ARCHIVE")
    return Path(given) if given else None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("geen moment; schrijf het als 2026-11-25T12:00:00+01:00") from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("zet de tijdzone erbij, zoals +01:00")
    return moment


def _make(options: argparse.Namespace) -> int:
    require_disk()
    server = database.embedded()
    ran_already = server is not None and server.is_running()
    url = database.admin_url()
    try:
        name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
        files = Path(os.environ.get("KCC_FILES") or VAR / "files")
        made = backups.make(url, options.into / name, DATABASE, files)
        backups.record_run(url, made)
    finally:
        if server is not None and not ran_already:
            server.stop()
    _say(made)
    say("Bewaar var/secrets.env apart van de back-up: zonder die sleutels zijn versleutelde gegevens weg.")
    return 0


def _list(options: argparse.Namespace) -> int:
    found = backups.known(options.into)
    for backup in found:
        _say(backup)
    if not found:
        say(f"In {options.into} staat nog geen back-up; maak er een met bin/backup make.")
    return 0


def _check(options: argparse.Namespace) -> int:
    backup = backups.read(options.folder)
    backups.verify(options.folder)
    _say(backup)
    say("Elk bestand klopt met de lijst.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    require_disk()
    if options.at is not None and options.archive is None:
        raise LaunchError("--at vraagt het logarchief: geef --archive of KCC_WAL_ARCHIVE.")
    backup = backups.read(options.folder)
    server = backups.restore(backup, options.into, options.archive, options.at)
    try:
        _judge(server, backup, played_on=options.archive is not None)
    finally:
        server.stop()
    say(f"Teruggezet in {options.into}, en weer gestopt. Zet die map op de plaats van var/postgres en start bin/run.")
    return 0


def _judge(server: EmbeddedPostgres, backup: backups.Backup, *, played_on: bool) -> None:
    inside = server.admin_url().rpartition("/")[0] + f"/{backup.database}"
    faults = backups.isolation_faults(inside)
    now = backups.fingerprint(inside)
    if not played_on:
        faults += backups.differences(backup.tables, now)
    if faults:
        raise LaunchError("Teruggezet, maar niet in orde: " + "; ".join(faults[:5]))
    rows = sum(rows for rows, _total in now.values())
    say(f"{len(now)} tabellen, {rows} rijen; de afscherming tussen gemeenten staat aan.")


def _say(backup: backups.Backup) -> None:
    figures = backups.summary(backup)
    say(f"{backup.name}  {figures['at']}  {int(str(figures['size'])) // 1_000_000} MB  {figures['rows']} rijen")


ACTS = {"make": _make, "list": _list, "check": _check, "restore": _restore}
