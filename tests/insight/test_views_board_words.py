"""Words of the board."""

from __future__ import annotations

from kcc.insight.queries_board import MEASURES as COUNTED
from kcc.insight.rules_board import Verdict
from kcc.insight.views_board_words import KINDS, MEASURES, VERDICT_KINDS, VERDICTS, agents
from kcc.routing.rules import Kind


def test_everything_has_its_word() -> None:
    assert set(VERDICTS) == set(Verdict) and set(MEASURES) == set(COUNTED) and set(KINDS) == set(Kind)


def test_only_what_is_sure_has_a_colour() -> None:
    assert set(VERDICT_KINDS) == {Verdict.BELOW, Verdict.KEPT}


def test_no_agents_at_all_is_not_nought_of_them() -> None:
    assert {count for _state, _word, count in agents({})} == {None}
    assert [(state, count) for state, _word, count in agents({"wrap_up": 2, "no_answer": 1})] == [
        ("available", 0), ("in_conversation", 0), ("wrap_up", 2), ("break", 0), ("no_answer", 1)
    ]  # fmt: skip
