"""A recorded week: what the queue wrote down before what conversations tell, and who worked when."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from kcc.core.permissions import Permission
from kcc.routing import queries_tuning
from kcc.routing.queries_tuning import ZONE
from kcc.routing.rules_trial import USUAL_PATIENCE
from tests.factories.weeks import last_monday, make_week
from tests.support.world import World

MANAGE = Permission.ROUTING_MANAGE


def queue(world: World, town: str, at: datetime, waited: int, handled: int | None) -> None:
    """A call that the queue recorded: answered after so many seconds, or given up."""
    ended = at + timedelta(seconds=waited)
    done = ended + timedelta(seconds=handled) if handled else ended
    with world.admin() as admin:
        admin.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since, boost_seconds,"
            " in_profile, cost, interruptions, refused_by, claimed_at, done_at, account_id)"
            " values (%s, %s, 'call', 'phone', %s, '', 'nl', %s, 2, %s, 0, true, 100, 0, '{}', %s, %s, %s)",
            (uuid.uuid4(), world.towns[town], uuid.uuid4(), "done" if handled else "withdrawn", at, ended if handled else None, done,
             world.people["agent"] if handled else None),
        )  # fmt: skip


def test_a_week_of_conversations_gives_calls_and_who_worked(world: World) -> None:
    monday = make_week(world)
    with world.scope("supervisor", MANAGE):
        found = queries_tuning.recorded_week(world.centres["noord"], monday)
        assert [(week.monday, week.contacts) for week in queries_tuning.weeks(queries_tuning.today())] == [
            (monday, 200)
        ]
    assert found.measured | {"queued": 0} == found.measured and found.recorded.patience == USUAL_PATIENCE
    arrivals, crew = found.recorded.days[0]
    assert len(arrivals) == 40 and all(9 * 3600 <= arrival[0] < 17 * 3600 for arrival in arrivals)
    both_towns = {world.towns["Aalburg"], world.towns["Bergen"]}
    assert sorted(map(len, (levels for _b, _e, levels in crew))) == [1, 2]
    assert any(set(levels) == both_towns for _b, _e, levels in crew)
    assert all(begins % 1800 == 0 and ends % 1800 == 0 for begins, ends, _levels in crew)


def test_where_the_queue_wrote_a_day_down_conversations_of_that_day_do_not_count_again(world: World) -> None:
    monday = make_week(world)
    at = datetime.combine(monday, time(10), ZONE)
    for number in range(25):
        queue(world, "Aalburg", at + timedelta(minutes=number), 30, None)
    queue(world, "Aalburg", at, 12, 300)
    with world.scope("supervisor", MANAGE):
        found = queries_tuning.recorded_week(world.centres["noord"], monday)
    of_monday = [arrival for arrival in found.recorded.days[0][0] if arrival[1] == world.towns["Aalburg"]]
    assert len(of_monday) == 26
    assert sorted(a[2] for a in of_monday if a[2] is not None) == [300.0]
    assert found.measured["abandoned"] == 25 and found.recorded.patience != USUAL_PATIENCE


def test_weeks_and_arrivals_of_another_centre_are_not_there(world: World) -> None:
    monday = make_week(world)
    with world.scope("agent_zuid", Permission.DESK_USE):
        assert queries_tuning.weeks(queries_tuning.today()) == []
        assert queries_tuning.recorded_week(world.centres["zuid"], monday).recorded.days == ()


def test_the_running_week_cannot_be_chosen(world: World) -> None:
    make_week(world, last_monday() + timedelta(days=7))
    with world.scope("supervisor", MANAGE):
        assert queries_tuning.weeks(queries_tuning.today()) == []
