"""The jobs of a merger: a clock that finds nothing does nothing."""

from __future__ import annotations

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.tenancy import doorless_scope
from tests.factories.succession import work
from tests.support.world import World


def test_towns_that_never_merged_have_nothing_to_follow(world: World) -> None:
    with doorless_scope():
        made = db.session.scalar(sa.text("select kcc_tick('succession.follow', '1')"))
        db.session.commit()
    assert work() == ["done"] * made
