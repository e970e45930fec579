"""Telephone calls of the made-up history: how long each caller waited, and who hung up before.

Waits follow what the towns report: about four in five answered within the agreement, a tail for the morning peak.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kcc.channels.models_calls import AgentPhone
from kcc.core.db import db, new_id

if TYPE_CHECKING:
    from kcc.demo.content_shapes import CentreContent, TownContent
    from kcc.demo.history import Making
    from kcc.demo.laid import Laid

PEAK_HOURS = (8, 9, 10)
FIRST_EXTENSION = 1001


def was_answered(making: Making, town: TownContent, answered: datetime, ended: datetime, agent: uuid.UUID) -> None:
    """The call of a conversation: the caller waited before it began."""
    peak = 1.6 if answered.hour in PEAK_HOURS else 1.0
    waited = min(making.chance.expovariate(1 / (14.0 * peak)), 240.0)
    _add(making, town, answered - timedelta(seconds=waited), "ended", waited, answered, ended, agent)


def gave_up(making: Making, town: TownContent, arrived: datetime) -> None:
    """A caller who hung up before anybody answered."""
    waited = min(2 + making.chance.expovariate(1 / 45), 300.0)
    _add(making, town, arrived, "abandoned", waited, None, arrived + timedelta(seconds=waited), None)


def _add(
    making: Making, town: TownContent, arrived: datetime, state: str, waited: float, answered: datetime | None,
    ended: datetime, agent: Any,
) -> None:  # fmt: skip
    made = new_id()
    making.add(
        "call", id=made, municipality_id=making.laid.towns[town.short_code], centre_id=making.laid.centre_id,
        exchange_call=f"voorbeeld-{made.hex[-12:]}", entrance_id=making.laid.entrances.get((town.short_code, "phone")),
        state=state, arrived_at=arrived, answered_at=answered, ended_at=ended, waited_seconds=round(waited, 1),
        account_id=agent, withheld=making.chance.random() < 0.04,
    )  # fmt: skip


def lay_phones(content: CentreContent, laid: Laid) -> None:
    """Every agent has an extension: 1001 and up."""
    agents = [person for person in content.people if any(role.role == "agent" for role in person.roles)]
    for number, person in enumerate(agents, FIRST_EXTENSION):
        db.session.add(
            AgentPhone(centre_id=laid.centre_id, account_id=laid.accounts[person.email], address=str(number))
        )
    db.session.flush()
