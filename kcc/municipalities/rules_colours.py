"""The twelve colours that towns wear, and which of them is nearest to a town's own: with contrast as WCAG 2.2 has it.

Equal to ``static/css/towns.css``; a test compares them. Every pair is readable on light and on dark paper, so whatever is
chosen here can be read; a house colour that cannot is shown with its contrast, and what comes nearest to it.
"""

from __future__ import annotations

import re

from kcc.core.errors import InvalidInput

ENOUGH = 4.5
"""Contrast ratio of text of ordinary size (WCAG 2.2, 1.4.3)."""
PAPER = {"light": "#ffffff", "dark": "#18212b"}
COLOURS: dict[int, tuple[str, str]] = {
    1: ("#0b6e6e", "#63cbc4"), 2: ("#a3212b", "#ff9fa4"), 3: ("#3a4fb0", "#aab8ff"), 4: ("#8a5a00", "#e6bd5f"),
    5: ("#2c6e1f", "#93d685"), 6: ("#7a2f8f", "#dcaaf0"), 7: ("#0a63a8", "#86c5ff"), 8: ("#5f6410", "#c9cf69"),
    9: ("#a81f6b", "#ff9fd0"), 10: ("#7a4526", "#e0b08f"), 11: ("#465869", "#b6c6d6"), 12: ("#a8440c", "#ffab7a"),
}  # fmt: skip
"""For each accent the colour as text on light and on dark paper."""


def parse(text: str) -> str:
    """A colour as #rrggbb. Raises InvalidInput."""
    found = text.strip().lower()
    if not re.fullmatch(r"#?[0-9a-f]{6}", found):
        raise InvalidInput("Schrijf een kleur als # met zes cijfers of letters a tot en met f.", field="own_colour")
    return found if found.startswith("#") else f"#{found}"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def contrasts(accent: int) -> tuple[float, float]:
    """The contrast of one of the twelve on light and on dark paper."""
    light, dark = COLOURS[accent]
    return contrast(light, PAPER["light"]), contrast(dark, PAPER["dark"])


def nearest(colour: str) -> int:
    """Which of the twelve looks most like a colour."""
    wanted = _channels(colour)
    # A "redmean" distance: the eye weighs green most, and red and blue by how red the pair is.
    return min(COLOURS, key=lambda accent: _distance(wanted, _channels(COLOURS[accent][0])))


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    mean = (one[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
