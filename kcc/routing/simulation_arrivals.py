"""What comes in, for a day on paper: at random, at a profile over the day, or as it was recorded.

Assumptions where nothing is measured, named in docs/routing.md: talk times and patience exponential, patience 180 s.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from kcc.routing.simulation import Arrival

DAY = 8.5 * 3600
PATIENCE = 180.0
TALK = 290.0


@dataclass(frozen=True)
class Traffic:
    """Calls of a pool: how many per second together, each town's share of them, and what they are like (means in s)."""

    per_second: float
    shares: Mapping[int, float]
    talk: float = TALK
    patience: float = PATIENCE
    accepts_callback: float = 0.0
    """Share of callers who take a call-back when it is offered."""

    @classmethod
    def of_load(cls, erlang: float, shares: Mapping[int, float], **more: float) -> Traffic:
        """Traffic that keeps so many experts talking on average (Erlang)."""
        talk = more.get("talk", TALK)
        return cls(erlang / talk, shares, **more)

    def multiplied(self, town: int, times: float) -> Traffic:
        """The same, with one town calling so many times as much."""
        whole = sum(self.shares.values())
        shares = {key: share * (times if key == town else 1) for key, share in self.shares.items()}
        return replace(self, per_second=self.per_second * sum(shares.values()) / whole, shares=shares)


def calls(traffic: Traffic, chance: random.Random, seconds: float = DAY) -> Iterator[Arrival]:
    """Calls at random (Poisson) during so many seconds, in order."""
    towns, weights = list(traffic.shares), list(traffic.shares.values())
    at = 0.0
    while True:
        at += chance.expovariate(traffic.per_second)
        if at >= seconds:
            return
        yield Arrival(
            at=round(at, 3),
            town=chance.choices(towns, weights)[0],
            handling=max(0.001, round(chance.expovariate(1 / traffic.talk), 3)),
            patience=round(chance.expovariate(1 / traffic.patience), 3) if traffic.patience < inf else inf,
            accepts_callback=chance.random() < traffic.accepts_callback,
        )


def mails(
    number: int, shares: Mapping[int, float], chance: random.Random, *, handling: float = 360.0, seconds: float = DAY
) -> list[Arrival]:
    """So many mails spread over the day, in order; each may wait a working day."""
    towns, weights = list(shares), list(shares.values())
    return sorted(
        (
            Arrival(
                at=round(chance.uniform(0, seconds * 0.8), 3),
                town=chance.choices(towns, weights)[0],
                handling=round(chance.expovariate(1 / handling), 3) + 0.001,
                kind="mail",
                channel="email",
                due=2 * 86400.0,
            )
            for _number in range(number)
        ),
        key=lambda arrival: arrival.at,
    )


def merged(*streams: Iterable[Arrival]) -> list[Arrival]:
    """Several streams as one, in order of time."""
    return sorted((arrival for stream in streams for arrival in stream), key=lambda arrival: arrival.at)


def days(traffic: Traffic, seed: int, number: int, seconds: float = DAY) -> Iterator[Sequence[Arrival]]:
    """So many independent days of calls; the same seed gives the same days."""
    for day in range(number):
        yield list(calls(traffic, random.Random(f"{seed}:{day}"), seconds))
