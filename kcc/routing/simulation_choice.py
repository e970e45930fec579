"""The product's own rules (``rules_choice``) as they decide on paper: the same functions that the database is held equal to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, cast

from kcc.routing import rules, rules_choice
from kcc.routing.rules_choice import Candidate, Parameters, Situation, Tally
from kcc.routing.simulation import LIVE, Agent, Item, Simulation

LIVE_EXPECTED_FOR = 3600.0
"""So long (s) after a live contact more of them are expected, and somebody is kept free."""


@dataclass(frozen=True)
class Agreement:
    """What a town agreed for its calls: which share of them is answered within how many seconds."""

    target: float = 0.8
    within: float = 20.0


def hourly(per_half_hour: Mapping[int, float]) -> Callable[[int, float], float]:
    """A forecast that is the same all day: arrivals per half hour by town."""
    return lambda town, _at: per_half_hour.get(town, 0.0)


class ProductChoice:
    """Decides as the product does. ``expected`` forecasts a town's calls per half hour at a moment (s)."""

    def __init__(
        self,
        parameters: Parameters,
        agreements: Mapping[int, Agreement],
        expected: Callable[[int, float], float],
        handling: float = 290.0,
    ) -> None:
        self.parameters = parameters
        self.agreements = agreements
        self.expected = expected
        self.handling = handling
        self.buckets: dict[int, tuple[float, float]] = {}
        self.last_live = -inf

    # what Choice asks -------------------------------------------------------------------------------------------------
    def enters(self, pool: Simulation, item: Item, at: float) -> None:
        """Class by kind, profile by the town's bucket, a hold for the agent who knows the case."""
        moment = cast(Any, at)  # the rules compare moments and take shares of them: seconds do as well as datetimes
        item.first_class = int(rules.first_class(item.kind))
        if item.kind == "callback":
            urgent = rules.urgent_at(
                item.kind, since=cast(Any, item.since), due_at=None, promise_until=cast(Any, item.promise_until),
                zone="", share=self.parameters.callback_urgent_share,
            )  # fmt: skip
            item.urgent_at = cast(Any, urgent)
        elif item.arrival.due is not None and item.arrival.due <= 0:
            item.urgent_at = moment
        if item.kind in LIVE:
            self.last_live = at
            self._take_token(item, at)
            if item.arrival.knows is not None:
                within = self.agreement(item.arrival.town).within
                item.sticky_until = item.since + rules_choice.live_hold_seconds(within, self.parameters)

    def item_for(self, pool: Simulation, agent: Agent, at: float) -> Item | None:
        """What the rules give an agent who is free."""
        candidates = [self._candidate(pool, item, at) for item in pool.waiting.values()]
        chosen = rules_choice.choose_item(candidates, _agent(agent, at), self._situation(pool), self.parameters)
        return None if chosen.id is None else pool.waiting[chosen.id]

    def agent_for(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """To whom of those who are ready the rules give an item; work that can wait is not put before anybody."""
        if not pool.ready or item.class_at(at) > int(rules.PriorityClass.LIVE):
            return self._claims(pool, item, at)
        return self._ask(pool, item, pool.ready.values(), at)

    def interrupts(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Who puts other work down for an item, after the rules."""
        if not self.parameters.interruptible or item.class_at(at) > int(rules.PriorityClass.LIVE):
            return None
        busy = [agent for agent in pool.agents if agent.item is not None and self._may_put_down(agent.item)]
        return self._ask(pool, item, busy, at) if busy else None

    def offers_callback(self, pool: Simulation, item: Item, at: float) -> float | None:
        """A call-back within the window when the wait that is expected is long."""
        ahead = sum(1 for other in pool.waiting.values() if other.kind in LIVE)
        expected = rules_choice.expected_wait(ahead, self.handling, pool.at_work)
        if not rules_choice.may_be_called_back(expected, 0.0, self.parameters):
            return None
        return at + self.parameters.callback_window

    def left(self, pool: Simulation, item: Item, at: float) -> None:
        """The rules look at tallies only, and the clock keeps those."""

    # how the rules see the pool ---------------------------------------------------------------------------------------
    def agreement(self, town: int) -> Agreement:
        """What this town agreed, or the usual."""
        return self.agreements.get(town, USUAL)

    def _claims(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Work that can wait: the agent who is ready longest asks for the next, and gets it if it is this one."""
        if not pool.ready:
            return None
        first = min(pool.ready.values(), key=lambda agent: (agent.idle_since, agent.number))
        candidate = self._candidate(pool, item, at)
        found = rules_choice.choose_item([candidate], _agent(first, at), self._situation(pool), self.parameters)
        return None if found.id is None else first

    def _ask(self, pool: Simulation, item: Item, agents: Iterable[Agent], at: float) -> Agent | None:
        by_number = {agent.number: agent for agent in agents}
        seen = [self._busy_agent(agent, at) if agent.item else _agent(agent, at) for agent in by_number.values()]
        candidate = self._candidate(pool, item, at)
        chosen = rules_choice.choose_agent(candidate, seen, self._situation(pool), self.parameters)
        return None if chosen.id is None else by_number[chosen.id]

    def _busy_agent(self, agent: Agent, at: float) -> rules_choice.Agent:
        seen = _agent(agent, at)
        return rules_choice.Agent(
            id=seen.id, skills=seen.skills, expert_towns=seen.expert_towns, soft_load=rules_choice.FULL,
            invested=at - agent.started,
        )  # fmt: skip

    def _may_put_down(self, item: Item) -> bool:
        return item.kind in rules.INTERRUPTIBLE and item.interruptions < self.parameters.most_interruptions

    def _candidate(self, pool: Simulation, item: Item, at: float) -> Candidate:
        arrival = item.arrival
        agreement = self.agreement(arrival.town)
        ok, total = pool.today_of(arrival.town)
        ends = item.promise_until if item.promise_until is not None else arrival.due
        return Candidate(
            id=item.number,
            municipality_id=arrival.town,
            priority_class=int(rules.class_at(item.kind, item.first_class, cast(Any, item.urgent_at), cast(Any, at))),
            waited=at - item.since,
            channel=arrival.channel,
            topic_group=arrival.group,
            boost=item.boost,
            in_profile=item.in_profile,
            due_in=(inf if ends is None else ends) - at,
            target=agreement.target,
            within=agreement.within,
            tally=Tally(ok, total),
            sticky_to=arrival.knows,
            sticky_left=item.sticky_until - at if item.sticky_until is not None else 0.0,
        )

    def _situation(self, pool: Simulation) -> Situation:
        ok, total = 0, 0
        for figures in pool.today.values():
            ok, total = ok + figures[0], total + figures[1]
        return Situation(
            ready=pool.at_work, idle=len(pool.ready), pool={"phone": Tally(ok, total)},
            live_expected=pool.now - self.last_live < LIVE_EXPECTED_FOR,
        )  # fmt: skip

    def _take_token(self, item: Item, at: float) -> None:
        town = item.arrival.town
        tokens, since = self.buckets.get(town, (self.parameters.bucket_burst, at))
        left, item.in_profile = rules_choice.take_token(tokens, at - since, self.expected(town, at), self.parameters)
        self.buckets[town] = (left, at)


USUAL = Agreement()


def _agent(agent: Agent, at: float) -> rules_choice.Agent:
    if agent.seen is None:
        by_town = {(town, ""): level for town, level in agent.levels.items()}
        agent.seen = (by_town, sum(1 for level in agent.levels.values() if level == rules_choice.EXPERT))
    skills, expert_towns = agent.seen
    towns = None if agent.other else frozenset(town for town, level in agent.levels.items() if level)
    return rules_choice.Agent(
        id=agent.number, idle=at - agent.idle_since, skills=skills, expert_towns=expert_towns, towns=towns
    )
