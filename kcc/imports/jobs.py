"""What imports have done later: the next chunk, and files that are no longer needed."""

from __future__ import annotations

import uuid

from kcc.core.clock import now
from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor
from kcc.imports import actions, actions_steps, queries


@handles("imports.step")
def step(job: Claimed) -> None:
    """Do one chunk of a run, and have the next one done after it."""
    run_id = uuid.UUID(job.args["run"])
    if actions_steps.take_step(actor=Actor.job(), run_id=run_id):
        actions.enqueue_step(queries.run(run_id))


@handles("imports.tidy", every_seconds=6 * 3600)
def tidy(job: Claimed) -> None:
    """Remove files of one municipality that nothing is to be done with."""
    if job.municipality_id is not None:
        actions.tidy(actor=Actor.job(), municipality_id=job.municipality_id, at=now())
