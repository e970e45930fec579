"""What a centre may set for the queue: which values are allowed, and how they read on screen. See ``rules_choice``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from kcc.core.errors import InvalidInput
from kcc.routing.rules_choice import Parameters


@dataclass(frozen=True)
class Bound:
    """A setting: its group on the page, bounds as shown on screen, and screen value divided by stored value."""

    name: str
    group: str
    least: float
    most: float
    unit: str = ""
    scale: float = 1.0
    is_whole: bool = True


BOUNDS = (
    Bound("kappa", "fair", 0, 25, is_whole=False),
    Bound("clip", "fair", 0, 50, "%", 100),
    Bound("prior_weight", "fair", 0, 200, "gesprekken"),
    Bound("starving_after", "fair", 30, 600, "s"),
    Bound("basic_factor", "fair", 10, 100, "%", 100),
    Bound("bucket_factor", "surge", 1, 5, "keer", is_whole=False),
    Bound("bucket_burst", "surge", 1, 100, "bellers"),
    Bound("out_of_profile_factor", "surge", 5, 100, "%", 100),
    Bound("offer_seconds", "offer", 5, 60, "s"),
    Bound("boost_step", "offer", 0, 120, "s"),
    Bound("language_wait", "offer", 0, 600, "s"),
    Bound("most_interruptions", "between", 0, 10, "keer"),
    Bound("reserve_share", "between", 0, 100, "%", 100),
    Bound("sticky_live_least", "same", 0, 60, "s"),
    Bound("sticky_async_hours", "same", 0, 40, "uur"),
    Bound("callback_offer_after", "callback", 0, 600, "s"),
    Bound("callback_always_after", "callback", 0, 900, "s"),
    Bound("callback_window", "callback", 15, 480, "min", 1 / 60),
    Bound("callback_urgent_share", "callback", 10, 95, "%", 100),
)
"""In the order of the page. ``interruptible`` is a yes or no of the group "between"."""
YES_NO = ("interruptible",)
BY_NAME = {bound.name: bound for bound in BOUNDS}
NAMES = (*BY_NAME, *YES_NO)


def on_screen(parameters: Parameters) -> dict[str, float | bool]:
    """The values as the page shows them: percents, minutes, whole numbers where nothing is lost by it."""
    stored = asdict(parameters)
    shown: dict[str, float | bool] = {name: bool(stored[name]) for name in YES_NO}
    for bound in BOUNDS:
        value = round(stored[bound.name] * bound.scale, 4)
        shown[bound.name] = int(value) if value == int(value) else value
    return shown


def from_screen(typed: Mapping[str, Any], base: Parameters | None = None) -> Parameters:
    """Parameters from what was typed; what is not on the page keeps its value in ``base``.

    Raises InvalidInput at the first field with a value that is not a number, out of bounds, or at odds with another.
    """
    values = asdict(base or Parameters())
    for bound in BOUNDS:
        values[bound.name] = _stored(bound, typed.get(bound.name))
    values |= {name: bool(typed.get(name)) for name in YES_NO}
    values["most_interruptions"] = int(values["most_interruptions"])
    if values["callback_always_after"] < values["callback_offer_after"]:
        raise InvalidInput(
            "Dit kan niet korter zijn dan de wachttijd waarboven terugbellen wordt aangeboden.",
            field="callback_always_after",
        )
    return Parameters(**values)


def changes(before: Parameters, after: Parameters) -> dict[str, tuple[float | bool, float | bool]]:
    """What differs, as shown on screen: by name, the value before and after."""
    old, new = on_screen(before), on_screen(after)
    return {name: (old[name], new[name]) for name in NAMES if old[name] != new[name]}


def _stored(bound: Bound, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise InvalidInput("Vul een getal in.", field=bound.name)
    if bound.is_whole and value != int(value):
        raise InvalidInput("Vul een heel getal in.", field=bound.name)
    if not bound.least <= value <= bound.most:
        raise InvalidInput("Deze waarde ligt buiten de grenzen.", field=bound.name)
    return float(value / bound.scale)
