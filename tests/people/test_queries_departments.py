"""Departments as those who pass work on need them, read as the application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kcc.core.clock import now
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.people import queries_departments as queries
from tests.factories.people import plant_absence
from tests.support.world import World

DESK, WORK = Permission.DESK_USE, Permission.TASK_WORK


def town_of(world: World) -> tuple[int, int, int]:
    return world.towns["Aalburg"], world.departments["Aalburg", "burgerzaken"], world.departments["Aalburg", "afval"]


def test_a_department_without_anybody_is_answered_for_by_the_one_that_stands_in(world: World) -> None:
    town, burgerzaken, afval = town_of(world)
    with world.admin() as admin:
        admin.execute("delete from department_member where department_id = %s", (afval,))
        admin.execute("update department set fallback_id = %s where id = %s", (burgerzaken, afval))
    with world.scope("agent", DESK):
        found = queries.departments_with_people(town)
        assert [each.name for each in found.in_use] == ["Afval", "Burgerzaken"]
        assert found.answering(afval).department_id == burgerzaken
        assert found.answering(afval).passed == ((afval, "nobody"),)
        with pytest.raises(NotFound):
            found.answering(world.departments["Bergen", "afval"])


@pytest.mark.parametrize(
    "statement",
    [
        "update account set active = false where id in (select account_id from department_member where department_id = %s)",
        "update membership set valid_to = now() where account_id in (select account_id from department_member where department_id = %s)",
        "update membership set role = 'agent' where account_id in (select account_id from department_member where department_id = %s)",
    ],
)
def test_somebody_without_account_or_role_does_not_count(world: World, statement: str) -> None:
    town, _burgerzaken, afval = town_of(world)
    with world.admin() as admin:
        admin.execute(statement.encode(), (afval,))
    with world.scope("agent", DESK):
        assert queries.departments_with_people(town).standings[afval].fault == "nobody"
        assert not any(each.may_work for each in queries.members_with_absence(town, afval))


def test_who_is_away_has_a_stand_in_of_the_same_department(world: World) -> None:
    town, burgerzaken, _afval = town_of(world)
    plant_absence(world, "handler", deputy="handler_second")
    with world.scope("coordinator", WORK):
        members = queries.members_with_absence(town, burgerzaken)
        assert [(each.name, each.absent_until is not None) for each in members] == [
            ("Coordinator", False), ("Handler", True), ("Handler Second", False)
        ]  # fmt: skip
        assert queries.stand_in_for(world.people["handler"], members) == world.people["handler_second"]
    plant_absence(world, "handler_second", deputy="handler")
    with world.scope("coordinator", WORK):
        members = queries.members_with_absence(town, burgerzaken)
        assert queries.stand_in_for(world.people["handler"], members) is None, "both stand in for each other, both away"


def test_the_deputy_of_a_department_gets_its_mail_only_while_all_others_are_away(world: World) -> None:
    town, burgerzaken, _afval = town_of(world)
    with world.admin() as admin:
        admin.execute("update department set deputy_id = %s where id = %s", (world.people["coordinator"], burgerzaken))
    plant_absence(world, "handler")
    with world.scope("agent", DESK):
        assert queries.deputy_mail_when_all_away(town, burgerzaken) is None
    plant_absence(world, "handler_second")
    with world.scope("agent", DESK):
        assert queries.deputy_mail_when_all_away(town, burgerzaken) == "coordinator@kcc.example"
    plant_absence(world, "handler_second", until=now().date() - timedelta(days=2))
    with world.scope("agent", DESK):
        assert queries.deputy_mail_when_all_away(town, burgerzaken) is None
    plant_absence(world, "handler_second")
    plant_absence(world, "coordinator")
    with world.scope("agent", DESK):
        assert queries.deputy_mail_when_all_away(town, burgerzaken) is None, "away too"
