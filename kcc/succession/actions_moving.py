"""Carrying a merger out: one step, one transaction, one job; done again after a failure it goes on where it was."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.core import audit, jobs
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.integrations import file_store
from kcc.succession import actions, actions_leaving, queries
from kcc.succession.models import Succession

PARTIES_A_STEP, TICKETS_A_STEP = 500, 200


def step(*, actor: Actor, succession_id: uuid.UUID, key: bytes) -> str:
    """Do the next step and have the one after it done; returns the step that comes now (``done`` when all is over).

    The database refuses before the day, without two signatures under what stands there, and at the end when anything is
    left or lost; the job then stays visible as failed.
    """
    which = queries.succession(succession_id)
    if which.cancelled_at is not None:
        return "cancelled"
    if which.kind == "leaving":
        return actions_leaving.step(actor=actor, which=which, key=key)
    db.session.scalar(sa.text("select kcc_start_succession(:id)"), {"id": which.id})
    if actions.carry_parties(actor=actor, which=which, most=PARTIES_A_STEP, key=key):
        now_at = "parties"
    else:
        now_at = _move_on(which)
    audit.record(
        actor=actor, verb="succession.stepped", subject_type="succession", subject_id=which.id,
        municipality_id=which.municipality_id, fields=[now_at],
    )  # fmt: skip
    if now_at != "done":
        jobs.enqueue(
            actions.RUN, municipality_id=which.municipality_id, key=str(uuid.uuid4()), args={"succession": which.id}
        )
    return now_at


def follow(*, actor: Actor, key: bytes) -> None:
    """Bring over what was opened again, or came in after all, in the closed town of this lease; bury who left."""
    actions_leaving.bury(actor=actor)
    found = db.session.scalar(sa.text("select kcc_succession_of_town()"))
    if found is None:
        return
    which = queries.succession(found)
    if not actions.carry_parties(actor=actor, which=which, most=PARTIES_A_STEP, key=key):
        _move_on(which)


def _move_on(which: Succession) -> str:
    row = db.session.execute(
        sa.text("select * from kcc_move_on(:id, :most)"), {"id": which.id, "most": TICKETS_A_STEP}
    ).one()
    for file_id in row.files:
        file_store.store().give_second_name(file_id, which.municipality_id, which.successor_id or 0)
    return str(row.step)
