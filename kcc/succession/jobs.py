"""Successions, step by step."""

from __future__ import annotations

import uuid

from flask import current_app

from kcc.core.jobs import Claimed, handles
from kcc.core.permissions import Actor
from kcc.succession import actions, actions_moving

EVERY = 300


@handles(actions.COMPARE)
def compare(job: Claimed) -> None:
    """The dry run of one plan."""
    actions.compare(actor=Actor.job(), succession_id=uuid.UUID(job.args["succession"]), key=_key())


@handles(actions.RUN)
def run(job: Claimed) -> None:
    """The next step of one merger."""
    actions_moving.step(actor=Actor.job(), succession_id=uuid.UUID(job.args["succession"]), key=_key())


@handles("succession.follow", every_seconds=EVERY)
def follow(job: Claimed) -> None:
    """What came up in a closed town after all."""
    if job.municipality_id is not None:
        actions_moving.follow(actor=Actor.job(), key=_key())


def _key() -> bytes:
    key: bytes = current_app.config["SETTINGS"].data_key
    return key
