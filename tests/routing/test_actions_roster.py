"""The roster in the database: by hand, from a file, last week again; planning and supervisors read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.routing import actions_roster as actions
from kcc.routing import queries_roster as queries
from kcc.routing.rules_roster import Shift
from tests.factories.routing import available
from tests.support.world import World

DAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 23)
SUPERVISE = Permission.ROUTING_SUPERVISE


def add(world: World, person: str = "agent", by: str = "supervisor", day: date = DAY, note: str = "") -> None:
    with world.scope(by, SUPERVISE) as actor:
        shift = Shift(day, time(9), time(12), ("phone",), note)
        actions.add_shift(actor=actor, centre_id=world.centres["noord"], account_id=world.people[person], shift=shift)
        db.session.commit()


def test_planning_reads_how_many_are_expected_in_each_half_hour(world: World) -> None:
    add(world)
    add(world, "agent_cadzand")
    with world.scope("supervisor", SUPERVISE):
        counts = queries.expected(world.centres["noord"], DAY, "phone")
        assert counts[18:25] == [2, 2, 2, 2, 2, 2, 0] and sum(counts) == 12
        assert sum(queries.expected(world.centres["noord"], DAY, "email")) == 0


def test_somebody_works_once_at_a_time_and_only_agents_in_sight_are_in_the_roster(world: World) -> None:
    add(world)
    with world.scope("supervisor", SUPERVISE) as actor:
        for person, shift in (
            ("agent", Shift(DAY, time(11), time(13))),
            ("handler", Shift(DAY, time(9), time(10))),
            ("agent_zuid", Shift(DAY, time(9), time(10))),
        ):
            with pytest.raises(InvalidInput):
                actions.add_shift(
                    actor=actor, centre_id=world.centres["noord"], account_id=world.people[person], shift=shift
                )


def test_the_roster_of_a_centre_is_seen_by_its_supervisors_and_by_whom_it_is_about(world: World) -> None:
    add(world)
    with world.scope("agent", Permission.DESK_USE):
        assert len(queries.week(world.centres["noord"], MONDAY)) == 1
        own = queries.week(world.centres["noord"], MONDAY)[0].id
    for person, permission in (
        ("agent_cadzand", Permission.DESK_USE),
        ("agent_zuid", Permission.DESK_USE),
        ("contract_manager", Permission.STATISTICS_READ),
    ):
        with world.scope(person, permission):
            assert queries.week(world.centres["noord"], MONDAY) == []
    with world.scope("agent_zuid", Permission.DESK_USE) as actor, pytest.raises(NotFound):
        actions.remove_shift(actor=actor, shift_id=own)


def test_last_week_is_taken_over_where_nothing_stands(world: World) -> None:
    add(world, day=DAY - timedelta(days=7), note="vroege dienst")
    add(world, "agent_cadzand", day=DAY - timedelta(days=7))
    add(world, "agent_cadzand", day=DAY)
    with world.scope("supervisor", SUPERVISE) as actor:
        assert actions.copy_week(actor=actor, centre_id=world.centres["noord"], monday=MONDAY) == 1
        assert actions.copy_week(actor=actor, centre_id=world.centres["noord"], monday=MONDAY) == 0
        notes = {row.note for row in queries.week(world.centres["noord"], MONDAY)}
        assert notes == {"vroege dienst", ""}


def test_a_file_is_tried_taken_over_and_repeated_with_the_lines_that_were_refused(world: World) -> None:
    data = (
        b"email,dag,van,tot,kanalen,notitie\r\n"
        b"agent@kcc.example,25-11-2026,9:00,17:00,telefoon mail,\r\n"
        b"agent@kcc.example,2026-11-25,16:00,18:00,,\r\n"
        b"handler@kcc.example,25-11-2026,9:00,17:00,,\r\n"
        b"agent@kcc.example,geen dag,9:00,17:00,,\r\n"
        b"agent@kcc.example,26-11-2026,9:00,8:00,,\r\n"
        b"agent@kcc.example,27-11-2026,9:00,17:00,fax,\r\n"
    )
    with world.scope("supervisor", SUPERVISE) as actor:
        centre = world.centres["noord"]
        tried = actions.import_roster(actor=actor, centre_id=centre, data=data, dry_run=True)
        assert tried.added == 1 and [row.line for row in tried.refused] == [3, 4, 5, 6, 7]
        assert queries.week(centre, MONDAY) == []
        assert actions.import_roster(actor=actor, centre_id=centre, data=data, dry_run=False).added == 1
        again = actions.import_roster(actor=actor, centre_id=centre, data=data, dry_run=False)
        assert (again.added, again.unchanged) == (0, 1)


def test_who_is_expected_but_not_here_is_told_until_they_come(world: World) -> None:
    add(world)
    at = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    with world.scope("supervisor", SUPERVISE):
        assert [each.name for each in queries.missed(world.centres["noord"], at, "Europe/Amsterdam")] == ["Agent"]
    available(world, "agent")
    with world.scope("supervisor", SUPERVISE):
        assert queries.missed(world.centres["noord"], at, "Europe/Amsterdam") == []
