"""The database and the rules on paper choose the same, in random situations: which item, which agent, with which score."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import rules, rules_choice
from kcc.routing.rules_choice import Agent, Candidate, Parameters, Situation, Tally
from tests.support.world import World

MOMENT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TEAM = ("agent", "two_hats", "agent_cadzand", "supervisor")
WORKS = {"agent": ("Aalburg", "Bergen"), "two_hats": ("Aalburg",), "agent_cadzand": ("Cadzand",), "supervisor": ()}
EXAMPLES = 60


@dataclass(frozen=True)
class Waits:
    """An item as it is put into the table."""

    number: int
    town: str
    kind: str
    milliseconds: int
    boost: int
    in_profile: bool
    due_minutes: int
    group: str
    language: str
    cost: int
    sticky: str | None
    sticky_seconds: int
    crisis: bool
    refused: tuple[str, ...]

    @property
    def id(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_OID, str(self.number))


@dataclass(frozen=True)
class Works:
    """An agent's state, idle seconds, what is in hand, skills and languages."""

    state: str
    idle: int
    soft: int | None
    interruptions: int
    level: int | None
    group_level: int | None
    english: bool


items = st.builds(
    Waits, number=st.integers(1, 10_000), town=st.sampled_from(["Aalburg", "Bergen"]),
    kind=st.sampled_from(["call", "call", "counter", "callback", "mail", "returned_task"]), milliseconds=st.integers(0, 260_000),
    boost=st.sampled_from([0, 10, 30]), in_profile=st.booleans(), due_minutes=st.integers(-600, 3000),
    group=st.sampled_from(["", "groep"]), language=st.sampled_from(["nl", "nl", "en"]), cost=st.sampled_from([34, 100]),
    sticky=st.none() | st.sampled_from(TEAM[:2]), sticky_seconds=st.integers(-5, 20), crisis=st.sampled_from([False] * 9 + [True]),
    refused=st.just(()) | st.just(("agent",)),
)  # fmt: skip
workers = st.builds(
    Works, state=st.sampled_from(["available", "available", "in_conversation", "break", "offline"]), idle=st.integers(0, 900),
    soft=st.none() | st.integers(1, 900), interruptions=st.integers(0, 2), level=st.none() | st.integers(0, 2),
    group_level=st.none() | st.integers(0, 2), english=st.booleans(),
)  # fmt: skip
teams = st.fixed_dictionaries(dict.fromkeys(TEAM, workers))
tallies = st.integers(0, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
days = st.fixed_dictionaries({town: st.none() | tallies for town in ("Aalburg", "Bergen", "Cadzand")})
wishes = st.builds(
    Parameters, kappa=st.sampled_from([0.0, 8.0, 25.0]), interruptible=st.booleans(), basic_factor=st.sampled_from([0.8, 0.5]),
    reserve_share=st.sampled_from([0.2, 0.5]), most_interruptions=st.integers(0, 2),
)  # fmt: skip
examples = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)


@examples
@given(
    waiting=st.lists(items, max_size=8, unique_by=lambda i: i.number),
    team=teams,
    day=days,
    parameters=wishes,
    idle=st.integers(0, 900),
)
def test_asked_for_the_next_both_give_the_same_item(
    world: World, waiting: list[Waits], team: dict[str, Works], day: dict[str, Any], parameters: Parameters, idle: int
) -> None:
    team = {**team, "agent": replace(team["agent"], state="available", idle=idle)}
    _lay(world, waiting, team, day)
    with world.scope("agent", Permission.DESK_USE):
        row = db.session.execute(
            sa.text("select item, considered from kcc_claim_next(cast(:p as jsonb), 'take', :at)"),
            {"p": json.dumps(asdict(parameters)), "at": MOMENT},
        ).one()
        db.session.rollback()
    situation = _situation(waiting, team, day)
    me = _agent(world, "agent", team["agent"], parameters)
    candidates = [_candidate(world, item, team, day) for item in waiting]
    expected = rules_choice.choose_item(candidates, me, situation, parameters)
    assert row.item == expected.id
    scores = {each["id"]: each.get("score") for each in row.considered["looked"]}
    for each in expected.considered:
        if "score" in each.parts and str(each.id) in scores:
            assert scores[str(each.id)] == pytest.approx(each.parts["score"], rel=1e-12)


@examples
@given(item=items, team=teams, day=days, parameters=wishes, also=st.lists(items, max_size=2))
def test_an_arrival_goes_to_the_same_agent_in_both(
    world: World, item: Waits, team: dict[str, Works], day: dict[str, Any], parameters: Parameters, also: list[Waits]
) -> None:
    waiting = list({each.number: each for each in [*also, item]}.values())
    _lay(world, waiting, team, day)
    with world.scope("agent", Permission.DESK_USE):
        row = db.session.execute(
            sa.text("select agent from kcc_offer(:item, cast(:p as jsonb), :at)"),
            {"item": item.id, "p": json.dumps(asdict(parameters)), "at": MOMENT},
        ).one()
        db.session.rollback()
    agents = [_agent(world, person, works, parameters) for person, works in team.items() if works.state != "offline"]
    expected = rules_choice.choose_agent(
        _candidate(world, item, team, day), agents, _situation(waiting, team, day), parameters
    )
    assert row.agent == expected.id


def _lay(world: World, waiting: Sequence[Waits], team: dict[str, Works], day: dict[str, Any]) -> None:
    with world.admin() as admin:
        admin.execute("truncate work_item, agent_state, agent_skill, agent_language, service_level_today cascade")
        for person, works in team.items():
            _lay_agent(world, admin, person, works)
        for item in waiting:
            _lay_item(world, admin, item)
        for town, tally in day.items():
            if tally is not None:
                admin.execute(
                    "insert into service_level_today (municipality_id, on_day, channel, ok, total, at) values (%s, %s, 'phone', %s, %s, now())",
                    (world.towns[town], TODAY, *tally),
                )


