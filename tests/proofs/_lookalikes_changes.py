"""Look-alike changes of how each town is set up: one that was made, one to come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kcc.municipalities.models_history import SetupChange

if TYPE_CHECKING:
    from tests.proofs._lookalikes import Planter


def plant(planter: Planter, town: str) -> None:
    """Two rows in this town, with its canary."""
    from tests.proofs._lookalikes import AT, COMMON, canary  # noqa: PLC0415

    about = {"subject_type": "municipality", "subject_id": str(planter.world.towns[town])}
    planter._put(
        town, SetupChange, **about, before={"inhabitants": 1000}, after={"inhabitants": 2000}, effective_on=AT.date(),
        applied_at=AT,
    )  # fmt: skip
    planter._put(
        town, SetupChange, **about, before={"greeting": COMMON}, after={"greeting": f"{COMMON} {canary(town)}"},
        effective_on=date(2099, 1, 1), applied_at=None,
    )  # fmt: skip
