"""Erlang A on paper: what a single queue with impatient callers does, to hold the simulation against.

Arrivals at random, talk times and patience exponential, ``agents`` who all answer everything, first come first served
(M/M/n+M; C. Palm, "Etude des délais d'attente", Ericsson Technics 1937; balance equations as in Garnett, Mandelbaum and
Reiman, M&SOM 4 (2002) 208-227). Nothing here is approximated but the tail of the queue, cut where it weighs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

NOTHING = 1e-12
MOST_MOVES = 600


@dataclass(frozen=True)
class Queue:
    """One queue: calls per second, seconds of talk, seconds of patience (means), and how many agents."""

    per_second: float
    talk_seconds: float
    patience_seconds: float
    agents: int

    def __post_init__(self) -> None:
        """Refuses a queue without calls, talk, patience or agents with ValueError."""
        if min(self.per_second, self.talk_seconds, self.patience_seconds) <= 0 or self.agents < 1:
            raise ValueError("a queue has calls, talk, patience and at least one agent")


def states(queue: Queue) -> list[float]:
    """The share of time with 0, 1, 2 … callers in the centre, talking and waiting together."""
    weights, level = [1.0], 1.0
    while level > NOTHING * sum(weights) or len(weights) <= queue.agents + queue.per_second * queue.talk_seconds:
        here = len(weights)
        talking, waiting = min(here, queue.agents), max(0, here - queue.agents)
        level *= queue.per_second / (talking / queue.talk_seconds + waiting / queue.patience_seconds)
        weights.append(level)
    whole = sum(weights)
    return [weight / whole for weight in weights]


def abandonment(queue: Queue) -> float:
    """The share of callers who hang up before they are answered."""
    waiting = sum(share * max(0, here - queue.agents) for here, share in enumerate(states(queue)))
    return waiting / queue.patience_seconds / queue.per_second


def service_level(queue: Queue, within_seconds: float) -> float:
    """The share of all callers who are answered within so many seconds; who hangs up counts as missed.

    Who finds k others waiting moves through k + 1 places. Each ends because an agent is free or one ahead hangs up, and
    in each the caller may hang up too. Summed by uniformisation: the chain moves at one rate, and may move to where it is.
    Raises ValueError when so many seconds hold too many moves to sum (some hundreds: many minutes).
    """
    shares = states(queue)
    places = shares[queue.agents :]
    free, give_up = queue.agents / queue.talk_seconds, 1 / queue.patience_seconds
    rate = free + len(places) * give_up
    if rate * within_seconds > MOST_MOVES:
        raise ValueError("too long a wait to sum")
    answered, counted, total, step = 0.0, 0.0, 0.0, 0
    weight = exp(-rate * within_seconds)
    while counted < 1 - NOTHING and step < 3 * MOST_MOVES:
        total += weight * answered
        counted += weight
        answered += places[0] * free / rate
        ahead = [(free + place * give_up) / rate for place in range(1, len(places))]
        stays = [1 - (free + (place + 1) * give_up) / rate for place in range(len(places))]
        moved = [share * stay for share, stay in zip(places, stays, strict=True)]
        for place, leaving in enumerate(ahead):
            moved[place] += places[place + 1] * leaving
        places = moved
        step += 1
        weight *= rate * within_seconds / step
    return sum(shares[: queue.agents]) + total
