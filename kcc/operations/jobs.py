"""Forgetting old daily rounds."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor
from kcc.operations import actions

KEPT = timedelta(days=365)
EVERY = 24 * 3600


@handles("daily_check.forget", every_seconds=EVERY)
def forget(job: Claimed) -> None:
    """Once a day."""
    actions.forget_old(actor=Actor.job(), before=(now() - KEPT).date())
