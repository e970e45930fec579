"""Look-alike calls of each town, and the telephones of its agents."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kcc.channels import models_calls as models

if TYPE_CHECKING:
    from tests.proofs._lookalikes import Planter


def plant(planter: Planter, town: str, agent: uuid.UUID, centre_id: int) -> None:
    """A caller who waits and one who talked, with their numbers; a number that led nowhere; an agent's telephone."""
    from tests.proofs._lookalikes import AT, canary  # noqa: PLC0415

    talk = planter.objects[town]["conversation"][-1]
    for subject, conversation in (("call", None), ("ringing", talk)):
        call = planter._put(
            town, models.Call, id=planter._id(subject, town), centre_id=centre_id, exchange_call=f"{subject} {town}",
            entrance_id=planter.world.entrances[town], state="talking" if conversation else "ringing", arrived_at=AT,
            account_id=agent if conversation else None,
        )  # fmt: skip
        planter._put(town, models.CallEvent, call_id=call, event_key="e", verb="ringing", at=AT)
        words = canary(town, "person", "burgerzaken")
        planter._put(town, models.CallerNumber, call_id=call, number=None, raw=words)
        if conversation:
            planter._put(
                town, models.CallLeg, centre_id=centre_id, call_id=call, account_id=agent,
                conversation_id=conversation,
            )  # fmt: skip
    phones = models.AgentPhone
    if not planter.connection.scalar(sa.select(phones.address).where(phones.account_id == agent)):
        planter._put(town, phones, centre_id=centre_id, account_id=agent, address=f"sip:{town.lower()}@h")
        planter._put(town, models.StrayCall, centre_id=centre_id, exchange_call=town, dialled="08001234")
