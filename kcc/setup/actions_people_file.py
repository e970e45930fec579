"""Accounts and roles from a file: each row by itself, tried first when asked, and harmless when repeated."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from kcc.core.csv_files import CsvRow, Refused, read_csv
from kcc.core.db import db
from kcc.core.errors import InvalidInput, KCCError
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import actions_accounts as accounts
from kcc.people import queries_accounts as people
from kcc.people import rules_accounts as rules

COLUMNS = ("naam", "email", "rol", "gemeente", "vanaf", "tot_en_met")
MOST_ROWS = 1000
HAS_IT = "Deze persoon heeft deze rol hier al."


@dataclass
class PeopleImported:
    """What became of the rows of a file: people made, roles given, administrators proposed, what was there already."""

    made: int = 0
    granted: int = 0
    proposed: int = 0
    unchanged: int = 0
    invited: int = 0
    refused: list[Refused] = field(default_factory=list)


def import_people(*, actor: Actor, data: bytes, invited: bool, dry_run: bool) -> PeopleImported:
    """Take over a CSV file with the columns naam, email, rol, gemeente (name or short code), vanaf, tot_en_met.

    Rows that cannot be are refused, each with its line and why; the others count. With ``dry_run`` nothing stays. New
    people get an invitation when ``invited``. Raises InvalidInput (``file``) for a file that cannot be read.
    """
    rows = read_csv(data, COLUMNS)
    if len(rows) > MOST_ROWS:
        raise InvalidInput("Dit bestand heeft meer dan 1000 regels. Knip het in delen.", field="file")
    towns = {name.lower(): town.id for town in municipalities.visible_municipalities() for name in _names(town)}
    result = PeopleImported()
    with suppress(_OnlyTried), db.session.begin_nested():
        for row in rows:
            _try(actor, row, towns, invited, result)
        if dry_run:
            raise _OnlyTried
    return result


class _OnlyTried(Exception):
    """All that a trial did is undone by this."""


def _try(actor: Actor, row: CsvRow, towns: dict[str, int], invited: bool, result: PeopleImported) -> None:
    """One row by itself: refused, it leaves nothing."""
    try:
        with db.session.begin_nested():
            _take_over(actor, row, towns, invited, result)
    except KCCError as fault:
        if fault.message == HAS_IT:
            result.unchanged += 1
        else:
            result.refused.append(Refused(row.line, fault.message))


def _names(town: object) -> tuple[str, str]:
    return str(getattr(town, "name", "")), str(getattr(town, "short_code", ""))


def _take_over(actor: Actor, row: CsvRow, towns: dict[str, int], invited: bool, result: PeopleImported) -> None:
    town = towns.get(row["gemeente"].strip().lower())
    if town is None:
        raise InvalidInput("Deze gemeente kent u niet, of u regelt er de mensen niet.")
    account_id, is_new = accounts.add_account(
        actor=actor, email=row["email"], name=row["naam"], municipality_id=town, role=row["rol"],
        valid_from=_day(row["vanaf"]), valid_to=_day(row["tot_en_met"]),
    )  # fmt: skip
    is_admin = rules.role_of(row["rol"]) == "administrator"
    result.made += is_new
    result.proposed += is_admin
    result.granted += not is_admin
    if invited and is_new and not is_admin:
        someone = people.person(account_id)
        if not someone.has_password and someone.invitation is None:
            accounts.invite(actor=actor, account_id=account_id, municipality_id=town)
            result.invited += 1


def _day(text: str) -> date | None:
    """A day as 2026-12-31 or 31-12-2026; nothing when empty. Raises InvalidInput."""
    words = text.strip()
    if not words:
        return None
    parts = words.split("-")
    try:
        if len(parts) != 3:
            raise ValueError
        numbers = [int(part) for part in (parts if len(parts[0]) == 4 else parts[::-1])]
        return date(*numbers)
    except ValueError as fault:
        raise InvalidInput("Schrijf een dag als 31-12-2026.") from fault
