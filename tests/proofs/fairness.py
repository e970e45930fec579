"""Whoever calls from whichever town is helped alike: the product's own rules on days on paper, beside other policies."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from kcc.launch.proving import Outcome, Run, proof
from kcc.routing import rules_erlang
from kcc.routing.rules_choice import Parameters
from kcc.routing.simulation import Choice
from kcc.routing.simulation_choice import Agreement
from tests.proofs import _fairness_controls as controls
from tests.proofs._fairness_database import both_ways
from tests.proofs._fairness_days import (
    FOUR,
    HARD_FOUR,
    HARD_TEN,
    HOME_FOUR,
    HOME_TEN,
    TEN,
    Case,
    Making,
    Played,
    by_lists,
    everybody_everything,
    play,
    product,
)
from tests.proofs._house import house

MOST_SPREAD = 0.01
NEAR_ERLANG = 0.01
STUDY = {
    "all": {"fifo": 0.849, "spread": 0.001, "abandonment": 0.045},
    "hard": {"fifo": 0.818, "spread": 0.200, "longest_idle": 0.800, "longest_idle_spread": 0.287},
    "home_and_basic": {"fifo": 0.832, "spread": 0.004, "abandonment": 0.054},
    "noisy_neighbour": {"fifo": 0.54, "fifo_abandonment": 0.16, "others": 0.556, "others_abandonment": 0.147},
    "blending": {"no_reserve": 0.768, "interruptible": 0.857, "interruptions_a_mail": 1.1},
    "callbacks": {"without": 0.771, "with": 0.883, "abandonment_without": 0.074, "abandonment_with": 0.027},
}
"""What a simulation of the same situations gave before the product was made (single seeds; differences below 0.007 are noise)."""


def fifo_longest_idle(_case: Case) -> Choice:
    """Who came first, to whoever is ready longest."""
    return controls.Control(controls.first_come, controls.longest_idle)


def fifo_expert(_case: Case) -> Choice:
    """Who came first, to the expert who can do least else."""
    return controls.Control(controls.first_come, controls.fewest_skills)


def late_ones_last(_case: Case) -> Choice:
    """The planted fault."""
    return controls.Control(controls.hopeful_first, controls.fewest_skills)


POLICIES: dict[str, Making] = {
    "product": product,
    "fifo_expert": fifo_expert,
    "fifo_longest_idle": fifo_longest_idle,
}
CASES = {
    "four_all": Case(FOUR, 7.4, everybody_everything(10)),
    "four_hard": Case(FOUR, 7.4, by_lists(HARD_FOUR, 0)),
    "four_home_and_basic": Case(FOUR, 7.0, by_lists(HOME_FOUR, 1), basic_factor=1.25),
    "ten_all": Case(TEN, 17.0, everybody_everything(20)),
    "ten_hard": Case(TEN, 17.0, by_lists(HARD_TEN, 0)),
    "ten_home_and_basic": Case(TEN, 15.0, by_lists(HOME_TEN, 1), basic_factor=1.25),
}
EVEN = ("four_all", "four_home_and_basic", "ten_all", "ten_home_and_basic")
"""Cases in which everybody has at least the basic level for every town: there the spread must be small."""


@proof("fairness")
def fairness(run: Run) -> Outcome:
    """Play days of several seeds in every situation; then the same with a fault planted in the order."""
    database, planted = _in_database(run)
    seeds, few, many = run.size(full=10, reduced=1), run.size(full=10, reduced=2), run.size(full=60, reduced=2)
    go = partial(play, seeds=seeds, per_seed=run.size(full=20, reduced=2), first=run.seed)
    erlang = _against_erlang(go(CASES["four_all"], fifo_longest_idle))
    run.say("cases")
    played = {}
    for name, case in CASES.items():
        for policy, making in POLICIES.items():
            # Small towns of ten are a sixtieth of the calls: their level takes many days to see through chance.
            days = (
                {"per_seed": (many if name in EVEN and policy == "product" else few)} if name.startswith("ten") else {}
            )
            played[name, policy] = _say(run, name, policy, go(case, making, **days))
    brief = partial(go, per_seed=few)
    special = {**_surge(brief), **_targets(brief), **_blending(brief), **_callbacks(brief)}
    control = go(replace(CASES["four_all"], load=9.5), late_ones_last)
    sound = go(replace(CASES["four_all"], load=9.5), product)
    inverted = sound.inversions + sum(
        found.inversions for (_name, policy), found in played.items() if policy == "product"
    )
    near = max(erlang["level_off"], erlang["abandonment_off"])
    slack = 1.0 if not run.reduced else 6.0
    figures = {name: {policy: played[name, policy].figures() for policy in POLICIES} for name in CASES}
    even = all(_is_even(figures[name]["product"], run.reduced) for name in EVEN)
    result: dict[str, object] = {
        "seeds": seeds,
        "erlang_a": erlang,
        "cases": figures,
        "special": special,
        "overload": {"product": sound.figures()},
        "inversions_beyond_120_s": inverted,
        "database": database,
        "study": STUDY,
    }
    return Outcome(
        n=sum(len(found.days) for found in played.values()),
        result=result,
        holds=even and inverted == 0 and near <= NEAR_ERLANG * slack and all(day["equal"] for day in database),
        control={
            "fault": "who waited too long already is helped last",
            **control.figures(),
            "fault_in_database": "mail does not give way to a caller",
            "database": planted,
        },
        control_found=control.inversions > 0 and not planted["equal"],
    )


def _in_database(run: Run) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Whole days through the functions of the database, and one in which they are given another setting."""
    hours = 8.5 if not run.reduced else 0.3
    days = run.size(full=3, reduced=1)
    with house(run) as place:
        found = [both_ways(place, run.seed + day, hours) for day in range(days)]
        planted = both_ways(
            place, run.seed, 2.0 if not run.reduced else 0.6, replace(Parameters(), interruptible=False)
        )
    return found, planted


