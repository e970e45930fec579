"""The agents' queue: each item reaches one agent, never two."""

from __future__ import annotations

import threading

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.routing import actions, queries
from tests.factories.routing import make_item
from tests.support.world import World

DESK = Permission.DESK_USE


def test_of_two_claims_at_once_one_wins(world: World) -> None:
    item_id = make_item(world)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def take(person: str) -> None:
        with world.app.app_context(), world.scope(person, DESK) as actor:
            start.wait()
            try:
                actions.claim(actor=actor, item_id=item_id)
                db.session.commit()
                outcomes.append("won")
            except InvalidState:
                outcomes.append("lost")

    threads = [threading.Thread(target=take, args=(person,)) for person in ("agent", "two_hats")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]


def test_only_who_claimed_gives_back_or_finishes(world: World) -> None:
    item_id = make_item(world)
    with world.scope("agent", DESK) as actor:
        actions.claim(actor=actor, item_id=item_id)
        db.session.commit()
    with world.scope("two_hats", DESK) as actor:
        for act in (actions.give_back, actions.done):
            with pytest.raises(NotAllowed):
                act(actor=actor, item_id=item_id)
    with world.scope("agent", DESK) as actor:
        actions.give_back(actor=actor, item_id=item_id)
        actions.claim(actor=actor, item_id=item_id)
        actions.done(actor=actor, item_id=item_id)
        assert queries.waiting() == []
        with pytest.raises(InvalidState):
            actions.done(actor=actor, item_id=item_id)


def test_an_item_of_another_town_does_not_exist(world: World) -> None:
    item_id = make_item(world)
    with world.scope("agent_cadzand", DESK) as actor, pytest.raises(NotFound):
        actions.claim(actor=actor, item_id=item_id)
