"""The same day on paper and through the SQL of the database: the clock of the simulation, decisions of the real functions."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from kcc.core.db import new_id
from kcc.routing.rules import PriorityClass
from kcc.routing.rules_choice import Parameters
from kcc.routing.simulation import Agent, Arrival, Item, Line, Settings, Simulation
from kcc.routing.simulation_arrivals import Traffic, calls, mails, merged
from kcc.routing.simulation_choice import Agreement, ProductChoice, hourly
from tests.proofs._house import House
from tests.support.world import World

TOWNS = ("Aalburg", "Bergen", "Cadzand")
SHARES = (72.0, 16.0, 14.0)
WITHIN = 25.0
START = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
EXPERTS = ((0,), (0,), (0,), (1,), (2,), (0, 1))
"""For each agent, the towns in which they are experienced; elsewhere they have the basic level, the last none in Cadzand."""


def a_day(towns: Sequence[int], seed: int, hours: float) -> list[Arrival]:
    """Calls, mails, callers who had the case with somebody, and callers who take a call-back."""
    shares = dict(zip(towns, SHARES, strict=True))
    chance = random.Random(seed)
    traffic = Traffic.of_load(5.0, shares, accepts_callback=0.3)
    live = [
        replace(call, knows=chance.randrange(len(EXPERTS))) if chance.random() < 0.1 else call
        for call in calls(traffic, chance, hours * 3600)
    ]
    return merged(live, mails(int(6 * hours), shares, chance, seconds=hours * 3600))


def crew(towns: Sequence[int]) -> list[Agent]:
    """Six agents."""
    levels = [{towns[place]: 2 for place in places} for places in EXPERTS]
    levels[-1][towns[2]] = 0
    return [Agent(number, level) for number, level in enumerate(levels)]


def both_ways(place: House, seed: int, hours: float, in_database: Parameters | None = None) -> dict[str, Any]:
    """Play a day twice and compare the logs, event by event; ``in_database`` plants other settings there, as a control."""
    towns = [place.world.towns[name] for name in TOWNS]
    coming = a_day(towns, seed, hours)
    settings = Settings(basic_factor=1.25, within=dict.fromkeys(towns, WITHIN), keeps_log=True)
    used = Parameters()
    with psycopg.connect(place.admin_url, autocommit=True) as admin:
        admin.execute("set synchronous_commit = off")
        paper = Simulation(crew(towns), _rules(used, towns), settings)
        paper.run(coming)
        agents = crew(towns)
        real = Simulation(agents, DatabaseChoice(in_database or used, towns, admin, place.world, agents), settings)
        real.run(coming)
    first = next(
        (number for number, pair in enumerate(zip(paper.log, real.log, strict=False)) if pair[0] != pair[1]), None
    )
    return {
        "arrivals": len(coming),
        "events": len(paper.log),
        "events_in_database": len(real.log),
        "differ_from": first,
        "first_difference": _words(paper.log, real.log, first),
        "interruptions": sum(line.event == "interrupted" for line in paper.log),
        "callbacks": sum(line.event == "called_back_later" for line in paper.log),
        "equal": paper.log == real.log,
    }


def _words(paper: list[Line], real: list[Line], first: int | None) -> str | None:
    return None if first is None else f"{paper[first]} / {real[first]}"


def _rules(parameters: Parameters, towns: Sequence[int]) -> ProductChoice:
    forecast = dict.fromkeys(towns, 10.0)
    return ProductChoice(parameters, dict.fromkeys(towns, Agreement(0.8, WITHIN)), hourly(forecast))


class DatabaseChoice(ProductChoice):
    """Lets the functions of the database choose: ``kcc_offer`` for what comes in, ``kcc_claim_next`` for who is free.

    How an item enters (class, profile, hold) is the rules' in service too, so that is shared; who gets what is not.
    """

    def __init__(
        self, parameters: Parameters, towns: Sequence[int], admin: psycopg.Connection[Any], world: World, agents: Sequence[Agent]
    ) -> None:  # fmt: skip
        base = _rules(parameters, towns)
        super().__init__(parameters, base.agreements, base.expected)
        self.admin = admin
        self.json = json.dumps(asdict(parameters))
        self.ids: dict[int, uuid.UUID] = {}
        self.in_hand: dict[int, Item] = {}
        self.written: dict[int, tuple[int, int]] = {}
        self.idle: dict[int, float] = {}
        self.to_interrupt: Agent | None = None
        self.accounts, self.secrets = _people(admin, world, towns, agents)
        self.numbers = {account: number for number, account in enumerate(self.accounts)}

    def enters(self, pool: Simulation, item: Item, at: float) -> None:
        """As the rules say, written into the table."""
        super().enters(pool, item, at)
        values = (
            item.kind, item.first_class, _moment(item.urgent_at), _moment(item.promise_until),
            _moment(item.promise_until if item.promise_until is not None else item.arrival.due),
        )  # fmt: skip
        if item.number in self.ids:
            self.admin.execute(
                "update work_item set kind = %s, priority_class = %s, urgent_at = %s, promise_until = %s, due_at = %s where id = %s",
                (*values, self.ids[item.number]),
            )
            return
        self.ids[item.number] = new_id()
        knows = None if item.arrival.knows is None else self.accounts[item.arrival.knows]
        self.admin.execute(
            "insert into work_item (kind, priority_class, urgent_at, promise_until, due_at, id, municipality_id, channel, subject_id, topic_group,"
            " language, state, since, boost_seconds, in_profile, cost, sticky_account_id, sticky_until, interruptions, refused_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, gen_random_uuid(), '', 'nl', 'waiting', %s, 0, %s, 100, %s, %s, 0, '{}')",
            (*values, self.ids[item.number], item.arrival.town, item.arrival.channel, _moment(item.since), item.in_profile, knows,
             _moment(item.sticky_until)),
        )  # fmt: skip

    def item_for(self, pool: Simulation, agent: Agent, at: float) -> Item | None:
        """What the database gives this agent."""
        found = self._claim(pool, agent, at)
        return None if found is None else pool.waiting[found]

    def agent_for(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Whom the database offers it to; one who would have to put work down is kept for ``interrupts``."""
        self.to_interrupt = None
        if item.class_at(at) > PriorityClass.LIVE:
            return self._claims(pool, item, at)
        self._sync(pool, at)
        self._enter(0)
        row = self.admin.execute(
            "select agent from kcc_offer(%s, %s, %s)", (self.ids[item.number], self.json, _moment(at))
        ).fetchone()
        if row is None or row[0] is None:
            return None
        agent = pool.agents[self.numbers[row[0]]]
        if agent.number in pool.ready:
            return agent
        self.to_interrupt = agent
        return None

    def interrupts(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Who the offer just now would take from other work."""
        agent, self.to_interrupt = self.to_interrupt, None
        if agent is not None and agent.item is not None:
            self.in_hand.pop(agent.item.number, None)
            self.admin.execute(
                "update work_item set state = 'waiting', account_id = null, claimed_at = null, interruptions = interruptions + 1 where id = %s",
                (self.ids[agent.item.number],),
            )
        return agent

    def left(self, pool: Simulation, item: Item, at: float) -> None:
        """Write down that it was taken, or is gone."""
        if item.state == "gone":
            self.admin.execute(
                "update work_item set state = 'withdrawn', done_at = %s where id = %s",
                (_moment(at), self.ids[item.number]),
            )
            return
        agent = next(agent for agent in pool.agents if agent.item is item)
        self.in_hand[item.number] = item
        self.admin.execute(
            "update work_item set state = 'taken', account_id = %s, claimed_at = %s, offered_to = null, offered_at = null, offer_until = null where id = %s",
            (self.accounts[agent.number], _moment(at), self.ids[item.number]),
        )

    def _claims(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        if not pool.ready:
            return None
        pool.waiting[item.number] = item
        first = min(pool.ready.values(), key=lambda agent: (agent.idle_since, agent.number))
        found = self._claim(pool, first, at)
        return first if found == item.number else None

    def _claim(self, pool: Simulation, agent: Agent, at: float) -> int | None:
        self._sync(pool, at)
        self._enter(agent.number)
        row = self.admin.execute("select item from kcc_claim_next(%s, 'take', %s)", (self.json, _moment(at))).fetchone()
        if row is None or row[0] is None:
            return None
        return next(number for number, known in self.ids.items() if known == row[0])

    def _enter(self, number: int) -> None:
        self.admin.execute(
            "select set_config('kcc.secret', %s, false), set_config('kcc.permission', 'desk:use', false)",
            (self.secrets[number],),
        )

    def _sync(self, pool: Simulation, at: float) -> None:
        """Tell the database what the clock knows: what is done, since when agents are idle, today's figures."""
        for number, item in list(self.in_hand.items()):
            if item.state == "done":
                del self.in_hand[number]
                self.admin.execute(
                    "update work_item set state = 'done', done_at = %s where id = %s", (_moment(at), self.ids[number])
                )
        for agent in pool.agents:
            if self.idle.get(agent.number) != agent.idle_since:
                self.idle[agent.number] = agent.idle_since
                self.admin.execute(
                    "update agent_state set idle_since = %s where account_id = %s", (_moment(agent.idle_since), self.accounts[agent.number])
                )  # fmt: skip
        for town, (ok, total) in pool.today.items():
            if self.written.get(town) != (ok, total):
                self.written[town] = (ok, total)
                self.admin.execute(
                    "insert into service_level_today (municipality_id, on_day, channel, ok, total, at) values (%s, %s, 'phone', %s, %s, now())"
                    " on conflict (municipality_id, on_day, channel) do update set ok = excluded.ok, total = excluded.total",
                    (town, START.date(), ok, total),
                )


def _people(
    admin: psycopg.Connection[Any], world: World, towns: Sequence[int], agents: Sequence[Agent]
) -> tuple[list[uuid.UUID], list[str]]:
    """Agents of all towns with their skills, at work, each with an open session."""
    admin.execute(
        "delete from service_level_today; delete from routing_decision; delete from work_item; delete from agent_state"
    )
    accounts, opened = [], []
    for agent in agents:
        account, secret = new_id(), secrets.token_urlsafe(32)
        accounts.append(account)
        opened.append(secret)
        admin.execute(
            "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, 'A', 'nl', true, true, now())",
            (account, f"{account}@kcc.example"),
        )
        admin.execute(
            "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
            " values (%s, 'session', %s, true, now() + interval '8 hours', interval '8 hours', 'proof')",
            (hashlib.sha256(secret.encode()).digest(), account),
        )
        for town in towns:
            admin.execute(
                "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, 'agent', '2011-01-01')",
                (new_id(), town, account),
            )
            admin.execute(
                "insert into agent_skill (municipality_id, account_id, topic_group, level) values (%s, %s, '', %s)",
                (town, account, agent.level(town)),
            )
        admin.execute(
            "insert into agent_state (centre_id, account_id, state, reason, since, idle_since, resume) values (%s, %s, 'available', '', %s, %s, 'available')",
            (world.centres["noord"], account, START, START),
        )
    return accounts, opened


def _moment(at: float | None) -> datetime | None:
    return None if at is None else START + timedelta(milliseconds=round(at * 1000))
