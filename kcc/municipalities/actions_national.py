"""Taking over from a national list what came after a town: a person's decision, which moves nothing by itself."""

from __future__ import annotations

from datetime import date

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries, queries_national
from kcc.municipalities.models_national import MunicipalitySuccessor


def apply_successor(*, actor: Actor, municipality_id: int, successor_code: str, until: date) -> MunicipalitySuccessor:
    """Note that the proposed successor of a town is right. Twice is once.

    Raises NotFound for a town out of sight, InvalidState when the list proposes something else by now.
    """
    queries.municipality(municipality_id)
    proposed = {one.municipality.id: one for one in queries_national.proposals(until)}
    proposal = proposed.get(municipality_id)
    if proposal is None:
        raise NotFound
    if proposal.successor_code != successor_code:
        raise InvalidState("De lijst is intussen veranderd. Bekijk het nieuwe voorstel.")
    if proposal.applied is not None and proposal.applied.successor_code == successor_code:
        return proposal.applied
    made = proposal.applied or MunicipalitySuccessor(municipality_id=municipality_id)
    made.successor_code, made.on_day = successor_code, proposal.on_day
    made.account_id, made.applied_at = actor.account_id, now()
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor=actor,
        verb="successor.applied",
        subject_type="municipality",
        subject_id=municipality_id,
        municipality_id=municipality_id,
        fields=["successor_code", "on_day"],
    )
    return made