def _say(run: Run, name: str, policy: str, found: Played) -> Played:
    run.say(f"{name} {policy}: {found.total('in_time')} of {found.total('offered')}")
    return found


def _is_even(figures: dict[str, object], is_reduced: bool) -> bool:
    measured = figures["spread"][0]  # type: ignore[index]
    allowed = max(MOST_SPREAD, figures["spread_by_chance"] * 1.5) if is_reduced else MOST_SPREAD  # type: ignore[operator]
    return bool(measured <= allowed)


def _against_erlang(found: Played) -> dict[str, float]:
    traffic = found.case.traffic
    exact = rules_erlang.Queue(traffic.per_second, traffic.talk, traffic.patience, 10)
    offered = found.total("offered")
    level, gone = found.total("in_time") / offered, (found.total("abandoned") + found.total("short")) / offered
    exact_level, exact_gone = rules_erlang.service_level(exact, 20), rules_erlang.abandonment(exact)
    return {
        "level": round(level, 4),
        "level_exact": round(exact_level, 4),
        "level_off": round(abs(level - exact_level), 4),
        "abandonment": round(gone, 4),
        "abandonment_exact": round(exact_gone, 4),
        "abandonment_off": round(abs(gone - exact_gone), 4),
    }


def _surge(go: partial[Played]) -> dict[str, object]:
    """One small town calls five times as much: what do the others notice?"""
    case = replace(CASES["four_all"], surge=("Bernisse", 5.0))
    result = {}
    for name, making in (("product", product), ("fifo", fifo_longest_idle)):
        found = go(case, making)
        result[name] = {
            "others": found.level([0, 1, 2]).rounded(),
            "others_abandonment": found.abandonment([0, 1, 2]).rounded(),
            "surging": found.level([3]).rounded(),
            "surging_abandonment": found.abandonment([3]).rounded(),
            "inversions": found.inversions,
        }
    return {"noisy_neighbour": result}


def _targets(go: partial[Played]) -> dict[str, object]:
    """Towns agreed different levels: how far does order alone go?"""
    agreed = {0: Agreement(0.8), 1: Agreement(0.9), 2: Agreement(0.8), 3: Agreement(0.7)}
    case = replace(CASES["four_all"], load=7.9, agreements=agreed)
    return {"different_targets": {n: go(case, m).figures() for n, m in (("product", product), ("fifo", fifo_expert))}}


def _blending(go: partial[Played]) -> dict[str, object]:
    """70 mails a day between the calls: kept apart by nothing, by a reserve, or by putting them down."""
    case = replace(CASES["four_all"], mails=70)
    ways = {
        "no_reserve": (case, fifo_expert),
        "reserve_only": (replace(case, parameters=Parameters(interruptible=False)), product),
        "product": (case, product),
    }
    result = {}
    for name, (each, making) in ways.items():
        found = go(each, making)
        written = max(1, found.total("written"))
        result[name] = {
            "level": found.level().rounded(),
            "mails_done": written,
            "interruptions_a_mail": round(found.total("interruptions") / written, 2),
            "inversions": found.inversions,
        }
    return {"blending": result}


def _callbacks(go: partial[Played]) -> dict[str, object]:
    """One agent short; half of the callers take a call-back when it is offered."""
    result = {}
    for name, share in (("without", 0.0), ("product", 0.5)):
        found = go(replace(CASES["four_all"], crew=everybody_everything(9), accepts_callback=share), product)
        asked = found.total("to_callback")
        result[name] = {
            "level": found.level().rounded(),
            "abandonment": found.abandonment().rounded(),
            "callbacks": asked,
            "kept_in_window": round(found.total("callbacks_kept") / asked, 4) if asked else None,
            "inversions": found.inversions,
        }
    return {"callbacks": result}
