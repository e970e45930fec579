"""Changes of set-up whose day has come."""

from __future__ import annotations

from kcc.core.clock import now
from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor
from kcc.municipalities import actions_history as history

EVERY = 600


@handles("setup.apply", every_seconds=EVERY)
def apply(job: Claimed) -> None:
    """Make what was planned for today in one town."""
    if job.municipality_id is not None:
        history.apply_due(actor=Actor.job(), municipality_id=job.municipality_id, at=now())