def _lay_agent(world: World, admin: psycopg.Connection[Any], person: str, works: Works) -> None:
    account = world.people[person]
    admin.execute(
        "insert into agent_state (account_id, centre_id, state, reason, since, idle_since, resume) values (%s, %s, %s, '', %s, %s, 'available')",
        (account, world.centres["noord"], works.state, MOMENT, MOMENT - timedelta(seconds=works.idle)),
    )
    for group, level in (("", works.level), ("groep", works.group_level)):
        if level is not None:
            admin.execute(
                "insert into agent_skill (account_id, municipality_id, topic_group, level) values (%s, %s, %s, %s)",
                (account, world.towns["Aalburg"], group, level),
            )
    if works.english:
        admin.execute(
            "insert into agent_language (account_id, centre_id, language) values (%s, %s, 'en')",
            (account, world.centres["noord"]),
        )
    if works.soft is not None:
        _insert(
            admin, id=uuid.uuid4(), municipality_id=world.towns["Aalburg"], kind="mail", channel="email", state="taken",
            priority_class=4, since=MOMENT - timedelta(hours=9), account_id=account, interruptions=works.interruptions,
            claimed_at=MOMENT - timedelta(seconds=works.soft), due_at=MOMENT,
        )  # fmt: skip


def _lay_item(world: World, admin: psycopg.Connection[Any], item: Waits) -> None:
    since = MOMENT - timedelta(milliseconds=item.milliseconds)
    due, promise = _due(item), _promise(item)
    _insert(
        admin, id=item.id, municipality_id=world.towns[item.town], kind=item.kind, channel="phone", state="waiting",
        priority_class=0 if item.crisis else rules.first_class(item.kind), since=since, due_at=due, promise_until=promise,
        urgent_at=_urgent(item), boost_seconds=item.boost, in_profile=item.in_profile, topic_group=item.group,
        language=item.language, cost=item.cost, sticky_account_id=world.people[item.sticky] if item.sticky else None,
        sticky_until=MOMENT + timedelta(seconds=item.sticky_seconds) if item.sticky else None,
        refused_by=[world.people[person] for person in item.refused],
    )  # fmt: skip


def _insert(admin: psycopg.Connection[Any], **values: Any) -> None:
    usual = {
        "subject_id": uuid.uuid4(), "topic_group": "", "language": "nl", "boost_seconds": 0, "in_profile": True, "cost": 100,
        "interruptions": 0, "refused_by": [],
    }  # fmt: skip
    row = {**usual, **values}
    places = ", ".join(["%s"] * len(row))
    admin.execute(f"insert into work_item ({', '.join(row)}) values ({places})".encode(), list(row.values()))


def _is_live(item: Waits) -> bool:
    return item.kind in rules.LIVE_KINDS


def _due(item: Waits) -> datetime | None:
    return None if _is_live(item) else MOMENT + timedelta(minutes=item.due_minutes)


def _promise(item: Waits) -> datetime | None:
    return _due(item) if item.kind == "callback" else None


def _urgent(item: Waits) -> datetime | None:
    since = MOMENT - timedelta(milliseconds=item.milliseconds)
    return rules.urgent_at(
        item.kind, since=since, due_at=_due(item), promise_until=_promise(item), zone="Europe/Amsterdam"
    )


def _candidate(world: World, item: Waits, team: dict[str, Works], day: dict[str, Any]) -> Candidate:
    first = 0 if item.crisis else rules.first_class(item.kind)
    holder_works = item.sticky is not None and team[item.sticky].state != "offline"
    return Candidate(
        id=item.id, municipality_id=world.towns[item.town], waited=item.milliseconds / 1000, boost=item.boost,
        priority_class=rules.class_at(item.kind, first, _urgent(item), MOMENT), in_profile=item.in_profile,
        due_in=item.due_minutes * 60.0, target=0.8, within=25.0, tally=Tally(*(day[item.town] or (0, 0))),
        topic_group=item.group, language=item.language, cost=item.cost,
        sticky_to=world.people[item.sticky] if item.sticky else None,
        sticky_left=item.sticky_seconds if holder_works else 0,
        refused_by=frozenset(world.people[person] for person in item.refused),
    )  # fmt: skip


def _agent(world: World, person: str, works: Works, parameters: Parameters) -> Agent:
    town = world.towns["Aalburg"]
    skills = {(town, ""): works.level, (town, "groep"): works.group_level}
    held = {key: level for key, level in skills.items() if level is not None}
    is_soft = works.soft is not None and works.interruptions < parameters.most_interruptions
    return Agent(
        id=world.people[person], free=works.state == "available", idle=works.idle,
        load=100 if works.soft is not None and not is_soft else 0, soft_load=100 if is_soft else 0,
        invested=float(works.soft or 0), towns=frozenset(world.towns[name] for name in WORKS[person]), skills=held,
        languages=frozenset({"nl", "en"}) if works.english else frozenset({"nl"}), expert_towns=int(2 in held.values()),
    )  # fmt: skip


def _situation(waiting: Sequence[Waits], team: dict[str, Works], day: dict[str, Any]) -> Situation:
    known = [tally for tally in day.values() if tally is not None]
    return Situation(
        ready=sum(works.state in ("available", "in_conversation", "wrap_up") for works in team.values()),
        idle=sum(works.state == "available" and works.soft is None for works in team.values()),
        pool={"phone": Tally(sum(ok for ok, _total in known), sum(total for _ok, total in known))},
        live_expected=any(_is_live(item) for item in waiting),
    )
