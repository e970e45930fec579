"""Everything that is wrong with an installation, asked at once: settings, the database and its roles, every centre."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from kcc.config import Settings
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.findings import Finding, Level, findings
from kcc.core.platform import command_scope, platform_connection
from kcc.core.tenancy import doorless_scope

OLDEST_DATABASE, NEWEST_DATABASE = 15, 18
MOST_SKEW, WORST_SKEW = 2.0, 30.0
"""Seconds between the clocks of this machine and the database."""
ROLES = ("kcc_app", "kcc_owner", "kcc_platform", "kcc_guard")
HEAD = Path(__file__).resolve().parents[2] / "migrations" / ".current-head"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: where, how bad (good, attention, wrong), what is seen, and what to do."""

    where: str
    level: str
    subject: str
    seen: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def everything(settings: Settings) -> Iterator[Line]:
    """Every line, those of the installation first, then of each centre."""
    yield from of_settings(settings)
    yield from of_database(settings)
    yield from of_centres(settings)


def of_settings(settings: Settings) -> Iterator[Line]:
    """Addresses, mail, scanning, keys and files."""
    place = "instellingen"
    if not settings.is_https:
        yield Line(place, "attention", "KCC_PUBLIC_URL", settings.public_url, "Buiten een proef hoort hier https://.")
    if settings.smtp_url is None:
        yield Line(
            place,
            "wrong",
            "KCC_SMTP_URL",
            "ontbreekt",
            "Zonder mailserver gaat er geen mail uit, ook geen uitnodiging.",
        )
    if settings.mail_from.endswith("@localhost"):
        yield Line(place, "attention", "KCC_MAIL_FROM", settings.mail_from, "Vul het adres in waarvan het KCC mailt.")
    if settings.clamd is None:
        yield Line(place, "attention", "KCC_CLAMD", "ontbreekt", "Bijlagen worden niet op virussen gecontroleerd.")
    if settings.metrics_token is None:
        yield Line(
            place, "attention", "KCC_METRICS_TOKEN", "ontbreekt", "Zonder dit kan geen bewaking de cijfers lezen."
        )
    if len(set(settings.data_key)) < 8 or len(set(settings.secret_key)) < 8:
        yield Line(
            place,
            "wrong",
            "KCC_DATA_KEY, KCC_SECRET_KEY",
            "niet willekeurig",
            "Maak sleutels met een toevalsgenerator.",
        )
    folder = Path(settings.files_path)
    near = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not os.access(near, os.W_OK):
        yield Line(place, "wrong", "KCC_FILES", str(folder), "Het programma mag hier niet schrijven.")
    if settings.platform_url is None:
        yield Line(
            place, "attention", "KCC_PLATFORM_URL", "ontbreekt", "Zonder deze rol kan de inrichting van centra niet worden nagekeken."
        )  # fmt: skip


def of_database(settings: Settings) -> Iterator[Line]:
    """The application's role and what it may, the version of server and tables, and the clock."""
    place = "database"
    with doorless_scope():
        for fault in role_faults():
            yield Line(place, "wrong", "rechten", fault, "Zet de rollen terug met de handleiding.")
        version = int(db.session.scalar(sa.text("select current_setting('server_version_num')::int / 10000")) or 0)
        if not OLDEST_DATABASE <= version <= NEWEST_DATABASE:
            advice = f"Gebruik PostgreSQL {OLDEST_DATABASE} tot en met {NEWEST_DATABASE}."
            yield Line(place, "wrong", "versie van PostgreSQL", str(version), advice)
        there = db.session.scalar(sa.text("select clock_timestamp()"))
        yield from _of_clock(place, there)
        found = set(
            db.session.scalars(sa.text("select rolname from pg_roles where rolname = any(:r)"), {"r": list(ROLES)})
        )
        for missing in sorted(set(ROLES) - found):
            yield Line(place, "wrong", "rol", f"{missing} ontbreekt", "Maak de rollen met de handleiding.")
    yield from _of_tables(place, settings)


def role_faults() -> list[str]:
    """What is wrong with the role that the application uses, and tables without row security. Needs a scope."""
    role = db.session.execute(
        sa.text("select rolsuper, rolbypassrls, rolname from pg_roles where rolname = current_user")
    ).one()
    faults = []
    if role.rolsuper or role.rolbypassrls:
        faults.append(f"role {role.rolname} passes row policies")
    owned = db.session.scalar(sa.text("select count(*) from pg_class where relowner = current_user::regrole"))
    if owned:
        faults.append(f"role {role.rolname} owns {owned} tables")
    open_tables = db.session.scalars(
        sa.text(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and relname <> 'alembic_version' and not (relrowsecurity and relforcerowsecurity)"
        )
    ).all()
    return faults + [f"table {name} is open" for name in open_tables]


def of_centres(settings: Settings) -> Iterator[Line]:
    """What every centre's own set-up misses, and the health of the machine as each of them sees it."""
    if settings.platform_url is None:
        return
    with platform_connection(settings.platform_url, reason="check") as platform:
        centres = list(platform.execute(sa.text("select key, municipalities from kcc_centre_keys() order by key")))
    if not centres:
        yield Line(
            "centra",
            "wrong",
            "samenwerkingsverband",
            "er is er nog geen",
            "Maak er een met: flask --app wsgi centre add.",
        )
    told: set[Finding] = set()
    for key, towns in centres:
        if not towns:
            yield Line(key, "wrong", "gemeenten", "geen", "Dit samenwerkingsverband heeft geen gemeente.")
            continue
        with command_scope(settings.platform_url, key, reason="check"):
            for found in findings(now(), "kon niet worden nagekeken"):
                line = Line(key, found.level.name.lower(), str(found.subject), str(found.seen), str(found.advice))
                plain = Finding(line.subject, found.level, line.seen, line.advice)
                if found.level is not Level.GOOD and plain not in told:
                    told.add(plain)
                    yield line


def _of_clock(place: str, there: datetime | None) -> Iterator[Line]:
    skew = abs((now() - (there or datetime.min.replace(tzinfo=UTC))).total_seconds())
    if skew > MOST_SKEW:
        level = "wrong" if skew > WORST_SKEW else "attention"
        yield Line(
            place, level, "klok", f"{skew:.0f} seconden verschil", "Zet tijdsynchronisatie (NTP) aan op beide machines."
        )


def _of_tables(place: str, settings: Settings) -> Iterator[Line]:
    """Whether the tables are those of this version; only the owner may read which they are."""
    if settings.owner_url is None:
        return
    engine = sa.create_engine(settings.owner_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.scalar(sa.text("select version_num from alembic_version"))
    wanted = HEAD.read_text().strip()
    if found != wanted:
        yield Line(
            place,
            "wrong",
            "tabellen",
            f"{found}, verwacht {wanted}",
            "Werk de database bij: zie de handleiding, bijwerken.",
        )
