"""What a town lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kcc.municipalities.rules_readiness import REQUIRED, Facts, State, Step, may_open, readiness

WHOLE = Facts("Met {naam}", True, 1, 5, True, 2, True, 10, 0, 1, 3, 1)


def test_a_whole_town_may_open() -> None:
    assert set(readiness(WHOLE).values()) == {State.DONE} and may_open(readiness(WHOLE))


@pytest.mark.parametrize(
    ("lacks", "step"),
    [
        ({"greeting": "Hallo"}, Step.LOOKS), ({"entrances": 0}, Step.ENTRANCES), ({"opening_blocks": 0}, Step.HOURS),
        ({"closing_decided": False}, Step.CLOSING), ({"departments": 0}, Step.DEPARTMENTS), ({"phone_agreed": False}, Step.AGREEMENT),
        ({"routes": 0}, Step.TOPICS), ({"routes_nowhere": 1}, Step.TOPICS), ({"links": 0}, Step.LINKS), ({"agents": 0}, Step.PEOPLE), ({"supervisors": 0}, Step.PEOPLE),
    ],
)  # fmt: skip
def test_each_lack_shows_at_its_step_and_stops_only_where_calls_need_it(lacks: dict[str, object], step: Step) -> None:
    parts = readiness(replace(WHOLE, **lacks))  # type: ignore[arg-type]
    assert [each for each, state in parts.items() if state is not State.DONE] == [step]
    assert may_open(parts) == (step not in REQUIRED)
