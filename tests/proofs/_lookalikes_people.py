"""Look-alike rows of how rights come and are kept, and of who works when."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kcc.people import models as people
from kcc.people import models_rights as rights
from kcc.routing.models_roster import RosterShift

if TYPE_CHECKING:
    from tests.proofs._lookalikes import Planter

OF_ONE_TOWN = {"Aalburg": "handler", "Bergen": "handler_bergen", "Cadzand": "agent_cadzand", "Drunen": "agent_zuid"}


def plant(planter: Planter, town: str, agent: object, centre_id: int) -> None:
    """An invitation that is open, a proposal that was withdrawn, a role that was kept, and a shift, in this town."""
    from tests.proofs._lookalikes import AT, canary  # noqa: PLC0415

    world = planter.world
    who = world.people[OF_ONE_TOWN[town]]
    planter._put(
        town, rights.Invitation, account_id=who, made_by_id=agent, sent_at=AT, expires_at=AT + timedelta(days=9999)
    )  # fmt: skip
    planter._put(
        town, rights.RightsProposal, account_id=who, proposed_by_id=agent, decided_at=AT, decided_by_id=who, decision="withdrawn"
    )  # fmt: skip
    held = planter.connection.scalar(
        sa.select(people.Membership.id).where(
            people.Membership.municipality_id == world.towns[town], people.Membership.account_id == who
        )
    )
    planter._put(
        town, rights.MembershipReview, membership_id=held, quarter=date(2026, 7, 1), verdict="keep", reviewed_by_id=agent
    )  # fmt: skip
    planter._put(
        town, RosterShift, centre_id=centre_id, account_id=who, on_day=AT.date(), starts=time(9), ends=time(17), channels=[],
        note=canary(town, "staff"),
    )  # fmt: skip
