"""When the second of two people would undo what the first did."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kcc.municipalities.rules_changes import undoes

values = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2), min_size=1)
states = st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(0, 2)))


@given(states, values, values)
def test_saving_an_old_page_is_refused_just_when_it_would_undo_something(
    opened: dict[str, int], theirs: dict[str, int], typed: dict[str, int]
) -> None:
    changed = {name: value for name, value in theirs.items() if opened[name] != value}
    present = {**opened, **changed}
    wanted = {name: value for name, value in {**opened, **typed}.items() if present[name] != value}
    after = {**present, **wanted}
    undone = any(after[name] != present[name] for name in changed)
    assert undoes(wanted, changed, in_force=True) == undone


@given(values, values)
def test_what_waits_for_its_day_is_undone_only_by_another_value(wanted: dict[str, int], theirs: dict[str, int]) -> None:
    assert undoes(wanted, theirs, in_force=False) == any(
        wanted.get(name, value) != value for name, value in theirs.items()
    )


def test_taking_away_undoes_every_change_and_a_change_undoes_taking_away() -> None:
    assert undoes(None, {"a": 1}, in_force=True)
    assert undoes({"a": 1}, None, in_force=True)
