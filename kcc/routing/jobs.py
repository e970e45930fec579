"""What the queue has done later, or on a clock."""

from __future__ import annotations

import uuid

from kcc.core.jobs import Claimed, handles
from kcc.routing import actions_offers as offers
from kcc.routing import actions_sweeping as sweeping
from kcc.routing import actions_tuning as tuning


@handles("routing.offer")
def offer(job: Claimed) -> None:
    """Look for an agent for an item that waits."""
    offers.offer(item_id=uuid.UUID(job.args["item"]))


@handles("routing.sweep", every_seconds=5)
def sweep(job: Claimed) -> None:
    """Set one town's queue right."""
    if job.municipality_id is not None:
        sweeping.sweep(municipality_id=job.municipality_id)


@handles("routing.daily", every_seconds=86_400)
def daily(job: Claimed) -> None:
    """Forecast, and forget what has been kept long enough."""
    if job.municipality_id is not None:
        sweeping.forecast(municipality_id=job.municipality_id)
        sweeping.forget(municipality_id=job.municipality_id)


@handles(tuning.JOB)
def play(job: Claimed) -> None:
    """Play the next run of a trial of settings."""
    if job.municipality_id is not None:
        tuning.play_next(trial_id=uuid.UUID(job.args["trial"]), municipality_id=job.municipality_id)
