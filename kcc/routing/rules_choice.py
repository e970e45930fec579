"""How an agent and an item find each other: the whole algorithm on paper, the same that the database runs.

The database does it while it locks (``kcc_claim_next``, ``kcc_offer`` in migrations/sql); a property test has both decide
in random situations and compares. So whoever wants to know what the queue would do can ask here, without a database.

The interface, for a simulation and for a replay of recorded arrivals::

    parameters = Parameters()                      # one centre's, with the defaults of the study
    situation  = Situation(ready=10, idle=3, pool={"phone": Tally(ok=80, total=100)}, live_expected=True)
    choice = choose_item(candidates, agent, situation, parameters)      # an agent is free: which item?  (pull)
    choice = choose_agent(candidate, agents, situation, parameters)     # an item comes in: which agent? (push)
    choice.id, choice.considered                   # an id or None; for each candidate its rank or why it was passed over
    bucket, in_profile = take_token(bucket, seconds, expected, parameters)     # once for each live arrival, per town

``Candidate`` and ``Agent`` hold figures relative to the moment of deciding: ``waited`` and ``idle`` are seconds until now,
``due_in`` seconds from now. Ids may be of any type that can be ordered (UUIDs in service, numbers in a simulation).

Where the rules come from: delay ratio as in accumulating priority queues (Stanford, Taylor, Ziedins 2014); expert first
with a basic level for everybody, because hard skills made the spread between towns 18 to 29 percentage points in
simulation and a basic level 0.4; the shrunk level of today so that a small town does not jitter; a reserve of idle agents
before work that can wait (Bhulai and Koole 2003). Never: "late already, so last". That raises the service level of a day
and lets people wait for ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from kcc.routing.rules import PriorityClass

FULL = 100
"""All of an agent's attention."""
USUAL_LEVEL = 1
EXPERT = 2
STARVING = 1e6
"""Added to the wait of whoever waited too long: more than any score can be."""


@dataclass(frozen=True)
class Parameters:
    """What a centre can set. Seconds, shares between 0 and 1, factors. The defaults are those of the study."""

    kappa: float = 8.0
    """How strongly a town that is behind its agreement today goes before others."""
    clip: float = 0.2
    """The largest shortfall (as share) that counts."""
    prior_weight: float = 10.0
    """As many contacts at target are assumed before the day begins, so that the first caller of a day decides nothing."""
    basic_factor: float = 0.8
    """Score for an agent of basic level: with an expert's item at hand, that one goes first."""
    out_of_profile_factor: float = 0.25
    """Score of arrivals above a town's share, while the pool as a whole is behind."""
    starving_after: float = 120.0
    """From here on the oldest goes first, whatever else holds."""
    bucket_factor: float = 1.3
    bucket_burst: float = 6.0
    boost_step: float = 10.0
    """Seconds of advantage after an offer that was not answered."""
    offer_seconds: float = 20.0
    reserve_share: float = 0.2
    interruptible: bool = True
    most_interruptions: int = 2
    language_wait: float = 60.0
    """So long an item in another language waits for somebody who speaks it; then anybody may take it."""
    sticky_live_least: float = 5.0
    sticky_async_hours: float = 4.0
    """Working hours in which an open case waits for the agent who had it."""
    callback_offer_after: float = 30.0
    """Expected wait above which a caller may choose to be called back."""
    callback_always_after: float = 60.0
    callback_window: float = 7200.0
    callback_urgent_share: float = 0.75

    @property
    def offer_time(self) -> timedelta:
        """How long an offer rings."""
        return timedelta(seconds=self.offer_seconds)

    @property
    def callback_time(self) -> timedelta:
        """The window within which a call-back is promised."""
        return timedelta(seconds=self.callback_window)


@dataclass(frozen=True)
class Tally:
    """How many live contacts of today were answered in time, of how many that count."""

    ok: float = 0
    total: float = 0


@dataclass(frozen=True)
class Situation:
    """What is so in the whole centre: agents at work and agents idle, today's tallies by channel over all towns.

    ``live_expected``: whether calls or visitors come in here at all these hours; if not, nobody is kept free for them.
    """

    ready: int = 1
    idle: int = 1
    pool: Mapping[str, Tally] = field(default_factory=dict)
    live_expected: bool = True


@dataclass(frozen=True)
class Candidate:
    """An item that waits, as figures. ``target`` is a share, ``within`` and ``waited`` seconds, ``tally`` its town's today."""

    id: Any
    municipality_id: int
    priority_class: int = 2
    waited: float = 0.0
    channel: str = "phone"
    topic_group: str = ""
    language: str = "nl"
    boost: float = 0.0
    in_profile: bool = True
    due_in: float = 0.0
    target: float = 0.8
    within: float = 20.0
    tally: Tally = Tally()
    cost: int = FULL
    sticky_to: Any = None
    sticky_left: float = 0.0
    """Seconds for which it still waits for ``sticky_to``; not above 0 when that agent is not at work."""
    refused_by: frozenset[Any] = frozenset()


