"""A trial on paper: a recorded week, played with the settings that hold and with those proposed, by the product's own rules.

Each run redraws the week: every recorded arrival comes none, once or more often (Poisson), some minutes earlier or later,
and everybody's patience is drawn anew. Both settings get the same week, so what differs between them is their doing; the
scatter over runs is what one such week may differ from another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf
from typing import Any

from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_intervals import Estimate, redrawn
from kcc.routing.simulation import LIVE, Agent, Arrival, Settings, Simulation, Tally
from kcc.routing.simulation_choice import Agreement, ProductChoice

RUNS = 20
JITTER = 300.0
USUAL_PATIENCE = 180.0
USUAL_HANDLING = {True: 290.0, False: 360.0}
"""Seconds of work, for live kinds and for others, where no work of that kind was recorded."""
FEWEST_GONE = 20
"""With fewer recorded abandonments than this, patience is not estimated but assumed."""
CHANNELS = {"call": "phone", "counter": "counter", "mail": "email", "web_form": "webform", "returned_task": "email"}
FACTS = (
    "offered", "short", "to_callback", "in_time", "answered", "abandoned", "waited", "written_taken", "written_waited",
)  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """A week as it was recorded, without persons: for each day arrivals (second of the day, town, seconds of work or
    None, kind) and the crew (from, until, level by town); agreements by town; mean patience (s) and whether measured."""

    days: tuple[
        tuple[tuple[tuple[float, int, float | None, str], ...], tuple[tuple[float, float, dict[int, int]], ...]], ...
    ]
    agreements: dict[int, Agreement]
    patience: float = USUAL_PATIENCE

    def as_json(self) -> dict[str, Any]:
        """To be kept until the trial is done."""
        return {
            "days": [[[list(a) for a in arrivals], [[b, e, {str(t): v for t, v in levels.items()}] for b, e, levels in crew]]
                     for arrivals, crew in self.days],
            "agreements": {str(town): [a.target, a.within] for town, a in self.agreements.items()},
            "patience": self.patience,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Recorded:
        """As it was kept."""
        return cls(
            tuple(
                (
                    tuple((a[0], a[1], a[2], a[3]) for a in arrivals),
                    tuple((b, e, {int(t): v for t, v in levels.items()}) for b, e, levels in crew),
                )
                for arrivals, crew in kept["days"]
            ),
            {int(town): Agreement(*values) for town, values in kept["agreements"].items()},
            kept["patience"],
        )


@dataclass(frozen=True)
class Change:
    """A figure before, after, and the difference within the same weeks; ``longer``/``shorter`` only beyond chance."""

    before: Estimate
    after: Estimate
    difference: Estimate

    @property
    def verdict(self) -> str:
        """``up`` or ``down`` when the whole interval of the difference lies on one side of zero, else ``same``."""
        if self.difference.low > 0:
            return "up"
        return "down" if self.difference.high < 0 else "same"


@dataclass(frozen=True)
class TownChange:
    """What the proposal does to one town (None: all together): shares, and mean waits in seconds."""

    town: int | None
    calls: float
    level: Change
    wait: Change
    abandonment: Change
    callbacks: Change
    written_wait: Change | None


def patience_of(gone_waits: Iterable[float], answered_waits: Iterable[float]) -> float:
    """Mean patience (s) from recorded waits: all waiting together over how many gave up (right-censored exponential)."""
    gone = list(gone_waits)
    if len(gone) < FEWEST_GONE:
        return USUAL_PATIENCE
    return max(10.0, (sum(gone) + sum(answered_waits)) / len(gone))


def play_run(week: Recorded, before: Parameters, after: Parameters, seed: int) -> dict[str, dict[str, list[float]]]:
    """One redrawn week under both settings: the facts of each town, by ``FACTS``."""
    handlings = _handlings(week)
    result: dict[str, dict[int, Tally]] = {"before": {}, "after": {}}
    expected = _forecast(week)
    within = {town: agreement.within for town, agreement in week.agreements.items()}
    for number, (recorded, crew) in enumerate(week.days):
        coming = redraw(recorded, week.patience, handlings, random.Random(f"{seed}:{number}"))
        for name, parameters in (("before", before), ("after", after)):
            agents = [Agent(i, levels, 0, begins, ends) for i, (begins, ends, levels) in enumerate(crew)]
            choice = ProductChoice(parameters, week.agreements, expected)
            day = Simulation(agents, choice, Settings(within=within))
            for town, tally in day.run(coming).items():
                result[name].setdefault(town, Tally()).add(tally)
    return {
        name: {str(town): [round(getattr(tally, fact), 2) for fact in FACTS] for town, tally in tallies.items()}
        for name, tallies in result.items()
    }


def redraw(
    recorded: Sequence[tuple[float, int, float | None, str]],
    patience: float,
    handlings: Mapping[str, Sequence[float]],
    chance: random.Random,
) -> list[Arrival]:
    """Another day like a recorded one, in order of time; half of the callers take a call-back when it is offered."""
    drawn = []
    for at, town, handling, kind in recorded:
        for _copy in range(_poisson(chance)):
            seconds = (
                handling
                if handling is not None
                else chance.choice(handlings.get(kind) or (USUAL_HANDLING[kind in LIVE],))
            )
            drawn.append(
                Arrival(
                    at=round(max(0.0, at + chance.uniform(-JITTER, JITTER)), 3),
                    town=town,
                    handling=max(1.0, seconds),
                    patience=round(chance.expovariate(1 / patience), 3) if kind in LIVE else inf,
                    kind=kind,
                    channel=CHANNELS.get(kind, "phone"),
                    due=None if kind in LIVE else 2 * 86400.0,
                    accepts_callback=chance.random() < 0.5,
                )
            )
    return sorted(drawn, key=lambda arrival: arrival.at)


def compare(runs: Sequence[Mapping[str, Mapping[str, Sequence[float]]]]) -> list[TownChange]:
    """What the runs say for each town, and for all together (last, ``town`` None). Empty without runs."""
    if not runs:
        return []
    towns = sorted({int(town) for run in runs for town in run["before"]})
    return [_town_change(runs, town) for town in towns] + [_town_change(runs, None)]


def _town_change(runs: Sequence[Mapping[str, Mapping[str, Sequence[float]]]], town: int | None) -> TownChange:
    befores, afters = ([_facts(run[name], town) for run in runs] for name in ("before", "after"))

    def change(figure: Callable[[Mapping[str, float]], float | None]) -> Change:
        pairs = [(figure(one), figure(two)) for one, two in zip(befores, afters, strict=True)]
        known = [(one, two) for one, two in pairs if one is not None and two is not None]
        if not known:
            return Change(NOTHING, NOTHING, NOTHING)
        return Change(
            redrawn([one for one, _two in known]),
            redrawn([two for _one, two in known]),
            redrawn([two - one for one, two in known]),
        )

    has_written = any(facts["written_taken"] for facts in befores + afters)
    return TownChange(
        town,
        calls=sum(facts["offered"] for facts in befores) / len(befores),
        level=change(lambda f: _ratio(f["in_time"], f["offered"] - f["short"] - f["to_callback"])),
        wait=change(lambda f: _ratio(f["waited"], f["offered"] - f["to_callback"])),
        abandonment=change(lambda f: _ratio(f["abandoned"], f["offered"] - f["short"])),
        callbacks=change(lambda f: _ratio(f["to_callback"], f["offered"])),
        written_wait=change(lambda f: _ratio(f["written_waited"], f["written_taken"])) if has_written else None,
    )


NOTHING = Estimate(0.0, 0.0, 0.0)


def _facts(of_towns: Mapping[str, Sequence[float]], town: int | None) -> dict[str, float]:
    rows = [values for key, values in of_towns.items() if town is None or int(key) == town]
    return {fact: sum(row[place] for row in rows) for place, fact in enumerate(FACTS)}


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _poisson(chance: random.Random, mean: float = 1.0) -> int:
    """A Poisson number, by Knuth's multiplication of uniform draws."""
    floor, product, number = exp(-mean), chance.random(), 0
    while product > floor:
        product *= chance.random()
        number += 1
    return number


def _handlings(week: Recorded) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for arrivals, _crew in week.days:
        for _at, _town, handling, kind in arrivals:
            if handling is not None:
                found.setdefault(kind, []).append(handling)
    return found


def _forecast(week: Recorded) -> Callable[[int, float], float]:
    """Live arrivals per half hour of each town: the mean of the week's own days."""
    sums: dict[tuple[int, int], float] = {}
    for arrivals, _crew in week.days:
        for at, town, _handling, kind in arrivals:
            if kind in LIVE:
                key = (town, int(at // 1800))
                sums[key] = sums.get(key, 0.0) + 1 / len(week.days)
    return lambda town, at: sums.get((town, int(at // 1800)), 0.0)
