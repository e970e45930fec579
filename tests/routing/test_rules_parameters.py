"""What may be set for the queue: within bounds, and back and forth between screen and store without loss."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_parameters import BOUNDS, NAMES, Bound, changes, from_screen, on_screen

NOT_ON_THE_PAGE: set[str] = set()


def typed(**values: object) -> dict[str, object]:
    """What the page shows of the defaults, with some of it typed over."""
    return {**on_screen(Parameters()), **values}


def test_the_page_shows_every_setting() -> None:
    assert set(NAMES) | NOT_ON_THE_PAGE == {field.name for field in fields(Parameters)}


def test_the_defaults_come_back_unchanged() -> None:
    assert from_screen(on_screen(Parameters())) == Parameters()


@given(st.data())
def test_values_within_their_bounds_come_back_as_typed(data: st.DataObject) -> None:
    given_values = {
        bound.name: data.draw(st.integers(int(bound.least), int(bound.most)), label=bound.name) for bound in BOUNDS
    }
    given_values["callback_always_after"] = max(
        given_values["callback_always_after"], given_values["callback_offer_after"]
    )
    shown = on_screen(from_screen(given_values))
    assert {name: shown[name] for name in given_values} == pytest.approx(given_values, abs=1e-3)


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
def test_values_out_of_bounds_are_refused_at_their_field(bound: Bound) -> None:
    for value in (bound.least - 1, bound.most + 1, float("nan"), float("inf"), None, "7", True):
        with pytest.raises(InvalidInput) as refused:
            from_screen(typed(**{bound.name: value}))
        assert refused.value.field == bound.name


def test_half_a_second_is_refused_where_whole_ones_are_asked() -> None:
    with pytest.raises(InvalidInput):
        from_screen(typed(offer_seconds=20.5))
    assert from_screen(typed(kappa=7.5)).kappa == 7.5


def test_a_callback_is_not_certain_before_it_is_offered() -> None:
    with pytest.raises(InvalidInput) as refused:
        from_screen(typed(callback_offer_after=90, callback_always_after=60))
    assert refused.value.field == "callback_always_after"


def test_changes_are_said_as_the_page_shows_them() -> None:
    after = replace(Parameters(), reserve_share=0.3, interruptible=False)
    assert changes(Parameters(), after) == {"reserve_share": (20, 30), "interruptible": (True, False)}