@dataclass(frozen=True)
class Agent:
    """An agent, as figures. Skills by (municipality, topic group), "" for all groups; what is not there is level 1."""

    id: Any
    free: bool = True
    """Available, with no offer ringing."""
    idle: float = 0.0
    load: int = 0
    """Percent of attention for work that is not put down: live work, and work that was put down too often already."""
    soft_load: int = 0
    """Percent for work that is put down when a live contact comes."""
    invested: float = 0.0
    """Seconds already spent on that work."""
    towns: frozenset[int] | None = None
    """Towns this agent works for; None for all."""
    skills: Mapping[tuple[int, str], int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset({"nl"})
    expert_towns: int = 0
    """For how many towns this agent is an expert: who knows few is asked first, who knows many is kept."""


class Why(StrEnum):
    """Why an item or an agent was passed over."""

    TOWN = "town"
    LEVEL = "level"
    LANGUAGE = "language"
    STICKY = "sticky"
    CAPACITY = "capacity"
    RESERVE = "reserve"
    REFUSED = "refused"
    BUSY = "busy"


@dataclass(frozen=True)
class Considered:
    """A candidate or agent that was looked at: its rank key and parts of the score, or why it was passed over."""

    id: Any
    why_not: Why | None
    key: tuple[Any, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """Who or what was chosen (None: nothing), whether that interrupts work, and all that was looked at, best first."""

    id: Any
    considered: tuple[Considered, ...]
    interrupts: bool = False


def shrunk_level(tally: Tally, target: float, parameters: Parameters) -> float:
    """Today's service level of a town, drawn towards its target while there are few contacts."""
    return (tally.ok + parameters.prior_weight * target) / (tally.total + parameters.prior_weight)


def level_of(agent: Agent, candidate: Candidate) -> int:
    """The agent's level for an item: 2 experienced, 1 with the knowledge base, 0 not allowed.

    In a crisis everybody counts as experienced, but who may not see a town's or topic's affairs still may not.
    """
    group = agent.skills.get((candidate.municipality_id, candidate.topic_group))
    level = agent.skills.get((candidate.municipality_id, ""), USUAL_LEVEL) if group is None else group
    return EXPERT if level and candidate.priority_class == PriorityClass.CRISIS else level


def score(candidate: Candidate, level: int, situation: Situation, parameters: Parameters) -> dict[str, float]:
    """The score of an item for an agent of this level, with its parts; the highest goes first within a class."""
    if candidate.waited >= parameters.starving_after:
        return {"score": STARVING + candidate.waited, "starving": 1.0}
    behind = candidate.target - shrunk_level(candidate.tally, candidate.target, parameters)
    pool = situation.pool.get(candidate.channel, Tally())
    is_pool_well = shrunk_level(pool, candidate.target, parameters) >= candidate.target
    parts = {
        "ratio": (candidate.waited + candidate.boost + 1) / max(candidate.within, 1.0),
        "profile": 1.0 if candidate.in_profile or is_pool_well else parameters.out_of_profile_factor,
        "level": math.exp(parameters.kappa * min(max(behind, -parameters.clip), parameters.clip)),
        "skill": parameters.basic_factor if level == USUAL_LEVEL else 1.0,
    }
    return {"score": parts["ratio"] * parts["profile"] * parts["level"] * parts["skill"], **parts}


def rank(candidate: Candidate, parts: Mapping[str, float]) -> tuple[Any, ...]:
    """The key by which items are put in order for one agent, smallest first: strictly by class, then by score or due time."""
    if candidate.priority_class <= PriorityClass.LIVE:
        return (candidate.priority_class, -parts["score"], -candidate.waited, candidate.id)
    return (candidate.priority_class, candidate.due_in, -candidate.waited, candidate.id)


def reserve(situation: Situation, parameters: Parameters) -> int:
    """How many idle agents are kept for calls and visitors before work that can wait is begun."""
    if situation.ready <= 1 or not situation.live_expected:
        return 0
    if parameters.interruptible:
        return 1
    return max(1, math.floor(parameters.reserve_share * situation.ready + 0.5))


def choose_item(candidates: Iterable[Candidate], agent: Agent, situation: Situation, parameters: Parameters) -> Choice:
    """What this agent, who is free, should do now: the best item that this agent may take."""
    looked = [_look_at_item(candidate, agent, situation, parameters) for candidate in candidates]
    ranked = sorted((each for each in looked if each.why_not is None), key=lambda each: each.key)
    passed = [each for each in looked if each.why_not is not None]
    return Choice(ranked[0].id if ranked else None, (*ranked, *passed))


def _look_at_item(candidate: Candidate, agent: Agent, situation: Situation, parameters: Parameters) -> Considered:
    level = level_of(agent, candidate)
    why = why_not(candidate, agent, level, situation, parameters)
    if why is not None:
        return Considered(candidate.id, why)
    parts = {} if candidate.priority_class > PriorityClass.LIVE else score(candidate, level, situation, parameters)
    return Considered(candidate.id, None, rank(candidate, parts), {**parts, "agent_level": float(level)})


def why_not(candidate: Candidate, agent: Agent, level: int, situation: Situation, parameters: Parameters) -> Why | None:
    """Why this agent does not get this item now, None when nothing stands between them."""
    can_wait = candidate.priority_class > PriorityClass.LIVE
    is_held = candidate.sticky_to is not None and candidate.sticky_to != agent.id and candidate.sticky_left > 0
    checks = (
        (Why.TOWN, agent.towns is not None and candidate.municipality_id not in agent.towns),
        (Why.LEVEL, level <= 0),
        (Why.LANGUAGE, candidate.language not in agent.languages and candidate.waited < parameters.language_wait),
        (Why.STICKY, is_held),
        (Why.CAPACITY, load_against(agent, candidate, parameters) + candidate.cost > FULL),
        (Why.RESERVE, can_wait and situation.idle <= reserve(situation, parameters)),
    )
    return next((why for why, holds in checks if holds), None)


def load_against(agent: Agent, candidate: Candidate, parameters: Parameters) -> int:
    """Percent of the agent's attention that is gone for this item: work that is put down for it does not count."""
    puts_down = parameters.interruptible and candidate.priority_class <= PriorityClass.LIVE
    return agent.load if puts_down else agent.load + agent.soft_load


def choose_agent(candidate: Candidate, agents: Iterable[Agent], situation: Situation, parameters: Parameters) -> Choice:
    """Who should be offered this item: sticky agent, then idle before interrupted, expert, few towns, longest idle."""
    by_id = {agent.id: agent for agent in agents}
    looked = [_look_at_agent(candidate, agent, situation, parameters) for agent in by_id.values()]
    ranked = sorted((each for each in looked if each.why_not is None), key=lambda each: each.key)
    passed = [each for each in looked if each.why_not is not None]
    chosen = by_id[ranked[0].id] if ranked else None
    return Choice(chosen.id if chosen else None, (*ranked, *passed), bool(chosen and interrupts(candidate, chosen)))


def _look_at_agent(candidate: Candidate, agent: Agent, situation: Situation, parameters: Parameters) -> Considered:
    if not agent.free:
        return Considered(agent.id, Why.BUSY)
    level = level_of(agent, candidate)
    why = why_not(candidate, agent, level, situation, parameters)
    if why is None and agent.id in candidate.refused_by and candidate.waited < parameters.starving_after:
        why = Why.REFUSED
    if why is not None:
        return Considered(agent.id, why)
    interrupted = interrupts(candidate, agent)
    key = (
        candidate.sticky_to is None or candidate.sticky_to != agent.id,
        interrupted,
        -level,
        agent.expert_towns,
        agent.invested if interrupted else 0.0,
        -agent.idle,
        agent.id,
    )
    return Considered(agent.id, None, key, {"agent_level": float(level), "idle": agent.idle})


def interrupts(candidate: Candidate, agent: Agent) -> bool:
    """Whether the agent would have to put work down for this item."""
    return agent.load + agent.soft_load + candidate.cost > FULL


def take_token(tokens: float, seconds: float, expected: float, parameters: Parameters) -> tuple[float, bool]:
    """A live contact of a town comes in, ``seconds`` after the one before: tokens left, and whether it is in profile.

    ``expected`` is the forecast of arrivals in this half hour. A token comes in at 1.3 times that rate, up to a burst.
    """
    rate = parameters.bucket_factor * expected / 1800
    filled = min(parameters.bucket_burst, tokens + max(seconds, 0.0) * rate)
    return (filled - 1, True) if filled >= 1 else (filled, False)


def expected_wait(position: int, handling_seconds: float, agents: int) -> float | None:
    """Seconds until somebody with ``position`` others before them is helped; None when nobody is at work."""
    return (position + 1) * handling_seconds / agents if agents > 0 else None


def may_be_called_back(expected: float | None, waited: float, parameters: Parameters) -> bool:
    """Whether a caller is asked if they would rather be called back; also when nobody is at work."""
    return expected is None or expected > parameters.callback_offer_after or waited > parameters.callback_always_after


def live_hold_seconds(within: float, parameters: Parameters) -> float:
    """So long a caller with an open case waits for the agent who had it."""
    return max(parameters.sticky_live_least, within / 2)
