"""A successor that the list proposes, taken over by a person."""

from __future__ import annotations

from datetime import date

import pytest

from kcc.core.errors import InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries_national
from kcc.municipalities.actions_national import apply_successor
from tests.support.world import World

UNTIL = date(2030, 1, 1)


def test_a_proposed_successor_is_taken_over_once_and_only_as_the_list_says(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update municipality set cbs_code = '0501' where name = 'Aalburg'")
        admin.execute("update municipality set cbs_code = '0614' where name = 'Bergen'")
        admin.execute(
            "insert into municipality_register (code, name, ended_on, successor_code) values ('0501', 'Brielle', '2023-01-01', '1992'),"
            " ('0614', 'Westvoorne', '2023-01-01', '1992'), ('1992', 'Voorne aan Zee', null, null)"
        )
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        asked = {"actor": actor, "municipality_id": world.towns["Aalburg"], "until": UNTIL}
        assert [(one.successor_name, one.on_day) for one in queries_national.proposals(UNTIL)] == [
            ("Voorne aan Zee", date(2023, 1, 1))
        ]
        assert queries_national.proposals(date(2022, 12, 31)) == []
        with pytest.raises(InvalidState):
            apply_successor(**asked, successor_code="1930")
        first = apply_successor(**asked, successor_code="1992")
        assert apply_successor(**asked, successor_code="1992") is first
        assert [(row.successor_code, row.on_day) for row in queries_national.applied_successors()] == [
            ("1992", date(2023, 1, 1))
        ]
        with pytest.raises(NotFound):
            apply_successor(actor=actor, municipality_id=world.towns["Bergen"], successor_code="1992", until=UNTIL)
