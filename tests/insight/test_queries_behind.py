"""Lists behind numbers: the same rows, all of them, once."""

from __future__ import annotations

import random

import pytest

from kcc.core.permissions import Permission
from kcc.insight import queries_behind
from kcc.insight.queries_behind import Narrowing
from kcc.insight.queries_measures import MEASURES
from kcc.insight.rules_figures import select_period, together
from tests.insight import histories
from tests.insight.histories import AT, OCTOBER, count, tell
from tests.support.world import World


@pytest.mark.parametrize("seed", range(3))
def test_the_list_behind_a_number_is_as_long_as_the_number_says(world: World, seed: int) -> None:
    tell(world, random.Random(seed + 100), 40)
    for selection in (select_period(OCTOBER, AT), select_period(OCTOBER, AT, "phone", "groep")):
        counted = count(world, selection)
        whole = together(counted.now.values())
        with world.scope("supervisor", Permission.STATISTICS_READ):
            for measure in MEASURES:
                for town in histories.TOWNS:
                    narrowing = Narrowing(measure, world.towns[town])
                    number = getattr(counted.now[world.towns[town]], measure)
                    assert queries_behind.count_behind(selection, narrowing) == number, measure
                    assert len(queries_behind.facts_behind(selection, narrowing, None, 1000)) == number, measure
                assert queries_behind.count_behind(selection, Narrowing(measure)) == getattr(whole, measure)


def test_a_list_is_paged_without_losing_or_doubling_a_row(world: World) -> None:
    tell(world, random.Random(3), 40)
    selection, narrowing = select_period(OCTOBER, AT), Narrowing("questions")
    with world.scope("supervisor", Permission.STATISTICS_READ):
        every = [fact.id for fact in queries_behind.facts_behind(selection, narrowing, None, 1000)]
        paged, after = [], None
        while facts := queries_behind.facts_behind(selection, narrowing, after, 4):
            paged += [fact.id for fact in facts]
            after = (facts[-1].at, facts[-1].id)
    assert paged == every and len(set(paged)) == len(paged)
