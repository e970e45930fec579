"""Every change of how a town is set up: made now or on a day to come, cancelled, put back; each leaves its trace.

Terms that run are never rewritten: a ticket and a task hold their due time since they were made, so other hours, terms
or agreements count for what comes after.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries, queries_history
from kcc.municipalities.actions_subjects import Values, subject
from kcc.municipalities.models import Municipality
from kcc.municipalities.models_history import SetupChange
from kcc.municipalities.rules_changes import undoes
from kcc.municipalities.rules_departments import makes_circle


class ChangedMeanwhile(InvalidInput):
    """Somebody changed this since the page was opened; ``changes`` are what would be undone, the first first."""

    message = "Iemand heeft dit intussen veranderd. Wat u invulde, is nog niet bewaard."

    def __init__(self, changes: Sequence[SetupChange]) -> None:
        super().__init__()
        self.changes = changes


ONE_FOR_A_TOWN = ("opening_hours", "closing_days", "topic_routes")


def change(
    *,
    actor: Actor,
    municipality_id: int,
    subject_type: str,
    subject_id: str,
    after: Mapping[str, Any] | None,
    effective_on: date | None = None,
    seen: str | None = None,
) -> SetupChange | None:
    """Change something of a town's set-up, now or at the start of a day to come; returns None when nothing would differ.

    ``after`` has the fields that change, as JSON (see ``rules_setup``); None takes the thing away. An empty
    ``subject_id`` makes a new one. ``seen`` is how far the history was for who makes it (``queries_history.mark_of``;
    None: for a machine, or for who knows). Raises NotFound for a thing that the town does not have, InvalidInput (with the
    field) for a value that cannot be, ChangedMeanwhile when it would undo what somebody did since.
    """
    town = _lock_town(municipality_id)
    before, wanted = _difference(town, subject_type, subject_id, after)
    if before == wanted:
        return None
    if seen is not None and (subject_id or subject_type in ONE_FOR_A_TOWN):
        _refuse_undoing(town.id, subject_type, subject_id, wanted, seen)
    made = SetupChange(
        municipality_id=municipality_id, subject_type=subject_type, subject_id=subject_id, before=before, after=wanted,
        effective_on=effective_on or _today(town), account_id=actor.account_id,
        made_at=_next_moment(town.id),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if made.effective_on <= _today(town):
        _apply(made)
    audit.record(
        actor=actor, verb=f"setup.{'changed' if made.applied_at else 'planned'}", subject_type=subject_type,
        subject_id=made.subject_id or made.id, municipality_id=municipality_id, fields=sorted(wanted or before or {}),
    )  # fmt: skip
    db.session.flush()
    return made


def cancel(*, actor: Actor, change_id: uuid.UUID) -> SetupChange:
    """Call off a change that is still to come. Raises NotFound, InvalidState when it was made or called off before."""
    made = _locked(change_id)
    if made.applied_at or made.cancelled_at or made.fault:
        raise InvalidState("Deze wijziging komt niet meer: zij is al doorgevoerd of afgezegd.")
    made.cancelled_at, made.cancelled_by_id = now(), actor.account_id
    _record(actor, "setup.cancelled", made)
    return made


def put_back(*, actor: Actor, change_id: uuid.UUID) -> SetupChange | None:
    """Make it again as it was before a change: a new change with the old values, from now on.

    Raises NotFound, InvalidState when the change was never made or was put back before.
    """
    made = _locked(change_id)
    if made.applied_at is None or made.undone_by_id is not None:
        raise InvalidState("Deze wijziging is niet terug te zetten.")
    undoing = change(
        actor=actor, municipality_id=made.municipality_id, subject_type=made.subject_type, subject_id=made.subject_id,
        after=made.before,
    )  # fmt: skip
    made.undone_by_id = undoing.id if undoing else made.id
    _record(actor, "setup.put_back", made)
    return undoing


def apply_due(*, actor: Actor, municipality_id: int, at: datetime) -> int:
    """Make the changes of one town whose day has come, the earliest first; returns how many were made.

    One that can no longer be (its department is gone) is kept with the reason, and stops no other.
    """
    town = _lock_town(municipality_id)
    today = at.astimezone(ZoneInfo(town.zone)).date()
    due = db.session.scalars(
        sa.select(SetupChange)
        .where(
            SetupChange.municipality_id == municipality_id, SetupChange.applied_at.is_(None),
            SetupChange.cancelled_at.is_(None), SetupChange.fault.is_(None), SetupChange.effective_on <= today,
        )
        .order_by(SetupChange.effective_on, SetupChange.made_at, SetupChange.id)
        .with_for_update()
    ).all()  # fmt: skip
    for made in due:
        try:
            with db.session.begin_nested():
                made.before, made.after = _difference(town, made.subject_type, made.subject_id, made.after)
                _apply(made)
        except (InvalidInput, NotFound) as fault:
            made.fault = fault.message
        _record(actor, "setup.refused" if made.fault else "setup.changed", made)
    return sum(made.fault is None for made in due)


def _difference(
    town: Municipality, subject_type: str, subject_id: str, after: Mapping[str, Any] | None
) -> tuple[Values | None, Values | None]:
    """What was and what will be, of the fields that differ. Raises InvalidInput, NotFound."""
    kind = subject(subject_type)
    present = kind.read(town.id, subject_id)
    one_for_a_town = subject_type in ONE_FOR_A_TOWN
    if after is None:
        if present is None or subject_type == "municipality":
            raise NotFound
        return present, None
    if present is None and subject_id and not _may_return(subject_type, subject_id, town.id):
        raise NotFound
    whole = {**(present or {}), **after} if not one_for_a_town else dict(after)
    checked = kind.check(whole)
    _refuse_taken(town, subject_type, checked)
    if subject_type == "department" and subject_id and checked.get("fallback_id"):
        _refuse_circle(town.id, int(subject_id), checked["fallback_id"])
    if present is None:
        return None, checked
    changed = {name: checked[name] for name in after if checked.get(name) != present.get(name)}
    return {name: present.get(name) for name in changed}, changed


def _may_return(subject_type: str, subject_id: str, municipality_id: int) -> bool:
    """Whether something that is gone was once this town's: only then its number may be used again."""
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(
                SetupChange.municipality_id == municipality_id, SetupChange.subject_type == subject_type,
                SetupChange.subject_id == subject_id, SetupChange.applied_at.is_not(None),
            ))
        )
    )  # fmt: skip


