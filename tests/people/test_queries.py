"""Colleagues and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from kcc.core.permissions import Permission
from kcc.people import queries
from tests.support.world import World

MONDAY_MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 11, 23, 19, tzinfo=UTC)


@pytest.fixture
def part_timer(world: World) -> Iterator[World]:
    """The handler of Aalburg works on Monday and Wednesday, with a deputy."""
    with world.admin() as admin:
        admin.execute(
            "update department_member set weekdays = '{0,2}', deputy_id = %s, phone = '0181-000000' where account_id = %s",
            (world.people["handler_second"], world.people["handler"]),
        )
    yield world
    with world.admin() as admin:
        admin.execute(
            "update department_member set weekdays = '{0,1,2,3,4}', deputy_id = null, phone = null, absent_until = null"
            " where account_id = %s",
            (world.people["handler"],),
        )


def handler_at(world: World, at: datetime) -> queries.Colleague:
    with world.scope("agent", Permission.KNOWLEDGE_READ):
        found = queries.colleagues("handler burgerzaken", world.towns["Aalburg"], at)
    return next(one for one in found if one.account_id == world.people["handler"])


def test_somebody_is_there_on_their_day_in_opening_hours(part_timer: World) -> None:
    one = handler_at(part_timer, MONDAY_MORNING)
    assert (one.there_now, one.back_on) == (True, None)
    assert (one.phone, one.deputy_name) == ("0181-000000", "Handler Second")


def test_after_hours_the_next_day_of_theirs_is_named(part_timer: World) -> None:
    one = handler_at(part_timer, MONDAY_EVENING)
    assert (one.there_now, one.back_on) == (False, date(2026, 11, 25))


def test_before_hours_it_is_today(part_timer: World) -> None:
    assert handler_at(part_timer, datetime(2026, 11, 23, 6, tzinfo=UTC)).back_on == date(2026, 11, 23)


def test_absence_goes_up_to_and_with_its_last_day(part_timer: World) -> None:
    with part_timer.admin() as admin:
        admin.execute(
            "update department_member set absent_until = '2026-11-25' where account_id = %s",
            (part_timer.people["handler"],),
        )
    one = handler_at(part_timer, MONDAY_MORNING)
    assert (one.there_now, one.back_on) == (False, date(2026, 11, 30))


def test_a_holiday_is_skipped(part_timer: World) -> None:
    assert handler_at(part_timer, datetime(2027, 3, 28, 9, tzinfo=UTC)).back_on == date(2027, 3, 31)


def test_members_of_a_department_are_those_of_one_town(world: World) -> None:
    with world.scope("agent", Permission.KNOWLEDGE_READ):
        names = [one.name for one in queries.members_of(world.departments["Aalburg", "burgerzaken"])]
        assert names == ["Coordinator", "Handler", "Handler Second"]
        assert queries.members_of(world.departments["Cadzand", "burgerzaken"]) == []


def test_names_of_people_out_of_sight_are_left_out(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        names = queries.names_of([world.people["handler"], world.people["agent_zuid"], None])
    assert names == {world.people["handler"]: "Handler"}
