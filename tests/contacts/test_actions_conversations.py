"""Conversations: starting, saving, holding, ending."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.contacts import queries_conversations as queries
from kcc.contacts.actions_conversations import Sender
from kcc.contacts.models import Conversation, Draft
from kcc.core.clock import now
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from tests.support.world import World


def begun(world: World, actor: Actor, town: str = "Aalburg") -> Conversation:
    return conversations.start_conversation(actor=actor, municipality_id=world.towns[town], channel="phone")


def test_an_entrance_decides_the_municipality(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = conversations.start_conversation(
            actor=actor, municipality_id=world.towns["Aalburg"], channel="phone", entrance_id=world.entrances["Bergen"]
        )
        assert started.municipality_id == world.towns["Bergen"]


def test_a_town_or_channel_that_is_not_ours_is_refused(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        with pytest.raises(NotFound):
            begun(world, actor, "Drunen")
        with pytest.raises(InvalidInput):
            conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="smoke")


def save(actor: Actor, started: Conversation, text: str, version: int = 1, **how: Any) -> Draft:
    return conversations.save_draft(
        actor=actor, conversation_id=started.id, body={"name": text}, version=version, **how
    )


def test_a_draft_is_not_written_over_unless_one_says_so(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        assert save(actor, started, "a").version == 2
        with pytest.raises(Conflict):
            save(actor, started, "b")
        assert save(actor, started, "a").version == 3
        assert save(actor, started, "b", force=True).version == 4


def test_a_page_is_not_in_conflict_with_its_own_earlier_sending(world: World) -> None:
    here, elsewhere = uuid.uuid4(), uuid.uuid4()
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        save(actor, started, "a", sender=Sender(here, 1))
        assert save(actor, started, "abc", sender=Sender(here, 3)).version == 3
        assert save(actor, started, "ab", sender=Sender(here, 2)).body == {"name": "abc"}
        with pytest.raises(Conflict):
            save(actor, started, "x", sender=Sender(elsewhere, 1))
        save(actor, started, "x", sender=Sender(elsewhere, 2), force=True)
        with pytest.raises(Conflict):
            save(actor, started, "abcd", version=3, sender=Sender(here, 4))


def test_a_page_that_was_left_writes_no_more(world: World) -> None:
    here = uuid.uuid4()
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        save(actor, started, "pressed", sender=Sender(here, 2, is_last=True))
        with pytest.raises(Conflict):
            save(actor, started, "late", sender=Sender(here, 3))


def test_a_draft_that_is_too_big_is_refused(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        with pytest.raises(InvalidInput):
            conversations.save_draft(actor=actor, conversation_id=started.id, body={"name": "x" * 200_001}, version=1)


def test_hold_end_and_finish_are_noted_once(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        since = conversations.hold(actor=actor, conversation_id=started.id, on=True).on_hold_since
        assert conversations.hold(actor=actor, conversation_id=started.id, on=True).on_hold_since == since
        ended = conversations.end_talk(actor=actor, conversation_id=started.id).ended_at
        assert conversations.end_talk(actor=actor, conversation_id=started.id).ended_at == ended
        conversations.cancel(actor=actor, conversation_id=started.id)
        with pytest.raises(InvalidState):
            conversations.hold(actor=actor, conversation_id=started.id, on=False)
        assert queries.in_hand(world.people["agent"]) == []


def test_seconds_are_measured_only_where_somebody_spoke_and_shared_to_the_last() -> None:
    start = now()
    call = Conversation(channel="phone", started_at=start, ended_at=start + timedelta(seconds=100))
    assert conversations.seconds_of(call, start + timedelta(seconds=130)) == (100, 30)
    letter = Conversation(channel="letter", started_at=start)
    assert conversations.seconds_of(letter, start + timedelta(seconds=60)) == (None, 60)
    assert conversations.share(100, 3) == [34, 33, 33] and conversations.share(None, 2) == [None, None]


def test_moving_goes_only_to_a_town_in_sight(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        started = begun(world, actor)
        with pytest.raises(NotFound):
            conversations.move_conversation(
                actor=actor, conversation_id=started.id, municipality_id=world.towns["Drunen"]
            )
        moved = conversations.move_conversation(
            actor=actor, conversation_id=started.id, municipality_id=world.towns["Bergen"]
        )
        assert moved.municipality_id == world.towns["Bergen"]