def _refuse_taken(town: Municipality, subject_type: str, values: Values) -> None:
    """What another town of the centre has already cannot be this town's as well; and a logo must be its own."""
    if subject_type == "municipality" and values.get("logo") and queries.logo(town.id, values["logo"]) is None:
        raise InvalidInput("Dit logo is er niet.", field="logo")
    asked: list[tuple[str, str, str]] = []
    if subject_type == "municipality":
        asked = [(name, values[name], name) for name in ("short_code", "cbs_code") if values.get(name)]
    elif subject_type == "entrance" and values.get("active", True) and values.get("kind") in ("phone", "mailbox"):
        asked = [(values["kind"], values["address"], "address")]
    for what, value, field in asked:
        if queries.is_taken(town.centre_id, town.id, what, value):
            raise InvalidInput("Een andere gemeente van dit samenwerkingsverband heeft dit al.", field=field)


def _apply(made: SetupChange) -> None:
    kind = subject(made.subject_type)
    try:
        with db.session.begin_nested():
            made.subject_id = kind.write(made.municipality_id, made.subject_id, made.after)
    except IntegrityError as fault:
        raise InvalidInput("Dit kan niet samen met wat er al staat.") from fault
    made.applied_at = _next_moment(made.municipality_id)
    db.session.flush()
    events.publish("setup", municipality_id=made.municipality_id)


def _refuse_undoing(municipality_id: int, subject_type: str, subject_id: str, wanted: Values | None, seen: str) -> None:
    moment = queries_history.moment_of(seen)
    if moment is None:
        return
    since = queries_history.changes_since(municipality_id, subject_type, subject_id, moment)
    undone = [each for each in since if undoes(wanted, each.after, in_force=each.applied_at is not None)]
    if undone:
        raise ChangedMeanwhile(undone)


def _refuse_circle(municipality_id: int, department_id: int, fallback_id: int) -> None:
    """A chain of departments that stand in for each other has an end."""
    if makes_circle(department_id, fallback_id, queries.fallbacks(municipality_id)):
        raise InvalidInput("Zo vangen afdelingen elkaar op in een kring. Kies een andere.", field="fallback_id")


def _next_moment(municipality_id: int) -> datetime:
    """Now, but always after the last change of the town, whatever the clocks of several machines say: pages compare."""
    last = queries_history.last_moment(municipality_id)
    return max(now(), last + timedelta(microseconds=1)) if last else now()


def _lock_town(municipality_id: int) -> Municipality:
    """One change of a town at a time, so that the history tells what really was. Raises NotFound."""
    town = db.session.scalar(
        sa.select(Municipality).where(Municipality.id == municipality_id).with_for_update(of=Municipality)
    )
    if town is None:
        raise NotFound
    return town


def _locked(change_id: uuid.UUID) -> SetupChange:
    made = db.session.scalar(sa.select(SetupChange).where(SetupChange.id == change_id).with_for_update())
    if made is None:
        raise NotFound
    return made


def _today(town: Municipality) -> date:
    return now().astimezone(ZoneInfo(town.zone)).date()


def _record(actor: Actor, verb: str, made: SetupChange) -> None:
    audit.record(
        actor=actor, verb=verb, subject_type=made.subject_type, subject_id=made.subject_id or made.id,
        municipality_id=made.municipality_id, fields=sorted(made.after or made.before or {}),
    )  # fmt: skip
    db.session.flush()
