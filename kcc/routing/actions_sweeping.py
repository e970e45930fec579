"""What a clock sets right, for one town at a time: offers nobody answered, agents who are gone, counts, what is too old."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.core import events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.municipalities import queries as municipalities
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing import queries, rules_presence
from kcc.routing import queries_deciding as deciding
from kcc.routing.models_deciding import ArrivalForecast, RoutingDecision, ServiceLevelToday
from kcc.routing.models_presence import AgentStatePeriod
from kcc.routing.rules_presence import AgentMode

FORECAST_WEEKS = 8


def sweep(*, municipality_id: int, at: datetime | None = None) -> None:
    """Every few seconds: end offers whose time is over, put absent agents offline, offer what waits, count the day."""
    moment = at or now()
    for item in queries.expired_offers(municipality_id, moment):
        offers.expire(item=item, at=moment)
    put_absent_offline(municipality_id=municipality_id, at=moment)
    for item in queries.to_offer(municipality_id):
        if offers.offer(item_id=item.id) is None and not queries.anybody_free(municipality_id):
            break
    count_today(municipality_id=municipality_id, at=moment)


def put_absent_offline(*, municipality_id: int, at: datetime) -> None:
    """Agents of this town's centre whose session ended, or whose screen has been silent, are offline from now on.

    Nobody in a conversation is: a caller may be on the line while the screen is not.
    """
    working = queries.agents_of_centre(municipality_id)
    rows = db.session.execute(
        sa.text("select account_id, seen_at from kcc_last_seen(:ids)"), {"ids": [row.account_id for row in working]}
    )
    seen = {row.account_id: row.seen_at for row in rows}
    mine = queries.agents_of_town(municipality_id)
    for row in working:
        if row.account_id not in mine or row.state == AgentMode.IN_CONVERSATION:
            continue
        if rules_presence.is_gone(at, row.beat_at, seen.get(row.account_id)):
            held = presence.lock_free(row.account_id)
            if held is not None:
                presence.change(held, AgentMode.OFFLINE, "", at)


def count_today(*, municipality_id: int, at: datetime) -> None:
    """Write how many live contacts of today were answered in time: outside the locks of who gets what."""
    town = municipalities.municipality(municipality_id)
    day, _began = deciding.day_of(town, at)
    changed = False
    for channel, (ok, total) in deciding.answered_today(town, at).items():
        values = {"ok": ok, "total": total, "at": at}
        made = insert(ServiceLevelToday).values(municipality_id=municipality_id, on_day=day, channel=channel, **values)
        result = db.session.execute(
            made.on_conflict_do_update(
                index_elements=["municipality_id", "on_day", "channel"],
                set_=values,
                where=sa.or_(ServiceLevelToday.ok != ok, ServiceLevelToday.total != total),
            )
        )
        changed = changed or bool(result.rowcount)  # type: ignore[attr-defined]
    if changed:
        events.publish("queue", municipality_id=municipality_id)


def forecast(*, municipality_id: int, at: datetime | None = None) -> None:
    """Once a day: what is expected of a town in each half hour of the week, the mean of the last eight weeks."""
    moment = at or now()
    town = municipalities.municipality(municipality_id)
    counted = deciding.arrivals_by_half_hour(town, moment - timedelta(weeks=FORECAST_WEEKS))
    if not counted:
        return
    db.session.execute(sa.delete(ArrivalForecast).where(ArrivalForecast.municipality_id == municipality_id))
    db.session.execute(
        sa.insert(ArrivalForecast),
        [
            {"municipality_id": municipality_id, "weekday": day, "half_hour": half, "expected": n / FORECAST_WEEKS}
            for day, half, n in counted
        ],
    )


def forget(*, municipality_id: int, at: datetime | None = None) -> None:
    """Once a day: drop decisions and periods of agents that have been kept as long as they may."""
    moment = at or now()
    decided = moment - timedelta(days=rules_presence.DECISION_DAYS)
    worked = moment - timedelta(days=rules_presence.HISTORY_DAYS)
    db.session.execute(
        sa.delete(RoutingDecision).where(
            RoutingDecision.municipality_id == municipality_id, RoutingDecision.at < decided
        )
    )
    db.session.execute(
        sa.delete(AgentStatePeriod).where(
            AgentStatePeriod.centre_id == municipalities.municipality(municipality_id).centre_id,
            AgentStatePeriod.ended_at < worked,
        )
    )
