"""Changing the roster: a shift by hand, last week again, a file. Each leaves its line in the audit."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from kcc.core import audit
from kcc.core.csv_files import CsvRow, Refused, read_csv
from kcc.core.db import db
from kcc.core.errors import InvalidInput, KCCError, NotAllowed
from kcc.core.permissions import Actor
from kcc.routing import queries_roster as queries
from kcc.routing import rules_roster as rules
from kcc.routing.models_roster import RosterShift
from kcc.routing.rules_roster import Shift

COLUMNS = ("email", "dag", "van", "tot", "kanalen", "notitie")
CHANNEL_WORDS = {"telefoon": "phone", "mail": "email", "e-mail": "email", "formulier": "webform", "balie": "counter"}
MOST_ROWS = 2000
LONGEST_NOTE = 120


@dataclass
class RosterImported:
    """What became of the rows of a file."""

    added: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


def add_shift(*, actor: Actor, centre_id: int, account_id: uuid.UUID, shift: Shift) -> RosterShift:
    """Put a shift in the roster. Raises InvalidInput (``account_id``, ``ends``, ``starts``, ``channels``, ``note``)."""
    if account_id not in {each[0] for each in queries.agents()}:
        raise InvalidInput("Kies een medewerker uit de lijst.", field="account_id")
    return _add(actor, centre_id, account_id, shift)


def _add(actor: Actor, centre_id: int, account_id: uuid.UUID, shift: Shift) -> RosterShift:
    if actor.account_id is None:
        raise NotAllowed
    if len(shift.note) > LONGEST_NOTE:
        raise InvalidInput("Deze notitie is te lang.", field="note")
    rules.check(shift, [queries.as_shift(row) for row in queries.shifts_of(account_id, shift.on_day)])
    made = RosterShift(
        centre_id=centre_id, account_id=account_id, on_day=shift.on_day, starts=shift.starts, ends=shift.ends,
        channels=list(shift.channels), note=shift.note,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record(actor, "roster.added", made.id)
    return made


def remove_shift(*, actor: Actor, shift_id: uuid.UUID) -> date:
    """Take a shift out of the roster; gives its day. Raises NotFound."""
    found = queries.shift(shift_id)
    day = found.on_day
    _record(actor, "roster.removed", found.id)
    db.session.delete(found)
    db.session.flush()
    return day


def copy_week(*, actor: Actor, centre_id: int, monday: date) -> int:
    """Lay the shifts of the week before in this week, of those who still work here and have none that day; how many."""
    here = {each[0] for each in queries.agents()}
    taken = {(row.account_id, row.on_day) for row in queries.week(centre_id, monday)}
    count = 0
    for row in queries.week(centre_id, monday - timedelta(days=7)):
        on_day = row.on_day + timedelta(days=7)
        if row.account_id in here and (row.account_id, on_day) not in taken:
            before = queries.as_shift(row)
            _add(
                actor,
                centre_id,
                row.account_id,
                Shift(on_day, before.starts, before.ends, before.channels, before.note),
            )
            count += 1
    return count


def import_roster(*, actor: Actor, centre_id: int, data: bytes, dry_run: bool) -> RosterImported:
    """Take over a CSV file with the columns email, dag, van, tot, kanalen (with spaces between) and notitie.

    Rows that cannot be are refused, each with its line and why; a shift that stands there already stays. With
    ``dry_run`` nothing is kept. Raises InvalidInput (``file``) for a file that cannot be read.
    """
    rows = read_csv(data, COLUMNS)
    if len(rows) > MOST_ROWS:
        raise InvalidInput("Dit bestand heeft meer dan 2000 regels. Knip het in delen.", field="file")
    known = {email.lower(): account_id for account_id, _name, email in queries.agents()}
    result = RosterImported()
    with suppress(_OnlyTried), db.session.begin_nested():
        for row in rows:
            _try(actor, centre_id, row, known, result)
        if dry_run:
            raise _OnlyTried
    return result


class _OnlyTried(Exception):
    """All that a trial did is undone by this."""


def _try(
    actor: Actor, centre_id: int, row: CsvRow, known: dict[str, uuid.UUID], result: RosterImported
) -> None:  # fmt: skip
    try:
        account_id = known.get(row["email"].strip().lower())
        if account_id is None:
            raise InvalidInput("Deze medewerker neemt hier geen vragen aan.")
        shift = _shift(row)
        if shift in [queries.as_shift(each) for each in queries.shifts_of(account_id, shift.on_day)]:
            result.unchanged += 1
            return
        with db.session.begin_nested():
            _add(actor, centre_id, account_id, shift)
        result.added += 1
    except KCCError as fault:
        result.refused.append(Refused(row.line, fault.message))


def _shift(row: CsvRow) -> Shift:
    words = row["kanalen"].lower().replace(",", " ").split()
    try:
        parts = row["dag"].strip().split("-")
        on_day = date(*(int(part) for part in (parts if len(parts[0]) == 4 else parts[::-1])))
    except (ValueError, TypeError) as fault:
        raise InvalidInput("Schrijf een dag als 31-12-2026.") from fault
    channels = tuple(CHANNEL_WORDS.get(word, word) for word in words)
    return Shift(on_day, rules.time_of(row["van"]), rules.time_of(row["tot"]), channels, row["notitie"].strip())


def _record(actor: Actor, verb: str, subject: uuid.UUID) -> None:
    audit.record(actor=actor, verb=verb, subject_type="roster_shift", subject_id=subject, municipality_id=None)
