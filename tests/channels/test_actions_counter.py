"""Visitors at a counter: numbers per counter per day, each called once, and measured waiting."""

from __future__ import annotations

import threading
import uuid

import pytest

from kcc.channels import actions_counter as counter
from kcc.channels import queries_counter as queries
from kcc.contacts import actions_conversations as conversations
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from tests.support.world import World


def make_counter(world: World, town: str = "Aalburg", address: str = "Balie 1") -> int:
    with world.admin() as admin:
        row = admin.execute(
            "insert into entrance (municipality_id, kind, address, label, active) values (%s, 'counter', %s, %s, true) returning id",
            (world.towns[town], address, address),
        ).fetchone()
    assert row is not None
    return int(row[0])


def take(world: World, entrance: int, person: str = "agent", **values: str) -> uuid.UUID:
    with world.scope(person, Permission.DESK_USE) as actor:
        taken = counter.take_number(actor=actor, entrance_id=entrance, **values)
        db.session.commit()
        return taken.id


def do(world: World, verb: str, number: uuid.UUID, person: str = "agent", **values: str) -> None:
    with world.scope(person, Permission.DESK_USE) as actor:
        getattr(counter, verb)(actor=actor, number_id=number, **values)
        db.session.commit()


def labels(world: World, entrance: int) -> list[tuple[str, str]]:
    with world.admin() as admin:
        rows = admin.execute(
            "select letter, number, state from queue_number where entrance_id = %s order by number", (entrance,)
        )
        return [(f"{row[0]}-{row[1]:03}", row[2]) for row in rows]


def test_each_counter_counts_its_own_visitors(world: World) -> None:
    first, second = make_counter(world), make_counter(world, address="Balie 2")
    for entrance in (first, first, second):
        take(world, entrance)
    assert labels(world, first) == [("A-001", "waiting"), ("A-002", "waiting")]
    assert labels(world, second) == [("B-001", "waiting")]


def test_each_day_begins_at_one(world: World) -> None:
    entrance = make_counter(world)
    take(world, entrance)
    with world.admin() as admin:
        admin.execute("update queue_number set on_day = on_day - 1")
    take(world, entrance)
    assert [label for label, _ in labels(world, entrance)] == ["A-001", "A-001"]


def test_visitors_at_the_same_moment_get_different_numbers(world: World) -> None:
    entrance, faults = make_counter(world), []

    def one() -> None:
        try:
            with world.app.app_context():
                take(world, entrance)
        except Exception as fault:  # told below
            faults.append(fault)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [label for label, _ in labels(world, entrance)] == [f"A-{n:03}" for n in range(1, 9)]


def test_a_number_waits_in_the_one_queue_of_all_channels(world: World) -> None:
    number = take(world, make_counter(world), topic_group="groep", language="en")
    with world.admin() as admin:
        rows = admin.execute("select kind, channel, subject_id, topic_group, language, state from work_item").fetchall()
    assert rows == [("counter", "counter", number, "groep", "en", "waiting")]


def test_calling_begins_a_conversation_and_is_done_once(world: World) -> None:
    entrance = make_counter(world)
    number = take(world, entrance)
    do(world, "call_number", number, desk="Loket 3")
    with pytest.raises(InvalidState):
        do(world, "call_number", number)
    with world.admin() as admin:
        row = admin.execute(
            "select q.desk, c.channel, c.entrance_id, c.account_id from queue_number q join conversation c on c.id = q.conversation_id"
        ).fetchone()
    assert row == ("Loket 3", "counter", entrance, world.people["agent"])


def test_the_desk_of_before_is_remembered_and_can_be_changed(world: World) -> None:
    entrance = make_counter(world)
    first, second = take(world, entrance), take(world, entrance)
    do(world, "call_number", first, desk="Loket 3")
    do(world, "finish_visit", first)
    do(world, "call_number", second)
    do(world, "name_desk", second, desk="Loket 5")
    with world.admin() as admin:
        assert [r[0] for r in admin.execute("select desk from queue_number order by number")] == ["Loket 3", "Loket 5"]


def test_recall_brings_a_number_up_again_and_the_wait_stays_that_of_the_first_call(world: World) -> None:
    number = take(world, make_counter(world))
    do(world, "call_number", number)
    do(world, "recall", number)
    with world.admin() as admin:
        assert admin.execute("select called_at > first_called_at from queue_number").fetchone() == (True,)


def test_who_does_not_come_is_noted_and_the_conversation_was_none(world: World) -> None:
    number = take(world, make_counter(world))
    do(world, "call_number", number)
    do(world, "no_show", number)
    with world.admin() as admin:
        assert admin.execute("select state, ended_at is not null from queue_number").fetchone() == ("no_show", True)
        assert admin.execute("select cancelled from conversation").fetchone() == (True,)
        assert admin.execute("select count(*) from work_item where done_at is null").fetchone() == (0,)


@pytest.mark.parametrize(("way", "state"), [("finish", "done"), ("cancel", "no_show")])
def test_a_conversation_that_is_over_ends_its_number(world: World, way: str, state: str) -> None:
    entrance = make_counter(world)
    number, other = take(world, entrance), take(world, entrance)
    do(world, "call_number", number)
    with world.scope("agent", Permission.DESK_USE) as actor:
        (called,) = queries.in_hand_of(world.people["agent"])
        assert called.conversation_id is not None
        if way == "finish":
            held = conversations.lock(actor=actor, conversation_id=called.conversation_id)
            conversations.finish_conversation(actor=actor, conversation=held, anonymous=True, at=now())
        else:
            conversations.cancel(actor=actor, conversation_id=called.conversation_id)
        db.session.commit()
    assert labels(world, entrance) == [("A-001", state), ("A-002", "waiting")]
    with world.admin() as admin:
        assert admin.execute("select subject_id from work_item where done_at is null").fetchall() == [(other,)]


@pytest.mark.parametrize("verb", ["recall", "no_show", "finish_visit"])
def test_only_who_was_called_can_be_dealt_with(world: World, verb: str) -> None:
    number = take(world, make_counter(world))
    with pytest.raises(InvalidState):
        do(world, verb, number)


def test_other_entrances_groups_and_towns_are_refused(world: World) -> None:
    entrance = make_counter(world)
    with pytest.raises(NotFound):
        take(world, world.entrances["Aalburg"])
    with pytest.raises(InvalidInput):
        take(world, entrance, topic_group="bestaat niet")
    with pytest.raises(NotFound):
        take(world, entrance, person="agent_cadzand")
    number = take(world, entrance)
    with pytest.raises(NotFound):
        do(world, "call_number", number, person="agent_zuid")


def test_who_is_in_hand_is_found(world: World) -> None:
    number = take(world, make_counter(world))
    do(world, "call_number", number)
    with world.scope("agent", Permission.DESK_USE):
        assert [one.id for one in queries.in_hand_of(world.people["agent"])] == [number]
        assert queries.item_of(number) is not None
