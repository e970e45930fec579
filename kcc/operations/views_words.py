"""What the health page and the daily round say, and the checks that every installation has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from kcc.core.findings import Finding, Level, check
from kcc.integrations import certificates
from kcc.operations import queries, rules
from kcc.web.filters import short_moment

LEVELS: dict[Level, tuple[LazyString, str]] = {
    Level.GOOD: (_l("goed"), "ok"),
    Level.ATTENTION: (_l("let op"), "warn"),
    Level.WRONG: (_l("fout"), "late"),
}
POINTS: dict[str, tuple[LazyString, LazyString]] = {
    "overdue_tasks": (_l("Contactverzoeken over hun termijn"), _l("Bel de coördinator van de afdeling.")),
    "overdue_questions": (_l("Vragen over hun termijn"), _l("Bekijk bij wie de vraag ligt, en bericht de inwoner.")),
    "waiting_long": (_l("Wacht langer dan vier uur in de wachtrij"), _l("Wijs het iemand toe.")),
    "incidents": (_l("Storingen die nog lopen"), _l("Klopt de tekst nog? Beëindig wat voorbij is.")),
    "old_reports": (_l("Meldingen over kennis, ouder dan twee dagen"), _l("Vraag de redacteur ernaar.")),
    "expiring_articles": (_l("Artikelen die binnen twee weken verlopen"), _l("Laat de redacteur ze nakijken.")),
    "late_reviews": (
        _l("Rollen die dit kwartaal nog nagekeken moeten worden"),
        _l("Laat een beheerder ze nakijken bij Inrichting, Rechten nakijken."),
    ),
    "dead_jobs": (_l("Mislukte systeemtaken"), _l("Probeer ze opnieuw bij Systeemtaken.")),
    "health": (_l("Gezondheid van het systeem"), _l("Kijk of alles hieronder goed is.")),
}


@check("jobs")
def jobs(at: datetime) -> Iterable[Finding]:
    """Work of the machine."""
    dead, oldest = queries.jobs_now()
    level = rules.judge_jobs(dead, oldest, at)
    seen = ngettext("%(num)d taak mislukt", "%(num)d taken mislukt", dead) if dead else _("niets mislukt")
    if oldest is not None and level is not Level.GOOD:
        seen += ", " + _("de oudste wacht sinds %(at)s", at=short_moment(oldest))
    advice = _("Kijk bij Systeemtaken wat er misging. Wacht alles? Dan staat de werker stil: start die opnieuw.")
    yield Finding(_l("Systeemtaken"), level, seen, "" if level is Level.GOOD else advice)


@check("database")
def database(at: datetime) -> Iterable[Finding]:
    """Version, size and connections of the server."""
    facts = queries.database_now()
    level = rules.judge_connections(facts.used, facts.most)
    seen = _(
        "PostgreSQL %(version)s, %(size)d MB, %(used)d van %(most)d verbindingen",
        version=facts.version, size=rules.megabytes(facts.size), used=facts.used, most=facts.most,
    )  # fmt: skip
    advice = _("Bijna alle verbindingen zijn bezet. Verlaag KCC_POOL_SIZE of verhoog max_connections.")
    yield Finding(_l("Database"), level, seen, "" if level is Level.GOOD else advice)


@check("backup")
def backup(at: datetime) -> Iterable[Finding]:
    """When the last back-up was made."""
    last = queries.last_backup()
    level = rules.judge_backup(last, at)
    seen = _("laatste back-up %(at)s", at=short_moment(last)) if last else _("er is nog geen back-up gemaakt")
    advice = _("Laat bin/backup make elke nacht draaien, en zet er eens per kwartaal een terug.")
    yield Finding(_l("Back-up"), level, seen, "" if level is Level.GOOD else advice)


@check("disk")
def disk(at: datetime) -> Iterable[Finding]:
    """Room on the disk."""
    space = queries.space_of(Path(current_app.config["SETTINGS"].files_path))
    level = rules.judge_space(space.free, space.total)
    seen = _("%(free)d MB vrij van %(total)d MB", free=rules.megabytes(space.free), total=rules.megabytes(space.total))
    advice = _("Maak ruimte: oude back-ups en logbestanden kunnen vaak weg.")
    yield Finding(_l("Schijf"), level, seen, "" if level is Level.GOOD else advice)


@check("certificate")
def certificate(at: datetime) -> Iterable[Finding]:
    """The certificate of the public address."""
    settings = current_app.config["SETTINGS"]
    if not settings.is_https:
        yield Finding(_l("Certificaat"), Level.GOOD, _("geen: dit adres is alleen voor deze computer of een proef"))
        return
    try:
        expires = certificates.expires_at(settings.public_url)
    except certificates.NoCertificate:
        advice = _("Kijk of de webserver draait en of KCC_PUBLIC_URL klopt.")
        yield Finding(_l("Certificaat"), Level.WRONG, _("het publieke adres toont geen certificaat"), advice)
        return
    level = rules.judge_certificate(expires, at)
    advice = _("Vernieuw het certificaat.")
    yield Finding(
        _l("Certificaat"),
        level,
        _("geldig tot %(at)s", at=short_moment(expires)),
        "" if level is Level.GOOD else advice,
    )
