"""`python -m kcc.launch prepare`: make or update the database of an installation, and print its settings.

For a server of one's own (docs/deploy). Run again at every upgrade: it migrates and keeps the passwords that it made.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from kcc.launch import database, secrets_file
from kcc.launch.places import VAR, in_one_line, say

FOR_ALL = ("KCC_SECRET_KEY", "KCC_DATA_KEY")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when the database is up to date."""
    parser = argparse.ArgumentParser(prog="python -m kcc.launch prepare", description="Rollen, database en tabellen.")
    parser.add_argument("--secrets", type=Path, default=VAR / "secrets.env", help="bestand met de geheimen")
    options = parser.parse_args(arguments)
    return in_one_line("prepare", lambda: _prepare(options.secrets))


def _prepare(path: Path) -> int:
    administrator = database.admin_url()
    secrets = secrets_file.read_or_make(path)
    for line in settings_lines(database.prepare(administrator, secrets), secrets):
        say(line)
    return 0


def settings_lines(urls: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    """What /etc/kcc/kcc.env must hold, and apart from it what only commands may have."""
    return [
        "# kcc.env: website, live updates, worker",
        f"KCC_APP_URL={urls['KCC_APP_URL']}",
        *(f"{name}={secrets[name]}" for name in FOR_ALL),
        "# only for commands, in a file that those processes cannot read",
        f"KCC_PLATFORM_URL={urls['KCC_PLATFORM_URL']}",
        f"KCC_OWNER_URL={urls['KCC_OWNER_URL']}",
    ]
