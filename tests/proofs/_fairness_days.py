"""Days on paper for the proof of fairness: two regions, three ways of being skilled, and what a policy makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_intervals import Estimate, chance_spread, shares, spread
from kcc.routing.simulation import LIVE, Agent, Arrival, Choice, Item, Settings, Simulation, Tally
from kcc.routing.simulation_arrivals import TALK, Traffic, calls, mails, merged
from kcc.routing.simulation_choice import Agreement, ProductChoice, hourly

WARM_UP = 1800.0
STARVING = 120.0

FOUR = {"Spijkenisse": 72.0, "Brielle": 16.0, "Westvoorne": 14.0, "Bernisse": 12.0}
TEN = {
    "Nijmegen": 165.0, "Overbetuwe": 41.0, "Lingewaard": 25.5, "Wijchen": 19.0, "Berg en Dal": 18.5, "Beuningen": 18.0,
    "Druten": 16.5, "Heumen": 9.5, "Mook": 8.0, "Millingen": 6.0,
}  # fmt: skip

Crew = Callable[[], list[Agent]]
Making = Callable[["Case"], Choice]


@dataclass(frozen=True)
class Case:
    """A pool, its crew, what comes in, and how it is to be played."""

    towns: Mapping[str, float]
    load: float
    crew: Crew
    basic_factor: float = 1.0
    surge: tuple[str, float] | None = None
    mails: int = 0
    accepts_callback: float = 0.0
    agreements: Mapping[int, Agreement] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def names(self) -> list[str]:
        """Towns by their number."""
        return list(self.towns)

    @property
    def usual(self) -> Traffic:
        """What comes in on a usual day, without a surge."""
        numbered = dict(enumerate(self.towns.values()))
        return Traffic.of_load(self.load, numbered, accepts_callback=self.accepts_callback)

    @property
    def traffic(self) -> Traffic:
        """What comes in."""
        if self.surge is None:
            return self.usual
        return self.usual.multiplied(self.names.index(self.surge[0]), self.surge[1])

    def days(self, seeds: int, per_seed: int, first: int) -> Iterator[Sequence[Arrival]]:
        """The days of several seeds, the same for every policy."""
        for seed in range(first, first + seeds):
            for day in range(per_seed):
                chance = random.Random(f"{seed}:{day}")
                coming = list(calls(self.traffic, chance))
                yield merged(coming, mails(self.mails, self.traffic.shares, chance)) if self.mails else coming


def product(case: Case) -> Choice:
    """The product's own rules; the forecast is that of a usual day."""
    usual = case.usual
    whole = sum(usual.shares.values())
    expected = {town: usual.per_second * 1800 * share / whole for town, share in usual.shares.items()}
    return ProductChoice(case.parameters, case.agreements, hourly(expected), TALK)


# crews ----------------------------------------------------------------------------------------------------------------
def everybody_everything(number: int) -> Crew:
    """All may take all, nobody is special."""
    return lambda: [Agent(each) for each in range(number)]


def by_lists(lists: Sequence[Sequence[int]], other: int) -> Crew:
    """Agents by the towns in which each is an expert; elsewhere they have the level ``other``."""
    return lambda: [Agent(number, dict.fromkeys(towns, 2), other) for number, towns in enumerate(lists)]


