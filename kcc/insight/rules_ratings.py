"""Marks of citizens on paper: how many, the mean, and how sure that is. Of a few marks no mean is told."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

FEWEST = 5
"""With fewer marks a mean says more about one person than about the service."""
T_95 = {5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262, 15: 2.145, 20: 2.093, 30: 2.045, 60: 2.001}
"""Two-sided 95 % points of Student's t by number of marks (n - 1 degrees of freedom); between them the larger holds."""


class Spread(NamedTuple):
    """Bounds of a mean mark, both between 1 and 5."""

    low: float
    high: float


@dataclass(frozen=True)
class Ratings:
    """How often each mark was given, from 1 to 5."""

    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many marks there are."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """The mean mark; None of fewer than five."""
        if self.n < FEWEST:
            return None
        return sum(score * count for score, count in enumerate(self.counts, 1)) / self.n

    @property
    def interval(self) -> Spread | None:
        """Where the mean would be if very many had given a mark (95 %), within 1 to 5; None of fewer than five."""
        mean = self.mean
        if mean is None:
            return None
        variance = sum(count * (score - mean) ** 2 for score, count in enumerate(self.counts, 1)) / (self.n - 1)
        half = _t(self.n) * sqrt(variance / self.n)
        return Spread(max(1.0, mean - half), min(5.0, mean + half))


def _t(n: int) -> float:
    return next(value for marks, value in sorted(T_95.items(), reverse=True) if marks <= n)
