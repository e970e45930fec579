"""The colours here are those of the style sheet, and the measure is that of WCAG."""

from __future__ import annotations

import pytest

from kcc.core.errors import InvalidInput
from kcc.municipalities import rules_colours as colours
from tests.house.test_town_colours import contrast, towns


def test_they_are_the_colours_of_the_style_sheet() -> None:
    assert {number: (t["light"]["town"], t["dark"]["town"]) for number, t in towns()} == colours.COLOURS


def test_each_can_be_read_and_the_measure_agrees_with_the_house_s() -> None:
    for accent, (light, _dark) in colours.COLOURS.items():
        assert min(colours.contrasts(accent)) >= colours.ENOUGH
        assert colours.contrasts(accent)[0] == pytest.approx(contrast(light, "#ffffff"))


@pytest.mark.parametrize(("colour", "accent"), [("#e30613", 2), ("#0a5fa0", 7), ("#2e7020", 5), ("#a8440c", 12)])
def test_the_nearest_is_what_the_eye_would_say(colour: str, accent: int) -> None:
    assert colours.nearest(colour) == accent


@pytest.mark.parametrize("text", ["rood", "#12", "#12345g", ""])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        colours.parse(text)
    assert colours.parse(" E30613 ") == "#e30613"