# Ten agents for four towns: 4 for the large one only, 4 for it and a small one, 1 for the small ones, 1 for all.
HARD_FOUR = ((0,), (0,), (0,), (0,), (0, 1), (0, 1), (0, 2), (0, 3), (1, 2, 3), (0, 1, 2, 3))
HOME_FOUR = ((0,), (0,), (0,), (0,), (0,), (0,), (1,), (1,), (2,), (3,))
HARD_TEN = (
    *((0,),) * 8, (0, 1), (0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (1, 7, 8, 9), (1, 2, 3), (4, 5, 6),
    (7, 8, 9), tuple(range(10)),
)  # fmt: skip
HOME_TEN = (*((0,),) * 10, (1,), (1,), (2,), (2,), (3,), (4,), (5,), (6,), (7, 8), (9,))


# playing --------------------------------------------------------------------------------------------------------------
@dataclass
class Played:
    """What came of the days of one case under one policy."""

    case: Case
    days: list[dict[int, Tally]] = field(default_factory=list)
    inversions: int = 0
    taken: int = 0
    longest: float = 0.0

    def counts(self) -> list[dict[int, tuple[float, float]]]:
        """In time, and counted, per town per day."""
        return [{town: (tally.in_time, tally.counted) for town, tally in day.items()} for day in self.days]

    def mean_level(self, town: int) -> float:
        """The service level of one town over all days."""
        sums = [_sum(day, [town], "in_time", "counted") for day in self.days]
        return sum(part for part, _whole in sums) / max(1, sum(whole for _part, whole in sums))

    def level(self, towns: Sequence[int] | None = None) -> Estimate:
        """The service level over these towns (all)."""
        return shares([_sum(day, towns, "in_time", "counted") for day in self.days])

    def abandonment(self, towns: Sequence[int] | None = None) -> Estimate:
        """The share that hung up after 5 s."""
        return shares([_sum(day, towns, "abandoned", "entered") for day in self.days])

    def total(self, name: str) -> int:
        """A count over all towns and days."""
        return sum(getattr(tally, name) for day in self.days for tally in day.values())

    def high_wait(self, share: float = 0.99) -> float:
        """The wait (s) that so many of the answered stayed below."""
        waits = sorted(wait for day in self.days for tally in day.values() for wait in tally.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0

    def figures(self) -> dict[str, object]:
        """For the evidence: levels with intervals, per town, the spread, and what chance alone would show."""
        names = self.case.names
        return {
            "days": len(self.days),
            "level": self.level().rounded(),
            "per_town": {name: round(self.mean_level(number), 4) for number, name in enumerate(names)},
            "spread": spread(self.counts(), draws=100).rounded(),
            "spread_by_chance": round(chance_spread(self.counts(), draws=100), 4),
            "abandonment": self.abandonment().rounded(),
            "wait_p99": round(self.high_wait(), 1),
            "longest_wait": round(self.longest, 1),
            "inversions": self.inversions,
            "decisions": self.taken,
        }


def play(case: Case, making: Making, seeds: int, per_seed: int, first: int = 1, checks: bool = True) -> Played:
    """Play all days of a case under a policy; with ``checks`` the log is searched for inversions."""
    result = Played(case)
    settings = Settings(
        case.basic_factor, {town: a.within for town, a in case.agreements.items()}, warm_up=WARM_UP, keeps_log=checks
    )
    for coming in case.days(seeds, per_seed, first):
        day = Simulation(case.crew(), making(case), settings)
        result.days.append(day.run(coming))
        result.longest = max(result.longest, *(wait for tally in day.tallies.values() for wait in tally.waits), 0.0)
        if checks:
            found, taken = inversions(day)
            result.inversions += found
            result.taken += taken
    return result


def inversions(day: Simulation) -> tuple[int, int]:
    """How often somebody live was helped while another of that class, whom this agent may take, had waited 120 s longer-
    than-allowed and came earlier; and how many were helped. Read from the log alone, not from any score."""
    agents = {agent.number: agent for agent in day.agents}
    waiting: dict[int, Item] = {}
    found = taken = 0
    for at, event, number, agent_number in day.log:
        item = day.items[number]
        if event in ("arrives", "interrupted", "called_back_later"):
            waiting[number] = item
        elif event == "gone":
            waiting.pop(number, None)
        elif event == "taken":
            waiting.pop(number, None)
            taken += 1
            found += _is_overtaking(item, agents[agent_number], waiting.values(), at)
    return found, taken


def _is_overtaking(item: Item, agent: Agent, waiting: object, at: float) -> bool:
    if item.kind not in LIVE:
        return False
    return any(
        other.kind in LIVE
        and at - other.since >= STARVING
        and other.since < item.since
        and agent.level(other.arrival.town) > 0
        and not (other.arrival.knows not in (None, agent.number) and (other.sticky_until or 0) > at)
        for other in waiting  # type: ignore[attr-defined]
    )


def _sum(day: Mapping[int, Tally], towns: Sequence[int] | None, part: str, whole: str) -> tuple[float, float]:
    chosen = [tally for town, tally in day.items() if towns is None or town in towns]
    wholes = [tally.offered - tally.short if whole == "entered" else getattr(tally, whole) for tally in chosen]
    return sum(getattr(tally, part) for tally in chosen), sum(wholes)
