"""The colours of municipalities are readable: every pair of text and ground has the contrast that WCAG 2.2 AA asks."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "static" / "css"
PAPER = {"light": "#ffffff", "dark": "#18212b"}
GROUND = {"light": "#f4f6f9", "dark": "#10161d"}
ENOUGH = 4.5
"""Contrast ratio that WCAG 2.2 AA (1.4.3) asks of text of ordinary size."""


def luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of a colour written as #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def towns() -> list[tuple[int, dict[str, dict[str, str]]]]:
    """Number and colours, per theme, of each class town-accent-N."""
    found = []
    for number, body in re.findall(r"\.town-accent-(\d+) \{(.*?)\}", (STYLES / "towns.css").read_text()):
        themes: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
        for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)", body):
            themes["light"][name], themes["dark"][name] = light, dark
        for name, both in re.findall(r"--([a-z-]+): (#\w{6});", body):
            themes["light"][name] = themes["dark"][name] = both
        found.append((int(number), themes))
    return found


def test_there_are_twelve_colours() -> None:
    assert [number for number, _ in towns()] == list(range(1, 13))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_colour_is_readable_on_paper_ground_and_its_own_tint(theme: str) -> None:
    for number, themes in towns():
        colours = themes[theme]
        for behind in (PAPER[theme], GROUND[theme], colours["town-soft"]):
            assert contrast(colours["town"], behind) >= ENOUGH, f"town-accent-{number} on {behind}, {theme}"
        assert contrast(colours["town-ink"], colours["town-solid"]) >= ENOUGH, f"ink of town-accent-{number}, {theme}"


def test_the_measure_finds_a_pale_colour() -> None:
    assert contrast("#cccccc", "#ffffff") < ENOUGH
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
