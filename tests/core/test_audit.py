"""The audit trail stands by itself: added to and read, never changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kcc.core import audit
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.support.world import World


def test_a_row_is_written_with_the_change_and_lost_with_it(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        audit.record(actor=actor, verb="x", subject_type="t", subject_id=1, municipality_id=world.towns["Aalburg"])
        db.session.flush()
    with world.admin() as admin:
        assert admin.execute("select count(*) from audit_entry").fetchone() == (0,)


@pytest.mark.parametrize("statement", ["update audit_entry set verb = 'y'", "delete from audit_entry"])
def test_nobody_changes_the_trail(world: World, statement: str) -> None:
    with world.scope("agent", Permission.TICKET_WRITE), pytest.raises(sa.exc.ProgrammingError):
        db.session.execute(sa.text(statement))


def test_a_row_for_a_town_out_of_sight_is_refused(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor, pytest.raises(sa.exc.DBAPIError):
        audit.record(actor=actor, verb="x", subject_type="t", subject_id=1, municipality_id=world.towns["Cadzand"])
        db.session.flush()
