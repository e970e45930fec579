"""The queue played on paper: arrivals, agents, patience and talk time, with the product's own rules deciding who gets what.

What is decided stands behind ``Choice``; here is only the clock. The same clock drives the rules in memory and the SQL of
the database, so the two can be held against each other event by event. Times are seconds from the start, to the
millisecond; nothing here knows a person.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple, Protocol, cast

EVENTS = ("arrives", "taken", "ends", "gone", "interrupted", "called_back_later")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that comes in: when, for whom, how long it takes an expert, and how long the citizen will wait (s)."""

    at: float
    town: int
    handling: float
    patience: float = inf
    kind: str = "call"
    channel: str = "phone"
    group: str = ""
    due: float | None = None
    accepts_callback: bool = False
    knows: int | None = None
    """The agent who had this case last (sticky), by number."""


@dataclass(slots=True)
class Item:
    """An arrival on its way through the queue."""

    number: int
    arrival: Arrival
    since: float
    kind: str
    handling_left: float
    promise_until: float | None = None
    urgent_at: float | None = None
    first_class: int = 2
    boost: int = 0
    in_profile: bool = True
    sticky_until: float | None = None
    interruptions: int = 0
    state: str = "waiting"

    def class_at(self, at: float) -> int:
        """Its priority class at a moment, as the queue would rank it (see ``rules.class_at``)."""
        if self.urgent_at is None or at < self.urgent_at:
            return self.first_class
        return min(self.first_class, 1 if self.kind == "callback" else 3)


@dataclass(slots=True)
class Agent:
    """Somebody who answers: a level per town (``other`` where none is named) and a shift (s)."""

    number: int
    levels: Mapping[int, int] = field(default_factory=dict)
    other: int = 1
    begins: float = 0.0
    ends: float = inf
    idle_since: float = 0.0
    item: Item | None = None
    started: float = 0.0
    turn: int = 0
    seen: tuple[Mapping[tuple[int, str], int], int] | None = None
    """How rules see the skills, kept once made: by (town, group), and for how many towns at level 2."""

    def level(self, town: int) -> int:
        """2 experienced, 1 basic, 0 not allowed."""
        return self.levels.get(town, self.other)


