"""Wake-ups go out when the transaction commits, and hold ids only."""

from __future__ import annotations

import json

import psycopg
import pytest

from kcc.core import events
from kcc.core.db import db, new_id
from kcc.core.permissions import Permission
from tests.support.world import World


def test_a_wake_up_is_heard_after_the_commit_only(world: World) -> None:
    ticket = new_id()
    with psycopg.connect(world.admin_url, autocommit=True) as listener:
        listener.execute(f"listen {events.CHANNEL}")
        with world.scope("agent", Permission.TICKET_WRITE):
            events.publish(
                "ticket", municipality_id=world.towns["Aalburg"], subject_id=ticket, department_id=7, department_ids=[3]
            )
            assert list(listener.notifies(timeout=0.1)) == []
            db.session.commit()
        notes = list(listener.notifies(timeout=20, stop_after=1))
    assert [json.loads(note.payload) for note in notes] == [
        {"k": "ticket", "m": world.towns["Aalburg"], "d": [3, 7], "id": str(ticket)}
    ]


def test_a_kind_that_nobody_may_hear_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        events.publish("gossip", municipality_id=1)
