"""Planning, choosing and signing, past the pages."""

from __future__ import annotations

import pytest

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.succession import actions, queries
from tests.factories.succession import make_administrators, plan, sign
from tests.support.world import World


def test_changing_the_mapping_makes_signatures_count_no_more(world: World) -> None:
    found = plan(world, "Cadzand", "Aalburg")
    sign(world, found)
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        assert len(queries.signatures(found)) == 2
        line = ("department", str(world.departments["Cadzand", "afval"]))
        actions.choose(actor=actor, which=queries.succession(found), chosen={line: "new"})
        assert queries.signatures(found) == []
        assert queries.succession(found).approved_at is None
        with pytest.raises(InvalidInput):
            actions.choose(actor=actor, which=queries.succession(found), chosen={line: "999999"})
        db.session.rollback()


def test_only_administrators_of_both_towns_sign(world: World) -> None:
    found = plan(world, "Cadzand", "Aalburg")
    with world.admin() as admin:
        admin.execute(
            "delete from membership where role = 'administrator' and account_id = %s and municipality_id = %s",
            (world.people["supervisor"], world.towns["Aalburg"]),
        )
    with world.scope("supervisor", Permission.SETUP_MANAGE) as actor, pytest.raises(NotAllowed):
        actions.sign(actor=actor, which=queries.succession(found))
    with world.scope("agent", Permission.TICKET_READ) as actor, pytest.raises((NotAllowed, NotFound)):
        actions.sign(actor=actor, which=queries.succession(found))


def test_a_town_has_one_plan_and_goes_within_its_centre(world: World) -> None:
    plan(world, "Cadzand", "Aalburg")
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        for old, new in (("Cadzand", "Aalburg"), ("Aalburg", "Aalburg")):
            with pytest.raises(InvalidInput):
                actions.plan_merger(
                    actor=actor, municipality_id=world.towns[old], successor_id=world.towns[new], on_day=now().date()
                )
        with pytest.raises(NotFound):
            actions.plan_merger(
                actor=actor,
                municipality_id=world.towns["Bergen"],
                successor_id=world.towns["Aalburg"],
                on_day=now().date(),
            )


def test_nothing_is_signed_before_the_dry_run(world: World) -> None:
    make_administrators(world, "Cadzand", "Aalburg")
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        made = actions.plan_merger(
            actor=actor,
            municipality_id=world.towns["Cadzand"],
            successor_id=world.towns["Aalburg"],
            on_day=now().date(),
        )
        with pytest.raises(InvalidState):
            actions.sign(actor=actor, which=made)
