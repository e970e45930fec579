"""Figures that add up, and what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kcc.insight.rules import Period, wilson_interval
from kcc.insight.rules_figures import Figures, TownLine, differs, findings, select_period, together

COUNTS = st.integers(0, 500)


def line(name: str, *, kept: int = 0, measured: int = 0, agreed: int | None = 80, **now: int) -> TownLine:
    return TownLine(name, Figures(tasks_on_time=kept, tasks_measured=measured, **now), Figures(), agreed)


def kinds(*lines: TownLine) -> list[str]:
    return [finding.kind for finding in findings(lines)]


@given(st.lists(st.tuples(COUNTS, COUNTS, st.dictionaries(st.sampled_from("abc"), COUNTS)), max_size=6))
def test_together_is_the_sum_of_its_parts(parts: list[tuple[int, int, dict[str, int]]]) -> None:
    whole = together(Figures(questions=q, open=o, questions_by_channel=c) for q, o, c in parts)
    assert whole.questions == sum(q for q, _o, _c in parts)
    assert whole.open == sum(o for _q, o, _c in parts)
    assert sum(whole.questions_by_channel.values()) == sum(sum(c.values()) for _q, _o, c in parts)


def test_means_and_shares_of_nothing_are_not_measured() -> None:
    nothing = Figures()
    values = (nothing.share_at_once, nothing.share_net, nothing.coverage, nothing.share_on_time, nothing.mean_talk)
    assert values == (None,) * 5 and nothing.on_time_interval is None and nothing.mean_wrap_up is None


def test_a_running_month_is_compared_with_the_same_age_of_the_month_before() -> None:
    running = select_period(Period.month(2026, 10), datetime(2026, 10, 10, 22, tzinfo=UTC))
    assert running.running
    assert running.before_start == datetime(2026, 8, 31, 22, tzinfo=UTC)
    assert running.before_end == datetime(2026, 9, 10, 22, tzinfo=UTC)
    over = select_period(Period.month(2026, 10), datetime(2026, 11, 10, tzinfo=UTC))
    assert not over.running and over.before_end == over.start == datetime(2026, 9, 30, 22, tzinfo=UTC)


def test_a_month_after_a_short_one_is_not_compared_with_itself() -> None:
    late = select_period(Period.month(2026, 3), datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert late.before_end == late.start


def test_who_keeps_the_agreement_is_named() -> None:
    assert kinds(line("A", kept=90, measured=100)) == ["all_kept"]
    assert kinds(line("A", kept=80, measured=100), line("B", kept=10, measured=100)) == ["kept", "missed"]


def test_a_gap_smaller_than_the_uncertainty_is_said_to_be_so() -> None:
    assert kinds(line("A", kept=79, measured=100)) == ["missed_unsure"]
    assert kinds(line("A", kept=7900, measured=10_000, agreed=81)) == ["missed"]


def test_several_that_miss_it_are_named_worst_first() -> None:
    said = findings([line("A", kept=60, measured=100), line("B", kept=10, measured=100)])[0]
    assert (said.kind, said.names, said.amounts) == ("missed", ("B", "A"), (70, 20))


def test_without_measured_call_backs_or_agreement_nothing_is_claimed() -> None:
    assert kinds(line("A")) == ["no_callbacks"]
    assert kinds(line("A", kept=1, measured=2, agreed=None)) == ["no_callbacks"]
    assert findings([]) == []


def test_a_town_unlike_the_rest_is_named_and_one_by_chance_is_not() -> None:
    few = (line("A", questions=10, answered=5), line("B", questions=10, answered=7))
    many = (line("A", questions=1000, answered=500), line("B", questions=1000, answered=700))
    assert kinds(*few) == ["no_callbacks"]
    assert kinds(*many) == ["no_callbacks", "less_at_once", "more_at_once"]


def test_a_change_since_the_period_before_is_named() -> None:
    now, before = Figures(questions=1000, answered=800), Figures(questions=1000, answered=700)
    assert [f.kind for f in findings([TownLine("A", now, before, None)])] == ["no_callbacks", "rose"]
    assert [f.kind for f in findings([TownLine("A", before, now, None)])] == ["no_callbacks", "fell"]


def test_the_town_with_most_overdue_is_named() -> None:
    said = findings([line("A", overdue=2), line("B", overdue=5), line("C")])
    assert (said[-1].kind, said[-1].names, said[-1].amounts) == ("overdue", ("B",), (5,))


@given(COUNTS, st.integers(1, 500), COUNTS, st.integers(1, 500))
def test_shares_whose_intervals_lie_apart_differ_whichever_comes_first(a: int, n: int, b: int, m: int) -> None:
    a, b = min(a, n), min(b, m)
    assert differs(a, n, b, m) == differs(b, m, a, n)
    one, other = wilson_interval(a, n), wilson_interval(b, m)
    assert one is not None and other is not None
    if one.low > other.high:
        assert differs(a, n, b, m)
