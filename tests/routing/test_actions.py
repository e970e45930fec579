"""The agents' queue: each item reaches one agent, never two."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.routing import actions, queries
from kcc.routing import actions_offers as offers
from kcc.routing.models import WorkItem
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


def call(world: World, actor: Actor, subject: uuid.UUID, **more: Any) -> WorkItem:
    """A call in the queue of Aalburg."""
    return actions.enqueue(
        actor=actor, municipality_id=world.towns["Aalburg"], kind="call", channel="phone", subject_id=subject, **more
    )


def test_the_same_subject_waits_once_until_it_is_done(world: World) -> None:
    subject = uuid.uuid4()
    with world.scope("agent", DESK) as actor:
        first = call(world, actor, subject)
        assert call(world, actor, subject).id == first.id
        actions.withdraw(actor=actor, kind="call", subject_id=subject, outcome="hung_up")
        assert (first.state, first.outcome) == ("withdrawn", "hung_up")
        again = call(world, actor, subject)
        assert again.id != first.id
        actions.finish_subject(actor=actor, kind="call", subject_id=subject, outcome="answered")
        actions.finish_subject(actor=actor, kind="call", subject_id=subject, outcome="answered")
        assert queries.waiting() == []


def test_what_can_wait_is_due_by_the_town_s_agreement_and_a_call_is_not(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        live = call(world, actor, uuid.uuid4())
        mail = actions.enqueue(
            actor=actor, municipality_id=world.towns["Aalburg"], kind="mail", channel="email", subject_id=uuid.uuid4(),
            since=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        )  # fmt: skip
        assert live.due_at is None and live.priority_class == 2
        assert mail.due_at == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
        assert mail.urgent_at == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)


def test_next_gives_each_agent_another_item_and_then_nothing(world: World) -> None:
    first, second = make_item(world), make_item(world)
    for person, expected in (("agent", first), ("two_hats", second), ("agent", None)):
        with world.scope(person, DESK) as actor:
            taken = offers.claim_next(actor=actor)
            db.session.commit()
            assert (taken.id if taken else None) == expected


def test_people_of_a_department_see_no_calls_and_only_items_of_their_tickets(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        call(world, actor, uuid.uuid4())
        db.session.commit()
    make_item(world)
    with world.scope("handler", Permission.TICKET_READ):
        assert queries.waiting() == []
    with world.scope("supervisor", Permission.TICKET_READ):
        assert len(queries.waiting()) == 2
