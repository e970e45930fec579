"""A plan that a town leaves, with a line of a mapping, for each look-alike town."""

from __future__ import annotations

from datetime import date
from typing import Any

from kcc.succession import models


def plant(planter: Any, town: str, centre_id: int, words: str, agent: Any) -> None:
    """Compared and signed by nobody."""
    plan = planter._put(
        town, models.Succession, centre_id=centre_id, kind="leaving", on_day=date(2030, 1, 1), made_by_id=agent,
        compared={"said": words},
    )  # fmt: skip
    planter._put(town, models.SuccessionChoice, succession_id=plan, kind="parties", subject="alike", choice=words)
