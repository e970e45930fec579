"""Changing how work is shared out: a proposal is tried before it can hold, and every version stays."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert

from kcc.core import audit, jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Actor
from kcc.routing import queries_deciding, queries_tuning, rules_trial
from kcc.routing.models_deciding import RoutingParameters
from kcc.routing.models_tuning import RoutingTrial
from kcc.routing.rules_choice import Parameters

JOB = "routing.trial"


def try_out(*, actor: Actor, municipality_id: int, centre_id: int, week: date, proposal: Parameters) -> RoutingTrial:
    """Have a proposal tried on a recorded week: one job for each run. ``municipality_id`` is the town whose job it is.

    Raises NotAllowed for who does not cover the centre, InvalidInput (week) when too little was recorded.
    """
    _check_covers(centre_id)
    if week.weekday() != 0 or week >= queries_tuning.today():
        raise InvalidInput("Kies een week uit de lijst.", field="week")
    found = queries_tuning.recorded_week(centre_id, week)
    if not found.recorded.days:
        raise InvalidInput("Van deze week is niets vastgelegd. Kies een andere week.", field="week")
    made = RoutingTrial(
        centre_id=centre_id, week=week, values=asdict(proposal), recorded=found.recorded.as_json(), measured=found.measured,
        base_version=queries_deciding.in_force(municipality_id).version, runs=[], runs_wanted=rules_trial.RUNS,
        made_by_id=actor.account_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _enqueue(made, municipality_id)
    _record(actor, "routing_trial.started", "routing_trial", made.id, municipality_id)
    return made


def play_next(*, trial_id: uuid.UUID, municipality_id: int) -> None:
    """Play the next run of a trial and have the one after it done; after the last, drop what was recorded of the week."""
    trial = queries_tuning.trial(trial_id, to_change=True)
    if trial.done_at is not None or trial.recorded is None:
        return
    before = _settings_of(trial)
    after = queries_deciding.from_values(trial.values)
    week = rules_trial.Recorded.from_json(trial.recorded)
    trial.runs = [*trial.runs, rules_trial.play_run(week, before, after, seed=len(trial.runs))]
    if len(trial.runs) < trial.runs_wanted:
        _enqueue(trial, municipality_id)
    else:
        trial.done_at = now()
        trial.recorded = None
    db.session.flush()


def save_trial(
    *, actor: Actor, trial_id: uuid.UUID, municipality_id: int, valid_from: datetime | None = None
) -> RoutingParameters:
    """Let a tried proposal hold from a moment (now). Raises NotAllowed, InvalidState when it is not done or saved already,
    Conflict when other settings came to hold since it was tried, InvalidInput for a moment in the past."""
    trial = queries_tuning.trial(trial_id, to_change=True)
    _check_covers(trial.centre_id)
    if trial.done_at is None:
        raise InvalidState("De proef is nog niet klaar. Wacht tot alle rondes zijn gespeeld.")
    if trial.saved_version is not None:
        raise InvalidState("Deze waarden zijn al opgeslagen.")
    newest = queries_tuning.versions(trial.centre_id, 1)
    if (newest[0].version if newest else 0) != trial.base_version:
        raise Conflict("Intussen zijn andere waarden opgeslagen. Probeer uw voorstel opnieuw, dan ziet u het verschil daarmee.")  # fmt: skip
    if valid_from is not None and valid_from.date() < queries_tuning.today():
        raise InvalidInput("Kies vandaag of een latere dag.", field="valid_from")
    made = _add_version(actor, trial.centre_id, dict(trial.values), valid_from)
    trial.saved_version = made.version
    _record(actor, "routing_parameters.saved", "routing_parameters", made.version, municipality_id)
    return made


def go_back(*, actor: Actor, centre_id: int, municipality_id: int, number: int) -> RoutingParameters:
    """Let the values of an earlier version hold again, as a new version; 0 is how the product came.

    Raises NotAllowed, NotFound, InvalidState when those values hold now.
    """
    _check_covers(centre_id)
    wanted = queries_deciding.from_values(queries_tuning.version(centre_id, number).values) if number else Parameters()
    if queries_deciding.in_force(municipality_id).parameters == wanted:
        raise InvalidState("Deze waarden gelden nu al.")
    made = _add_version(actor, centre_id, asdict(wanted), None)
    _record(actor, "routing_parameters.restored", "routing_parameters", made.version, municipality_id)
    return made


def _settings_of(trial: RoutingTrial) -> Parameters:
    if trial.base_version == 0:
        return Parameters()
    return queries_deciding.from_values(queries_tuning.version(trial.centre_id, trial.base_version).values)


def _add_version(
    actor: Actor, centre_id: int, values: dict[str, object], valid_from: datetime | None
) -> RoutingParameters:
    newest = queries_tuning.versions(centre_id, 1)
    number = (newest[0].version if newest else 0) + 1
    moment = now()
    row = {
        "centre_id": centre_id, "version": number, "valid_from": valid_from or moment, "made_at": moment,
        "made_by_id": actor.account_id, "values": values,
    }  # fmt: skip
    if not db.session.execute(insert(RoutingParameters).values(**row).on_conflict_do_nothing().returning(RoutingParameters.version)).first():  # fmt: skip
        raise Conflict("Iemand anders sloeg op hetzelfde moment waarden op. Kijk eerst wat er nu geldt.")
    return queries_tuning.version(centre_id, number)


def _check_covers(centre_id: int) -> None:
    if not queries_tuning.covers(centre_id):
        raise NotAllowed("Deze waarden gelden voor alle gemeenten. Alleen wie van al die gemeenten teamleider is, mag ze wijzigen.")  # fmt: skip


def _enqueue(trial: RoutingTrial, municipality_id: int) -> None:
    jobs.enqueue(JOB, municipality_id=municipality_id, key=f"{trial.id}:{len(trial.runs)}", args={"trial": trial.id})


def _record(actor: Actor, verb: str, subject_type: str, subject_id: object, municipality_id: int) -> None:
    audit.record(
        actor=actor, verb=verb, subject_type=subject_type, subject_id=subject_id, municipality_id=municipality_id
    )
