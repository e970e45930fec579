"""What the set-up has done later: work of people who left or are away."""

from __future__ import annotations

import uuid

from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor
from kcc.setup import actions_leaving as leaving


@handles("setup.hand_over")
def hand_over(job: Claimed) -> None:
    """Hand over what somebody had in hand in one municipality."""
    if job.municipality_id is not None:
        account_id = uuid.UUID(job.args["account"])
        leaving.hand_over(actor=Actor.job(), municipality_id=job.municipality_id, account_id=account_id)


@handles("setup.stand_in")
def stand_in(job: Claimed) -> None:
    """Hand over what cannot wait while somebody is away."""
    leaving.stand_in(actor=Actor.job(), member_id=uuid.UUID(job.args["member"]))


@handles("setup.sweep_leavers", every_seconds=900)
def sweep_leavers(job: Claimed) -> None:
    """Find work of one municipality in the hands of people whose role is over."""
    if job.municipality_id is not None:
        leaving.sweep(actor=Actor.job(), municipality_id=job.municipality_id)
