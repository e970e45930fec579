"""The quarterly review: each role kept or ended, once a quarter, and who said so."""

from __future__ import annotations

from datetime import date

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.people import actions_reviews as reviews
from kcc.people import queries_accounts as queries
from kcc.people import rules_accounts as rules
from tests.factories.people import plant_role
from tests.support.world import World

TODAY = date(2026, 11, 25)
QUARTER = rules.quarter_of(TODAY)
BEGIN = reviews.first_moment(QUARTER, "Europe/Amsterdam")


def waiting(world: World) -> int:
    with world.scope("administrator", Permission.PEOPLE_MANAGE):
        return queries.unreviewed(QUARTER, BEGIN).get(world.towns["Aalburg"], 0)


def test_every_role_of_before_the_quarter_waits_until_somebody_kept_or_ended_it(world: World) -> None:
    before, town = waiting(world), world.towns["Aalburg"]
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        rows = {account.name: held.id for held, account, _known in queries.to_review([town], QUARTER, BEGIN)}
        said = {rows["Handler"]: "keep", rows["Handler Afval"]: "end"}
        assert reviews.review(actor=actor, municipality_id=town, verdicts=said, on=TODAY) == 2
        assert reviews.review(actor=actor, municipality_id=town, verdicts=said, on=TODAY) == 0
        db.session.commit()
        assert queries.membership(rows["Handler Afval"]).valid_to is not None
        assert [tuple(row)[1:3] for row in queries.review_history(town)] == [(1, 1)]
    assert waiting(world) == before - 2


def test_a_role_given_this_quarter_need_not_be_looked_at(world: World) -> None:
    before = waiting(world)
    plant_role(world, "two_hats", "Aalburg", "editor", since="2026-11-01")
    assert waiting(world) == before


def test_nobody_confirms_their_own_rights_while_there_is_another_administrator(world: World) -> None:
    town = world.towns["Aalburg"]
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        own = {
            held.id: "keep"
            for held, account, _known in queries.to_review([town], QUARTER, BEGIN)
            if account.id == actor.account_id
        }
        assert reviews.review(actor=actor, municipality_id=town, verdicts=own, on=TODAY) == 1
        db.session.rollback()
    plant_role(world, "supervisor", "Aalburg")
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor, pytest.raises(NotAllowed):
        reviews.review(actor=actor, municipality_id=town, verdicts=own, on=TODAY)


def test_another_verdict_and_another_town_are_refused(world: World) -> None:
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        town = world.towns["Aalburg"]
        first = queries.to_review([town], QUARTER, BEGIN)[0][0].id
        with pytest.raises(InvalidInput):
            reviews.review(actor=actor, municipality_id=town, verdicts={first: "maybe"}, on=TODAY)
        with pytest.raises(NotFound):
            reviews.review(actor=actor, municipality_id=world.towns["Bergen"], verdicts={}, on=TODAY)
