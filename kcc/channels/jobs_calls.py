"""What the machine does for calls on a clock."""

from __future__ import annotations

from kcc.channels import actions_calls as calls
from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor


@handles("telephony.sweep", every_seconds=60)
def sweep(job: Claimed) -> None:
    """Give up calls of one town whose last event never came."""
    if job.municipality_id is not None:
        calls.give_up_silent(actor=Actor.job(), municipality_id=job.municipality_id)


@handles("telephony.forget", every_seconds=86_400)
def forget(job: Claimed) -> None:
    """Erase callers' numbers of one town that were kept long enough."""
    if job.municipality_id is not None:
        calls.forget_numbers(actor=Actor.job(), municipality_id=job.municipality_id)