class Choice(Protocol):
    """What decides. Every method may look at the pool (its waiting items, ready agents and figures of today)."""

    def enters(self, pool: Simulation, item: Item, at: float) -> None:
        """Fill in the item's class, profile and hold as it joins the queue."""

    def item_for(self, pool: Simulation, agent: Agent, at: float) -> Item | None:
        """What this ready agent takes on now, if anything."""

    def agent_for(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Which ready agent gets this item now, if any."""

    def interrupts(self, pool: Simulation, item: Item, at: float) -> Agent | None:
        """Which agent puts other work down for this item, if any."""

    def offers_callback(self, pool: Simulation, item: Item, at: float) -> float | None:
        """Until when (s) the caller would be called back, when that is offered."""

    def left(self, pool: Simulation, item: Item, at: float) -> None:
        """Told that an item is off the queue, taken or gone."""


class Line(NamedTuple):
    """A line of the log; ``agent`` is -1 where nobody is concerned."""

    at: float
    event: str
    item: int
    agent: int


@dataclass(frozen=True)
class Settings:
    """How the world behaves around the queue. ``warm_up``: arrivals before it (s) are played but not counted."""

    basic_factor: float = 1.0
    """Handling time of an agent at level 1, as a multiple of an expert's."""
    within: Mapping[int, float] = field(default_factory=dict)
    """Seconds within which a town wants its calls answered; 20 where not named."""
    short: float = 5.0
    warm_up: float = 0.0
    keeps_log: bool = False


@dataclass(slots=True)
class Tally:
    """What one town saw of one day: counts, and the waits (s) of who was answered."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    short: int = 0
    to_callback: int = 0
    expert: int = 0
    called_back: int = 0
    callbacks_kept: int = 0
    waited: float = 0.0
    """Seconds that callers and visitors waited together, answered or not."""
    written: int = 0
    written_taken: int = 0
    written_waited: float = 0.0
    interruptions: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """Calls over which the service level is taken: without short ones and without accepted call-backs."""
        return self.offered - self.short - self.to_callback

    def add(self, other: Tally) -> None:
        """Take in another day or town."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.waits.extend(other.waits)


COUNTS = tuple(name for name in Tally.__dataclass_fields__ if name != "waits")
LIVE = frozenset({"call", "counter"})


class Simulation:
    """One day of one pool. ``ready`` and ``waiting`` are in the order of arrival; ``today`` is (in time, counted) a town."""

    def __init__(self, agents: Sequence[Agent], choice: Choice, settings: Settings | None = None) -> None:
        self.agents = agents
        self.choice = choice
        self.settings = settings or Settings()
        self.waiting: dict[int, Item] = {}
        self.ready: dict[int, Agent] = {}
        self.today: dict[int, list[int]] = {}
        self.tallies: dict[int, Tally] = {}
        self.log: list[Line] = []
        self.items: list[Item] = []
        self.at_work = 0
        self.now = 0.0
        self._heap: list[tuple[float, int, str, object]] = []
        self._sequence = 0

    def run(self, arrivals: Iterable[Arrival]) -> dict[int, Tally]:
        """Play the day to its end: until nobody waits, or nobody who waits can still be helped. Returns the tallies."""
        for agent in self.agents:
            self._plan(agent.begins, "begins", agent)
            if agent.ends < inf:
                self._plan(agent.ends, "stops", agent)
        coming = iter(arrivals)
        self._plan_next(coming)
        while self._heap:
            self.now, _order, event, subject = heapq.heappop(self._heap)
            if event == "arrives":
                self._arrives(subject)  # type: ignore[arg-type]
                self._plan_next(coming)
            else:
                getattr(self, f"_{event}")(subject)
        return self.tallies

    def within(self, town: int) -> float:
        """Seconds within which this town wants its calls answered."""
        return self.settings.within.get(town, 20.0)

    def today_of(self, town: int) -> list[int]:
        """Answered in time, and counted, since the start."""
        return self.today.setdefault(town, [0, 0])

    def _plan(self, at: float, event: str, subject: object) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (round(at, 3), self._sequence, event, subject))

    def _plan_next(self, coming: Iterable[Arrival]) -> None:
        arrival = next(iter(coming), None)
        if arrival is not None:
            self._plan(arrival.at, "arrives", arrival)

    def _note(self, event: str, item: Item, agent: Agent | None = None) -> None:
        if self.settings.keeps_log:
            self.log.append(Line(self.now, event, item.number, agent.number if agent else -1))

    def _tally(self, item: Item) -> Tally | None:
        """The tally in which an item counts, or None before the warm-up is over."""
        if item.arrival.at < self.settings.warm_up:
            return None
        return self.tallies.setdefault(item.arrival.town, Tally())

    # arrivals ---------------------------------------------------------------------------------------------------------
    def _arrives(self, arrival: Arrival) -> None:
        item = Item(len(self.items), arrival, self.now, arrival.kind, arrival.handling)
        self.items.append(item)
        tally = self._tally(item)
        if tally and item.kind in LIVE:
            tally.offered += 1
        self._note("arrives", item)
        self.choice.enters(self, item, self.now)
        if self._serve(item):
            return
        self._wait(item)

    def _serve(self, item: Item) -> bool:
        agent = self.choice.agent_for(self, item, self.now)
        if agent is None:
            agent = self.choice.interrupts(self, item, self.now)
            if agent is None:
                return False
            self._put_down(agent)
        self._take(agent, item)
        return True

    def _wait(self, item: Item) -> None:
        if item.kind == "call" and item.arrival.accepts_callback:
            until = self.choice.offers_callback(self, item, self.now)
            if until is not None:
                self._turn_into_callback(item, until)
        self.waiting[item.number] = item
        if item.kind in LIVE and item.arrival.patience < inf:
            self._plan(self.now + item.arrival.patience, "gives_up", item)
        for moment in {item.sticky_until, item.urgent_at} - {None}:
            if moment > self.now:  # type: ignore[operator]
                self._plan(moment, "wakes", item)  # type: ignore[arg-type]

    def _turn_into_callback(self, item: Item, until: float) -> None:
        tally = self._tally(item)
        if tally:
            tally.to_callback += 1
        item.kind, item.promise_until = "callback", until
        self._note("called_back_later", item)
        self.choice.enters(self, item, self.now)

    def _wakes(self, item: object) -> None:
        assert isinstance(item, Item)
        if item.number in self.waiting and self._serve(item):
            return

    def _gives_up(self, item: object) -> None:
        assert isinstance(item, Item)
        if item.state != "waiting":
            return
        del self.waiting[item.number]
        item.state = "gone"
        tally = self._tally(item)
        is_short = self.now - item.since < self.settings.short
        if tally:
            tally.short += is_short
            tally.abandoned += not is_short
            tally.waited += self.now - item.since
        if not is_short:
            self.today_of(item.arrival.town)[1] += 1
        self._note("gone", item)
        self.choice.left(self, item, self.now)

    # agents -----------------------------------------------------------------------------------------------------------
    def _begins(self, agent: object) -> None:
        assert isinstance(agent, Agent)
        self.at_work += 1
        self._free(agent)

    def _stops(self, agent: object) -> None:
        assert isinstance(agent, Agent)
        self.at_work -= 1
        self.ready.pop(agent.number, None)

    def _free(self, agent: Agent) -> None:
        agent.item, agent.idle_since = None, self.now
        if self.now >= agent.ends:
            return
        self.ready[agent.number] = agent
        item = self.choice.item_for(self, agent, self.now) if self.waiting else None
        if item is not None:
            self._take(agent, item)

    def _take(self, agent: Agent, item: Item) -> None:
        self.ready.pop(agent.number, None)
        self.waiting.pop(item.number, None)
        agent.item, agent.started, item.state = item, self.now, "taken"
        agent.turn += 1
        level = agent.level(item.arrival.town)
        self._count_taken(item, level)
        self._note("taken", item, agent)
        self.choice.left(self, item, self.now)
        seconds = item.handling_left * (self.settings.basic_factor if level == 1 else 1.0)
        self._plan(self.now + seconds, "ends", (agent, agent.turn))

    def _count_taken(self, item: Item, level: int) -> None:
        waited = self.now - item.since
        in_time = waited <= self.within(item.arrival.town)
        if item.kind in LIVE:
            figures = self.today_of(item.arrival.town)
            figures[0] += in_time
            figures[1] += 1
        tally = self._tally(item)
        if tally is None or item.interruptions:
            return
        tally.expert += level == 2
        if item.kind in LIVE:
            tally.answered += 1
            tally.in_time += in_time
            tally.waited += waited
            tally.waits.append(waited)
        elif item.kind == "callback":
            tally.called_back += 1
            tally.callbacks_kept += item.promise_until is not None and self.now <= item.promise_until
        else:
            tally.written_taken += 1
            tally.written_waited += waited

    def _put_down(self, agent: Agent) -> None:
        """An agent puts interruptible work down; it goes back with its own time, and with what is left of it."""
        item = agent.item
        assert item is not None
        factor = self.settings.basic_factor if agent.level(item.arrival.town) == 1 else 1.0
        item.handling_left = max(0.001, item.handling_left - (self.now - agent.started) / factor)
        item.interruptions += 1
        item.state = "waiting"
        agent.turn += 1
        agent.item = None
        tally = self._tally(item)
        if tally:
            tally.interruptions += 1
        self._note("interrupted", item, agent)
        self.waiting[item.number] = item

    def _ends(self, subject: object) -> None:
        agent, turn = cast(tuple[Agent, int], subject)
        item = agent.item
        if agent.turn != turn or item is None:
            return
        item.state = "done"
        tally = self._tally(item)
        if tally and item.kind not in LIVE and item.kind != "callback":
            tally.written += 1
        self._note("ends", item, agent)
        self._free(agent)
