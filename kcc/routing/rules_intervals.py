"""How sure a simulated figure is: intervals over independent runs, of a mean, of a difference, and of a spread.

Each run (a day, a seed) gives one figure; Student's t over the runs is honest as long as they are independent. A spread
(highest minus lowest of several towns) is never below zero, so chance alone makes one: ``chance_spread`` says how much.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

# Two-sided 95 % points of Student's t, by degrees of freedom (any statistical table).
T95 = {
    1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 12: 2.179,
    15: 2.131, 20: 2.086, 30: 2.042, 60: 2.000,
}  # fmt: skip
NORMAL = 1.96


@dataclass(frozen=True)
class Estimate:
    """A mean with the bounds of its 95 % interval; all three equal the mean when there is one run."""

    mean: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def rounded(self, digits: int = 4) -> list[float]:
        """Mean, low, high, for a file."""
        return [round(value, digits) for value in (self.mean, self.low, self.high)]


def t95(degrees: int) -> float:
    """The 95 % point for so many degrees of freedom; between rows of the table the wider one."""
    if degrees > max(T95):
        return NORMAL if degrees > 120 else T95[60]
    return T95[max(known for known in T95 if known <= degrees)]


def estimate(runs: Sequence[float]) -> Estimate:
    """The mean over independent runs. Raises ValueError without any."""
    if not runs:
        raise ValueError("no runs, no estimate")
    mean = fmean(runs)
    if len(runs) == 1:
        return Estimate(mean, mean, mean)
    half = t95(len(runs) - 1) * stdev(runs) / sqrt(len(runs))
    return Estimate(mean, mean - half, mean + half)


def redrawn(runs: Sequence[float]) -> Estimate:
    """What one week may differ from another: runs that each redraw the arrivals, so their own scatter is the uncertainty."""
    mean = estimate(runs).mean
    half = t95(len(runs) - 1) * stdev(runs) if len(runs) > 1 else 0.0
    return Estimate(mean, mean - half, mean + half)


def shares(parts: Sequence[tuple[float, float]], draws: int = 400, seed: int = 7) -> Estimate:
    """A share over runs of unequal size, as (part, whole) per run: all parts over all wholes, runs redrawn for the bounds."""
    whole = sum(total for _part, total in parts)
    if not whole:
        raise ValueError("no runs, no estimate")
    mean = sum(part for part, _total in parts) / whole
    chance = random.Random(seed)
    drawn = sorted(_ratio(chance.choices(parts, k=len(parts)), mean) for _draw in range(draws))
    return Estimate(mean, drawn[int(0.025 * draws)], drawn[int(0.975 * draws) - 1])


def spread(runs: Sequence[Mapping[int, tuple[float, float]]], draws: int = 400, seed: int = 7) -> Estimate:
    """Highest minus lowest share over the towns, (part, whole) per town per run; bounds by redrawing whole runs."""
    chance = random.Random(seed)
    drawn = sorted(_spread(chance.choices(runs, k=len(runs))) for _draw in range(draws))
    return Estimate(_spread(runs), drawn[int(0.025 * draws)], drawn[int(0.975 * draws) - 1])


def chance_spread(runs: Sequence[Mapping[int, tuple[float, float]]], draws: int = 400, seed: int = 7) -> float:
    """The spread that chance alone would show (95 of 100 times less) if all towns were served alike.

    Each town's calls of a run are answered in time with the share that the whole run had: what remains is counting noise.
    """
    chance = random.Random(seed)
    drawn = []
    for _draw in range(draws):
        sums: dict[int, list[float]] = {}
        for run in runs:
            whole = sum(total for _part, total in run.values())
            level = sum(part for part, _total in run.values()) / whole if whole else 0.0
            for town, (_part, total) in run.items():
                noise = chance.gauss(0, sqrt(max(0.0, level * (1 - level) * total)))
                entry = sums.setdefault(town, [0.0, 0.0])
                entry[0] += level * total + noise
                entry[1] += total
        levels = [part / total for part, total in sums.values() if total]
        drawn.append(max(levels) - min(levels))
    return sorted(drawn)[int(0.95 * draws) - 1]


def _ratio(parts: Sequence[tuple[float, float]], otherwise: float) -> float:
    whole = sum(total for _part, total in parts)
    return sum(part for part, _total in parts) / whole if whole else otherwise


def _spread(runs: Sequence[Mapping[int, tuple[float, float]]]) -> float:
    sums: dict[int, list[float]] = {}
    for run in runs:
        for town, (part, total) in run.items():
            entry = sums.setdefault(town, [0.0, 0.0])
            entry[0] += part
            entry[1] += total
    levels = [part / total for part, total in sums.values() if total]
    return max(levels) - min(levels) if levels else 0.0
