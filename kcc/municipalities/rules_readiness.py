"""What a town still lacks before calls for it can be answered well: decided on paper, from facts that were counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A part of the set-up, in the order in which it is best done."""

    IDENTITY = "identity"
    LOOKS = "looks"
    ENTRANCES = "entrances"
    HOURS = "hours"
    CLOSING = "closing"
    DEPARTMENTS = "departments"
    AGREEMENT = "agreement"
    TOPICS = "topics"
    LINKS = "links"
    PEOPLE = "people"


class State(StrEnum):
    """How a part stands: done, missing (a town cannot open without it), or open (it would be good to have)."""

    DONE = "done"
    MISSING = "missing"
    OPEN = "open"


REQUIRED = frozenset(
    {Step.IDENTITY, Step.LOOKS, Step.ENTRANCES, Step.HOURS, Step.DEPARTMENTS, Step.AGREEMENT, Step.TOPICS}
)


@dataclass(frozen=True)
class Facts:
    """What was counted of one town. ``closing_decided``: somebody looked at its closing days."""

    greeting: str
    has_numbers: bool
    entrances: int
    opening_blocks: int
    closing_decided: bool
    departments: int
    phone_agreed: bool
    routes: int
    routes_nowhere: int
    links: int
    agents: int
    supervisors: int


def readiness(facts: Facts) -> dict[Step, State]:
    """How each part of a town stands, in order."""
    done: Mapping[Step, bool] = {
        Step.IDENTITY: True,
        Step.LOOKS: "{naam}" in facts.greeting,
        Step.ENTRANCES: facts.entrances > 0,
        Step.HOURS: facts.opening_blocks > 0,
        Step.CLOSING: facts.closing_decided,
        Step.DEPARTMENTS: facts.departments > 0,
        Step.AGREEMENT: facts.phone_agreed,
        Step.TOPICS: facts.routes > 0 and facts.routes_nowhere == 0,
        Step.LINKS: facts.links > 0,
        Step.PEOPLE: facts.agents > 0 and facts.supervisors > 0,
    }
    return {step: State.DONE if done[step] else State.MISSING if step in REQUIRED else State.OPEN for step in Step}


def may_open(parts: Mapping[Step, State]) -> bool:
    """Whether nothing is missing that calls cannot do without."""
    return State.MISSING not in parts.values()
