"""Settings of the queue: tried before they hold, only by who covers the centre, and every version stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.routing import actions_tuning, queries_deciding, queries_tuning
from kcc.routing.models_tuning import RoutingTrial
from kcc.routing.rules_choice import Parameters
from tests.factories.weeks import do_jobs, last_monday, make_week
from tests.support.world import World

MANAGE = Permission.ROUTING_MANAGE
PROPOSAL = replace(Parameters(), callback_offer_after=20.0)


def try_out(world: World, person: str = "supervisor", proposal: Parameters = PROPOSAL) -> RoutingTrial:
    """A trial of last week, committed and detached from its scope."""
    with world.scope(person, MANAGE) as actor:
        made = actions_tuning.try_out(
            actor=actor, municipality_id=world.towns["Aalburg"], centre_id=world.centres["noord"], week=last_monday(), proposal=proposal,
        )  # fmt: skip
        db.session.commit()
        db.session.refresh(made)
        db.session.expunge(made)
    return made


def save(world: World, trial: RoutingTrial) -> int:
    """Let a trial's values hold; returns the version."""
    with world.scope("supervisor", MANAGE) as actor:
        made = actions_tuning.save_trial(actor=actor, trial_id=trial.id, municipality_id=world.towns["Aalburg"])
        number = made.version
        db.session.commit()
    return number


def test_a_trial_runs_by_itself_and_forgets_the_week_it_played(world: World) -> None:
    make_week(world)
    made = try_out(world)
    assert made.recorded is not None and made.measured["conversations"] == 200 and made.measured["days"] == 5
    assert do_jobs() == made.runs_wanted
    with world.scope("supervisor", MANAGE):
        found = queries_tuning.trial(made.id)
        assert found.done_at is not None and found.recorded is None and len(found.runs) == found.runs_wanted


def test_nothing_can_be_saved_before_its_trial_is_done(world: World) -> None:
    make_week(world)
    made = try_out(world)
    with pytest.raises(InvalidState):
        save(world, made)
    do_jobs()
    assert save(world, made) == 1
    with world.scope("supervisor", MANAGE):
        assert queries_deciding.in_force(world.towns["Aalburg"]).parameters == PROPOSAL
    with pytest.raises(InvalidState):
        save(world, made)


def test_a_trial_against_settings_that_no_longer_hold_is_refused(world: World) -> None:
    make_week(world)
    first, second = try_out(world), try_out(world, proposal=replace(Parameters(), kappa=2.0))
    do_jobs()
    save(world, first)
    with pytest.raises(Conflict):
        save(world, second)


def test_an_earlier_version_comes_back_as_a_new_one(world: World) -> None:
    make_week(world)
    made = try_out(world)
    do_jobs()
    save(world, made)
    centre, town = world.centres["noord"], world.towns["Aalburg"]
    with world.scope("supervisor", MANAGE) as actor:
        actions_tuning.go_back(actor=actor, centre_id=centre, municipality_id=town, number=0)
        db.session.commit()
    with world.scope("supervisor", MANAGE) as actor:
        assert queries_deciding.in_force(town).version == 2
        assert queries_deciding.in_force(town).parameters == Parameters()
        assert [version.version for version in queries_tuning.versions(centre)] == [2, 1]
        with pytest.raises(InvalidState):
            actions_tuning.go_back(actor=actor, centre_id=centre, municipality_id=town, number=0)
        with pytest.raises(NotFound):
            actions_tuning.go_back(actor=actor, centre_id=centre, municipality_id=town, number=77)


def test_a_supervisor_of_some_towns_neither_tries_nor_sees_trials(world: World) -> None:
    make_week(world)
    with pytest.raises(NotAllowed):
        try_out(world, "supervisor_aalburg")
    made = try_out(world)
    with world.scope("supervisor_aalburg", MANAGE), pytest.raises(NotFound):
        queries_tuning.trial(made.id)


def test_the_database_itself_refuses_versions_of_who_does_not_cover_the_centre(world: World) -> None:
    statement = sa.text(
        "insert into routing_parameters (centre_id, version, valid_from, made_at, \"values\") values (:c, 9, now(), now(), '{}')"
    )
    for person, centre in (("supervisor_aalburg", "noord"), ("supervisor", "zuid")):
        with world.scope(person, MANAGE), pytest.raises(ProgrammingError):
            db.session.execute(statement, {"c": world.centres[centre]})
    with world.scope("supervisor", MANAGE), pytest.raises(ProgrammingError):
        db.session.execute(sa.text("update routing_parameters set version = 1"))


def test_a_week_without_calls_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        try_out(world)
    assert refused.value.field == "week"


def test_a_version_may_wait_for_its_day_but_not_begin_in_the_past(world: World) -> None:
    make_week(world)
    made = try_out(world)
    do_jobs()
    day = queries_tuning.today()
    with world.scope("supervisor", MANAGE) as actor:
        values = {"actor": actor, "trial_id": made.id, "municipality_id": world.towns["Aalburg"]}
        with pytest.raises(InvalidInput):
            actions_tuning.save_trial(**values, valid_from=queries_tuning.midnight(day - timedelta(days=1)))
        actions_tuning.save_trial(**values, valid_from=queries_tuning.midnight(day + timedelta(days=3)))
        db.session.commit()
    with world.scope("supervisor", MANAGE):
        assert queries_deciding.in_force(world.towns["Aalburg"]).version == 0
