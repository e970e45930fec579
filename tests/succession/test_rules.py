"""What is proposed, and what may be chosen."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.succession import rules

WORDS = st.sampled_from(["burgerzaken", "afval", "bouwen", "zorg"])


def side(first: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(WORDS, unique=True, max_size=4).map(
        lambda keys: [{"id": first + n, "key": key, "name": key.title()} for n, key in enumerate(keys)]
    )


@settings(max_examples=50)
@given(side(1), side(100))
def test_every_department_gets_a_place_that_may_be_chosen(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    compared = {"departments": old, "new_departments": new, "route_conflicts": [], "overlay_conflicts": []}
    found = {(kind, subject): choice for kind, subject, choice in rules.proposals(compared)}
    for department in old:
        choice = found["department", str(department["id"])]
        assert choice in rules.allowed("department", str(department["id"]), compared)
        same = [str(other["id"]) for other in new if other["key"] == department["key"]]
        assert choice == (same[0] if same else rules.NEW)
    assert found["parties", rules.ALIKE] == "apart"


def test_departments_that_come_together_are_no_conflict() -> None:
    conflict = {"topic": 1, "old": 7, "new": 8}
    compared = {"route_conflicts": [conflict]}
    assert rules.conflicts_left(compared, {("department", "7"): "8"}) == []
    assert rules.conflicts_left(compared, {("department", "7"): "new"}) == [conflict]


def test_only_what_is_listed_may_be_chosen() -> None:
    compared = {"departments": [], "new_departments": [], "route_conflicts": [{"topic": 1}], "overlay_conflicts": []}
    assert rules.allowed("route", "1", compared) == {"successor", "old"}
    assert rules.allowed("route", "2", compared) == rules.allowed("department", "1", compared) == frozenset()
    assert rules.warnings({"has_hours": False, "has_agreement": True, "calls": 2}) == ["hours", "calls"]
