"""What a clock sets right: unanswered offers, absent agents, the day's count, the forecast, and what is too old."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.routing import actions, queries
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing import actions_sweeping as sweeping
from kcc.routing.models_deciding import ArrivalForecast, RoutingDecision, ServiceLevelToday
from tests.factories.routing import available, make_call
from tests.support.world import World


@contextmanager
def worker(world: World, town: str = "Aalburg") -> Iterator[None]:
    """The scope of a job of one town."""
    with world.admin() as admin:
        admin.execute(
            "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)"
            " values (gen_random_uuid(), %s, 'routing.test', gen_random_uuid()::text, '{}', 'waiting', now() - interval '1 day', 0, 0, now())",
            (world.towns[town],),
        )
    job = jobs.claim()
    assert job is not None and job.name == "routing.test"
    with scope(job.lease, Permission.JOB_RUN):
        yield


def state(world: World, person: str) -> str:
    """What an agent does, past every lock."""
    with world.admin() as admin:
        row = admin.execute("select state from agent_state where account_id = %s", (world.people[person],)).fetchone()
    return row[0] if row else "none"


def test_the_sweeper_offers_what_waits_and_ends_what_nobody_answers(world: World) -> None:
    item_id = make_call(world)
    available(world, "agent", "two_hats")
    with worker(world):
        sweeping.sweep(municipality_id=world.towns["Aalburg"])
        first = queries.item(item_id).offered_to
        db.session.commit()
    assert first is not None
    with worker(world):
        sweeping.sweep(municipality_id=world.towns["Aalburg"], at=now() + timedelta(seconds=21))
        second = queries.item(item_id).offered_to
        db.session.commit()
    assert second is not None and second != first
    names = {world.people[name]: name for name in ("agent", "two_hats")}
    assert (state(world, names[first]), state(world, names[second])) == ("no_answer", "available")


def test_who_signed_out_or_whose_screen_is_silent_is_offline_but_not_in_a_conversation(world: World) -> None:
    available(world, "agent", "two_hats")
    with world.scope("agent", Permission.DESK_USE) as actor:
        presence.beat(actor=actor)
        db.session.commit()
    later = now() + timedelta(seconds=100)
    with worker(world):
        sweeping.put_absent_offline(municipality_id=world.towns["Aalburg"], at=later)
        db.session.commit()
    # One has a screen that fell silent; the other never had script, and its session is still in use.
    assert (state(world, "agent"), state(world, "two_hats")) == ("offline", "available")
    with world.admin() as admin:
        admin.execute("delete from guard.door where kind = 'session'")
    with worker(world):
        sweeping.put_absent_offline(municipality_id=world.towns["Aalburg"], at=later)
        db.session.commit()
    assert state(world, "two_hats") == "offline"


def test_agents_of_another_centre_are_none_of_its_business(world: World) -> None:
    available(world, "agent_zuid")
    with world.admin() as admin:
        admin.execute("delete from guard.door where kind = 'session'")
    with worker(world):
        sweeping.put_absent_offline(municipality_id=world.towns["Aalburg"], at=now())
        db.session.commit()
    assert state(world, "agent_zuid") == "available"


def test_the_day_counts_answers_in_time_over_all_that_were_offered(world: World) -> None:
    answered, late, gone, short, waiting = (make_call(world) for _n in range(5))
    with world.scope("agent", Permission.DESK_USE) as actor:
        for item_id, seconds in ((answered, 10), (late, 60), (gone, 40), (short, 3), (waiting, 5)):
            queries.item(item_id).since = now() - timedelta(seconds=seconds)
        db.session.flush()
        actions.claim(actor=actor, item_id=answered)
        actions.claim(actor=actor, item_id=late)
        for item_id in (gone, short):
            subject = queries.item(item_id).subject_id
            actions.withdraw(actor=actor, kind="call", subject_id=subject, outcome="hung_up")
        db.session.commit()
    with worker(world):
        sweeping.count_today(municipality_id=world.towns["Aalburg"], at=now())
        row = db.session.scalars(sa.select(ServiceLevelToday)).one()
        # Who hung up at once and who may still be helped in time do not count.
        assert (row.channel, row.ok, row.total) == ("phone", 1, 3)


def test_the_forecast_is_the_mean_of_eight_weeks(world: World) -> None:
    make_call(world)
    make_call(world)
    with worker(world):
        sweeping.forecast(municipality_id=world.towns["Aalburg"])
        assert db.session.scalars(sa.select(ArrivalForecast.expected)).all() == [2 / 8]


def test_what_has_been_kept_long_enough_is_forgotten(world: World) -> None:
    available(world, "agent")
    item_id = make_call(world)
    with worker(world):
        offers.offer(item_id=item_id)
        with_all = db.session.scalar(sa.select(sa.func.count()).select_from(RoutingDecision))
        sweeping.forget(municipality_id=world.towns["Aalburg"], at=now() + timedelta(days=91))
        kept = db.session.scalar(sa.select(sa.func.count()).select_from(RoutingDecision))
        sweeping.forget(municipality_id=world.towns["Aalburg"], at=now() + timedelta(days=93))
        left = db.session.scalar(sa.select(sa.func.count()).select_from(RoutingDecision))
        assert (with_all, kept, left) == (1, 1, 0)


def test_a_town_that_rings_much_more_than_expected_is_out_of_profile(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into arrival_forecast (municipality_id, weekday, half_hour, expected)"
            " select %s, d, h, 1 from generate_series(0, 6) d, generate_series(0, 47) h",
            (world.towns["Aalburg"],),
        )
    with world.scope("agent", Permission.DESK_USE) as actor:
        profile = [
            actions.enqueue(
                actor=actor, municipality_id=world.towns["Aalburg"], kind="call", channel="phone", subject_id=uuid.uuid4()
            ).in_profile
            for _n in range(8)
        ]  # fmt: skip
    assert profile == [True] * 6 + [False] * 2
