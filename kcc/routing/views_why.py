"""Why this one: what was decided about an item, in plain words. Figures and ids only; colleagues stay colleagues."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import queries as accounts
from kcc.routing import queries, views_words
from kcc.routing import queries_deciding as deciding
from kcc.routing.models_deciding import RoutingDecision
from kcc.routing.rules_presence import DECISION_DAYS
from kcc.routing.views import bp
from kcc.routing.views_words import LookedAt
from kcc.web.guards import requires
from kcc.web.person import actor


@dataclass(frozen=True)
class Told:
    """A decision as the page shows it."""

    decision: RoutingDecision
    way: str
    to: str
    by: str
    reason: str
    lines: list[LookedAt]


@bp.get("/<uuid:item_id>/why")
@requires(Permission.TICKET_READ)
def why(item_id: uuid.UUID) -> ResponseReturnValue:
    """Why this item stands where it stands, and why it went to whom it went."""
    item = queries.item(item_id)
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    decisions = deciding.decisions_of(item)
    names = accounts.names_of({d.account_id for d in decisions} | {d.by_account_id for d in decisions})
    moment = now()
    return render_template(
        "routing/why.html", item=item, town_of=towns[item.municipality_id], words=views_words, days=DECISION_DAYS,
        priority_class=deciding.class_of(item, moment), waited=(item.claimed_at or item.done_at or moment) - item.since,
        told=[_told(decision, names, {key: town.name for key, town in towns.items()}) for decision in decisions],
    )  # fmt: skip


def _told(decision: RoutingDecision, names: dict[uuid.UUID, str], towns: dict[int, str]) -> Told:
    chosen = decision.item_id if decision.way in ("next", "offer_free") else decision.account_id
    reason = decision.detail.get("reason", "")
    return Told(
        decision=decision,
        way=str(views_words.WAYS.get(decision.way, decision.way)),
        to=names.get(decision.account_id, "") if decision.account_id else "",
        by=names.get(decision.by_account_id, "") if decision.by_account_id else "",
        reason=str(views_words.ASSIGN_WORDS.get(reason, "")),
        lines=views_words.looked_at(decision.detail, decision.way, str(chosen), str(actor().account_id), towns),
    )
