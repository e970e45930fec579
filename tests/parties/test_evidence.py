"""Evidence of looks stands, whatever becomes of the request."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from kcc.core.db import db
from kcc.core.errors import ScopeMissing
from kcc.core.permissions import Actor, Permission
from kcc.core.tenancy import scope
from kcc.parties.evidence import record_look
from tests.support.world import World


def looks(world: World) -> list[tuple[object, ...]]:
    with world.admin() as admin:
        return admin.execute("select municipality_id, account_id, what, reason from access_record").fetchall()


def test_a_look_is_kept_when_the_request_rolls_back(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        db.session.execute(sa.text("select 1"))
        record_look(actor=actor, municipality_id=world.towns["Aalburg"], what="party_search", reason="name")
        db.session.rollback()
    assert looks(world) == [(world.towns["Aalburg"], world.people["agent"], "party_search", "name")]


def test_a_request_that_only_reads_leaves_evidence_too(world: World) -> None:
    with scope(world.session_for("agent"), Permission.DESK_USE, read_only=True):
        record_look(actor=world.actor("agent"), municipality_id=world.towns["Bergen"], what="party_open", reason="x")
    assert len(looks(world)) == 1


def test_evidence_of_a_town_out_of_sight_is_refused(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor, pytest.raises(ProgrammingError):
        record_look(actor=actor, municipality_id=world.towns["Drunen"], what="party_open", reason="x")
    assert looks(world) == []


def test_nobody_looks_outside_a_scope(world: World) -> None:
    with pytest.raises(ScopeMissing):
        record_look(actor=Actor(uuid.uuid4()), municipality_id=1, what="party_open", reason="x")
