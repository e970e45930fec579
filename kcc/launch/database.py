"""Which PostgreSQL the commands use, and what must be in it before the product can start."""

import os
from collections.abc import Mapping
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from kcc.core import migrating, roles
from kcc.launch.backups import archiving
from kcc.launch.errors import LaunchError
from kcc.launch.places import VAR
from kcc.launch.postgres import EmbeddedPostgres

OLDEST_VERSION = 150000  # as PostgreSQL counts: 15.0


def embedded(environ: Mapping[str, str] = os.environ) -> EmbeddedPostgres | None:
    """The server that comes along, not yet started; None when `KCC_DATABASE_URL` names another.

    With `KCC_WAL_ARCHIVE` it keeps its log in that folder, so that the installation can go back to any moment.
    """
    if environ.get("KCC_DATABASE_URL", "").strip():
        return None
    archive = environ.get("KCC_WAL_ARCHIVE", "").strip()
    return EmbeddedPostgres(VAR / "postgres", settings=archiving(Path(archive)) if archive else None)


def admin_url(environ: Mapping[str, str] = os.environ) -> str:
    """The administrator's URL of a server that answers; the embedded one is started for it.

    Raises LaunchError when the server of `KCC_DATABASE_URL` cannot be reached or is older than 15.
    """
    server = embedded(environ)
    if server is not None:
        return server.start()
    given = environ["KCC_DATABASE_URL"].strip()
    scheme, found, rest = given.partition("://")
    if not found or scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise LaunchError(
            "KCC_DATABASE_URL is geen adres van PostgreSQL (postgresql://naam:wachtwoord@server/database)."
        )
    url = f"postgresql://{rest}"
    require_version(url)
    return url


def require_version(url: str) -> None:
    """Raise LaunchError when no server answers at this URL or when it is older than PostgreSQL 15."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except (psycopg.Error, UnicodeError, ValueError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        why = lines[0].rpartition("failed: ")[2].strip()  # what follows are hints in English about the way
        raise LaunchError(f"De database van KCC_DATABASE_URL is niet bereikbaar: {why}") from None
    if version < OLDEST_VERSION:
        raise LaunchError(f"PostgreSQL {version // 10000} is te oud; versie 15 of nieuwer is nodig.")


def prepare(administrator: str, secrets: Mapping[str, str], name: str = "kcc") -> dict[str, str]:
    """Make roles and database where they are missing and migrate; returns the URLs per role (`KCC_…_URL`)."""
    try:
        urls = roles.prepare(administrator, dict(secrets), database=name)
    except psycopg.errors.InsufficientPrivilege as error:
        raise LaunchError("De gebruiker van KCC_DATABASE_URL mag geen rollen en databases maken.") from error
    if not migrating.is_current(urls["KCC_OWNER_URL"]):
        migrating.upgrade(urls["KCC_OWNER_URL"])
    return urls


def has_centre(platform_url: str) -> bool:
    """Whether a centre is loaded already."""
    url = make_url(platform_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute("select key from kcc_centre_keys() limit 1").fetchone() is not None
