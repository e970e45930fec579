"""The history of set-up, page by page."""

from __future__ import annotations

import uuid

import pytest

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries_history as queries
from tests.support.world import World


def test_the_newest_stand_first_and_each_is_met_once(world: World) -> None:
    town = world.towns["Aalburg"]
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        for number in range(5):
            history.change(
                actor=actor, municipality_id=town, subject_type="municipality", subject_id=str(town),
                after={"inhabitants": 1000 + number},
            )  # fmt: skip
        history.change(
            actor=actor, municipality_id=town, subject_type="opening_hours", subject_id="",
            after={"6": [["10:00", "12:00"]]},
        )  # fmt: skip
        db.session.flush()
        assert [made.subject_type for made in queries.changes_of(town, None, 2)] == ["opening_hours", "municipality"]
        first = queries.changes_of(town, "municipality", 3)
        rest = queries.changes_of(town, "municipality", 3, (first[-1].made_at, first[-1].id))
        assert [(made.after or {})["inhabitants"] for made in [*first, *rest]] == [1004, 1003, 1002, 1001, 1000]


def test_another_town_s_change_is_not_there(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE), pytest.raises(NotFound):
        queries.change_of(world.towns["Aalburg"], uuid.uuid4())


def test_a_mark_is_read_back_and_nonsense_is_none() -> None:
    assert queries.moment_of(queries.NOTHING_YET) is not None
    assert queries.moment_of("2026-11-25T10:00:00+00:00") is not None
    for nonsense in ("", "gisteren", "2026-11-25", "1"):
        assert queries.moment_of(nonsense) is None, nonsense
