"""The quarterly review: somebody looks at each role and keeps it or ends it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotAllowed
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import actions_accounts as accounts
from kcc.people import queries_accounts as queries
from kcc.people import rules_accounts as rules
from kcc.people.models_rights import MembershipReview

VERDICTS = ("keep", "end")


def review(*, actor: Actor, municipality_id: int, verdicts: Mapping[uuid.UUID, str], on: date | None = None) -> int:
    """Write down of roles of a town whether each is still needed, in the quarter of a day (today); ends those that are not.

    Roles looked at before in this quarter stay as they were. One's own role is looked at by another administrator, where
    there is one. Gives how many were looked at now. Raises InvalidInput for an unknown verdict, NotAllowed, NotFound.
    """
    if actor.account_id is None:
        raise NotAllowed
    town = municipalities.municipality(municipality_id)
    quarter = rules.quarter_of(on or now().astimezone(ZoneInfo(town.zone)).date())
    begin = first_moment(quarter, town.zone)
    others = queries.administrators(town.id) - {actor.account_id}
    done = 0
    for held, account, known in queries.to_review([town.id], quarter, begin):
        verdict = verdicts.get(held.id)
        if verdict is None or known is not None:
            continue
        if verdict not in VERDICTS:
            raise InvalidInput("Kies behouden of beëindigen.")
        if account.id == actor.account_id and (others or verdict == "end"):
            raise NotAllowed("Over uw eigen rechten beslist een ander.")
        db.session.add(
            MembershipReview(
                municipality_id=town.id,
                membership_id=held.id,
                quarter=quarter,
                verdict=verdict,
                reviewed_by_id=actor.account_id,
            )
        )
        if verdict == "end":
            accounts.end_membership(actor=actor, membership_id=held.id)
        done += 1
    if done:
        audit.record(
            actor=actor, verb="rights_reviewed", subject_type="municipality", subject_id=town.id, municipality_id=town.id
        )  # fmt: skip
    db.session.flush()
    return done


def first_moment(quarter: date, zone: str) -> datetime:
    """When a quarter begins in a town (UTC)."""
    return datetime.combine(quarter, time.min, ZoneInfo(zone)).astimezone(UTC)
