"""Departments, deputies, absence and skills, set by who manages people in that town."""

from __future__ import annotations

from datetime import date

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.people import queries as colleagues
from kcc.setup import actions_people as actions
from kcc.setup import queries_people as queries
from kcc.setup.actions_people import MemberData
from tests.support.world import World

MANAGE = Permission.PEOPLE_MANAGE


def test_somebody_works_for_a_department_with_days_absence_and_a_deputy(world: World) -> None:
    who, deputy = world.people["handler_afval"], world.people["handler"]
    where = {"municipality_id": world.towns["Aalburg"], "department_id": world.departments["Aalburg", "burgerzaken"]}
    with world.scope("administrator", MANAGE) as actor:
        data = MemberData("0181 00 11 22", (0, 2), date(2099, 1, 1), deputy)
        member = actions.set_department(actor=actor, account_id=who, **where, data=data)
        again = actions.set_department(actor=actor, account_id=who, **where, data=MemberData(deputy_id=deputy))
        assert again.id == member.id and again.weekdays == [0, 1, 2, 3, 4]
        found = colleagues.members_of(where["department_id"])
        assert {each.name: each.deputy_name for each in found}["Handler Afval"] == "Handler"
        actions.leave_department(actor=actor, account_id=who, member_id=member.id)
        db.session.flush()
        assert "Handler Afval" not in {each.name for each in colleagues.members_of(where["department_id"])}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (MemberData(phone="bel maar"), "phone"),
        (MemberData(weekdays=()), "weekdays"),
        (MemberData(weekdays=(9,)), "weekdays"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(world: World, data: MemberData, field: str) -> None:
    where = {"municipality_id": world.towns["Aalburg"], "department_id": world.departments["Aalburg", "burgerzaken"]}
    with world.scope("administrator", MANAGE) as actor:
        with pytest.raises(InvalidInput) as fault:
            actions.set_department(actor=actor, account_id=world.people["handler"], **where, data=data)
        assert fault.value.field == field
        with pytest.raises(InvalidInput):  # one's own deputy
            own = MemberData(deputy_id=world.people["handler"])
            actions.set_department(actor=actor, account_id=world.people["handler"], **where, data=own)


def test_skills_are_set_by_town_and_group_and_taken_back(world: World) -> None:
    town, who = world.towns["Aalburg"], world.people["agent"]
    with world.scope("administrator", MANAGE) as actor:
        assert actions.set_skills(actor=actor, account_id=who, levels={(town, ""): 2, (town, "groep"): 0}) == 2
        assert queries.skills_of(who) == {(town, ""): 2, (town, "groep"): 0}
        assert actions.set_skills(actor=actor, account_id=who, levels={(town, "groep"): None, (town, ""): 2}) == 1
        assert queries.skills_of(who) == {(town, ""): 2}


def test_skills_of_another_town_group_or_level_are_refused(world: World) -> None:
    town, who = world.towns["Aalburg"], world.people["agent"]
    with world.scope("administrator", MANAGE) as actor:
        for key, level in (((world.towns["Bergen"], ""), 1), ((town, "geen groep"), 1), ((town, ""), 3)):
            with pytest.raises(InvalidInput):
                actions.set_skills(actor=actor, account_id=who, levels={key: level})
        with pytest.raises(NotFound):
            actions.set_skills(actor=actor, account_id=world.people["agent_zuid"], levels={})
