"""Conversations in hand."""

from __future__ import annotations

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.contacts import queries_conversations as queries
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from tests.support.world import World


def test_one_sees_ones_own_and_not_a_colleagues(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        first = conversations.start_conversation(
            actor=actor, municipality_id=world.towns["Aalburg"], channel="phone"
        ).id
        second = conversations.start_conversation(
            actor=actor, municipality_id=world.towns["Bergen"], channel="counter"
        ).id
        held = queries.in_hand_with(world.people["agent"], second)
        assert [each.id for each in held.conversations] == [first, second]
        assert held.conversation.id == second == held.draft.conversation_id
        db.session.commit()
    with world.scope("two_hats", Permission.DESK_USE):
        assert queries.in_hand(world.people["two_hats"]) == []
        with pytest.raises(NotFound):
            queries.in_hand_with(world.people["two_hats"], first)
        with pytest.raises(NotFound):
            queries.own(world.people["two_hats"], first)
