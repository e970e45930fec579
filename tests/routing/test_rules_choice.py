"""Who gets what: in order, nobody left waiting, experts first, and the reason always at hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from kcc.routing import rules_choice as rules
from kcc.routing.rules_choice import Agent, Candidate, Parameters, Situation, Tally, Why

DEFAULTS = Parameters()
BUSY_DAY = Situation(ready=10, idle=3, pool={"phone": Tally(70, 100)})

tallies = st.integers(0, 200).flatmap(lambda total: st.builds(Tally, st.integers(0, total), st.just(total)))
situations = st.builds(
    Situation, st.integers(0, 12), st.integers(0, 12), st.fixed_dictionaries({"phone": tallies}), st.booleans()
)
parameters = st.builds(
    Parameters, kappa=st.floats(0, 25), clip=st.floats(0, 0.5), basic_factor=st.floats(0.1, 1), interruptible=st.booleans(),
    out_of_profile_factor=st.floats(0.05, 1),
)  # fmt: skip
candidates = st.builds(
    Candidate, id=st.integers(), municipality_id=st.integers(1, 4), priority_class=st.integers(0, 4), waited=st.floats(0, 1000),
    boost=st.floats(0, 60), in_profile=st.booleans(), due_in=st.floats(-1e5, 1e5), target=st.sampled_from([0.7, 0.8, 0.9]),
    within=st.sampled_from([20.0, 25.0, 30.0]), tally=tallies, language=st.sampled_from(["nl", "en"]),
    sticky_to=st.none() | st.integers(1, 3), sticky_left=st.floats(-5, 20), cost=st.sampled_from([34, 100]),
)  # fmt: skip
agents = st.builds(
    Agent, id=st.integers(1, 20), free=st.booleans(), idle=st.floats(0, 900), load=st.sampled_from([0, 34, 68, 100]),
    soft_load=st.sampled_from([0, 100]), invested=st.floats(0, 600), expert_towns=st.integers(0, 4),
    skills=st.dictionaries(st.tuples(st.integers(1, 4), st.sampled_from(["", "afval"])), st.integers(0, 2)),
    languages=st.sampled_from([frozenset({"nl"}), frozenset({"nl", "en"})]),
)  # fmt: skip


@given(st.lists(candidates, max_size=12, unique_by=lambda c: c.id), agents, situations, parameters)
def test_within_a_class_nobody_goes_before_who_waits_two_minutes_and_longer(
    waiting: list[Candidate], agent: Agent, situation: Situation, given_parameters: Parameters
) -> None:
    by_id = {candidate.id: candidate for candidate in waiting}
    choice = rules.choose_item(waiting, agent, situation, given_parameters)
    order = [by_id[each.id] for each in choice.considered if each.why_not is None]
    for place, first in enumerate(order):
        for second in order[place + 1 :]:
            assert first.priority_class <= second.priority_class
            if first.priority_class == second.priority_class <= 2:
                assert first.waited >= second.waited or second.waited < 120


@given(candidates, st.floats(0, 2000), agents, situations, parameters)
def test_waiting_longer_never_puts_anybody_back(
    candidate: Candidate, more: float, agent: Agent, situation: Situation, given_parameters: Parameters
) -> None:
    """The rule that this forbids by name: answering those first who can still be counted in time."""
    assume(candidate.priority_class <= 2)
    level = max(1, rules.level_of(agent, candidate))
    later = replace(candidate, waited=candidate.waited + more)
    before, after = (rules.rank(c, rules.score(c, level, situation, given_parameters)) for c in (candidate, later))
    assert after <= before


def test_who_is_late_already_goes_before_who_can_still_be_in_time() -> None:
    late, in_time = Candidate(1, 1, waited=21), Candidate(2, 2, waited=19)
    assert rules.choose_item([in_time, late], Agent(1), BUSY_DAY, DEFAULTS).id == 1


def test_a_town_that_is_behind_its_agreement_goes_first_among_equals() -> None:
    behind, ahead = Candidate(1, 1, waited=10, tally=Tally(60, 100)), Candidate(2, 2, waited=10, tally=Tally(95, 100))
    assert rules.choose_item([ahead, behind], Agent(1), BUSY_DAY, DEFAULTS).id == 1


def test_the_first_caller_of_a_day_decides_nothing() -> None:
    missed = rules.shrunk_level(Tally(0, 1), 0.8, DEFAULTS)
    assert 0.72 < missed < 0.8
    assert rules.shrunk_level(Tally(), 0.8, DEFAULTS) == 0.8


def test_a_surge_of_one_town_waits_behind_others_only_while_the_pool_is_behind() -> None:
    surge, other = Candidate(1, 1, waited=20, in_profile=False), Candidate(2, 2, waited=10)
    assert rules.choose_item([surge, other], Agent(1), BUSY_DAY, DEFAULTS).id == 2
    quiet = replace(BUSY_DAY, pool={"phone": Tally(90, 100)})
    assert rules.choose_item([surge, other], Agent(1), quiet, DEFAULTS).id == 1


def test_each_reason_for_passing_over_is_told() -> None:
    agent = Agent(1, towns=frozenset({1}), skills={(1, "schuld"): 0})
    cases = {
        Why.TOWN: Candidate(1, 2),
        Why.LEVEL: Candidate(2, 1, topic_group="schuld"),
        Why.LANGUAGE: Candidate(3, 1, language="en"),
        Why.STICKY: Candidate(4, 1, sticky_to=9, sticky_left=3),
        Why.RESERVE: Candidate(5, 1, priority_class=4),
    }
    situation = Situation(ready=4, idle=1)
    found = {each.id: each.why_not for each in rules.choose_item(cases.values(), agent, situation, DEFAULTS).considered}
    assert found == {candidate.id: why for why, candidate in cases.items()}
    full = replace(agent, load=100)
    assert rules.choose_item([Candidate(6, 1)], full, situation, DEFAULTS).considered[0].why_not == Why.CAPACITY


def test_in_a_crisis_everybody_takes_part_who_may() -> None:
    crisis = Candidate(1, 1, priority_class=0)
    assert [rules.level_of(Agent(1, skills={(1, ""): level}), crisis) for level in (1, 2)] == [2, 2]
    barred = Agent(1, skills={(1, ""): 0})
    assert rules.choose_item([crisis], barred, BUSY_DAY, DEFAULTS).id is None


def test_a_foreign_language_waits_for_its_speaker_but_not_for_ever() -> None:
    english = Candidate(1, 1, language="en", waited=61)
    assert rules.choose_item([english], Agent(1), BUSY_DAY, DEFAULTS).id == 1


def test_the_last_idle_agent_is_kept_for_callers_where_callers_come() -> None:
    mail = Candidate(1, 1, priority_class=4)
    for idle, expected, chosen in ((1, True, None), (2, True, 1), (1, False, 1)):
        situation = Situation(ready=5, idle=idle, live_expected=expected)
        assert rules.choose_item([mail], Agent(1), situation, DEFAULTS).id == chosen
    assert rules.reserve(Situation(ready=1), DEFAULTS) == 0
    assert rules.reserve(Situation(ready=12), replace(DEFAULTS, interruptible=False)) == 2


def test_work_that_can_wait_is_done_in_the_order_in_which_it_is_due() -> None:
    tomorrow, today, overdue = (
        Candidate(1, 1, 4, due_in=9e4, waited=9000),
        Candidate(2, 1, 3, due_in=3e3),
        Candidate(3, 1, 3, due_in=-60),
    )
    choice = rules.choose_item([tomorrow, today, overdue], Agent(1), BUSY_DAY, DEFAULTS)
    assert [each.id for each in choice.considered] == [3, 2, 1]


def test_an_arrival_goes_to_the_known_agent_then_the_expert_then_who_is_idle_longest() -> None:
    known = Agent(1, idle=1)
    expert = Agent(2, idle=5, skills={(1, ""): 2}, expert_towns=1)
    broad = Agent(3, idle=90, skills={(1, ""): 2}, expert_towns=3)
    basic, rested = Agent(4, idle=50), Agent(5, idle=400)
    held = Candidate(1, 1, sticky_to=1, sticky_left=10)
    team = [basic, rested, broad, expert, known]
    assert rules.choose_agent(held, team, BUSY_DAY, DEFAULTS).id == 1
    order = rules.choose_agent(Candidate(1, 1), team, BUSY_DAY, DEFAULTS).considered
    assert [each.id for each in order] == [2, 3, 5, 4, 1]


def test_who_writes_a_mail_is_interrupted_only_when_nobody_is_idle_and_who_began_last_first() -> None:
    call = Candidate(1, 1)
    long, short = Agent(1, soft_load=100, invested=300), Agent(2, soft_load=100, invested=10)
    interrupted = rules.choose_agent(call, [long, short], BUSY_DAY, DEFAULTS)
    assert (interrupted.id, interrupted.interrupts) == (2, True)
    idle = rules.choose_agent(call, [long, short, Agent(3)], BUSY_DAY, DEFAULTS)
    assert (idle.id, idle.interrupts) == (3, False)
    too_often = Agent(4, load=100)
    assert rules.choose_agent(call, [too_often], BUSY_DAY, DEFAULTS).id is None


def test_who_refused_is_not_asked_again_until_the_caller_has_waited_too_long() -> None:
    call = Candidate(1, 1, refused_by=frozenset({1}))
    assert rules.choose_agent(call, [Agent(1)], BUSY_DAY, DEFAULTS).considered[0].why_not == Why.REFUSED
    assert rules.choose_agent(replace(call, waited=121), [Agent(1)], BUSY_DAY, DEFAULTS).id == 1


@given(candidates, st.lists(agents, max_size=8, unique_by=lambda a: a.id), situations, parameters)
def test_nobody_gets_more_than_they_can_do_or_may(
    candidate: Candidate, team: list[Agent], situation: Situation, given_parameters: Parameters
) -> None:
    chosen = rules.choose_agent(candidate, team, situation, given_parameters).id
    if chosen is None:
        return
    agent = next(agent for agent in team if agent.id == chosen)
    assert agent.free and rules.level_of(agent, candidate) > 0
    assert rules.load_against(agent, candidate, given_parameters) + candidate.cost <= rules.FULL


@given(st.lists(st.floats(0, 600), min_size=1, max_size=60), st.floats(0, 40))
def test_a_town_is_in_profile_for_its_burst_and_what_was_forecast(gaps: list[float], expected: float) -> None:
    tokens, passed = DEFAULTS.bucket_burst, 0
    for gap in gaps:
        tokens, in_profile = rules.take_token(tokens, gap, expected, DEFAULTS)
        passed += in_profile
    assert 0 <= tokens <= DEFAULTS.bucket_burst
    assert passed <= DEFAULTS.bucket_burst + sum(gaps) * DEFAULTS.bucket_factor * expected / 1800 + 1e-6


def test_the_expected_wait_and_who_may_be_called_back() -> None:
    assert rules.expected_wait(2, 290, 10) == 87
    assert rules.expected_wait(0, 290, 0) is None
    assert rules.may_be_called_back(None, 0, DEFAULTS)
    assert rules.may_be_called_back(31, 0, DEFAULTS) and not rules.may_be_called_back(29, 0, DEFAULTS)
    assert rules.may_be_called_back(10, 61, DEFAULTS)


def test_a_caller_waits_for_a_known_agent_half_the_agreed_time_at_most() -> None:
    assert rules.live_hold_seconds(30, DEFAULTS) == 15
    assert rules.live_hold_seconds(4, DEFAULTS) == 5
