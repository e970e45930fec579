"""Everything that is read of municipalities: who they are, when they are open, who answers what, within what term."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar, cast

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities import rules
from kcc.municipalities.models import (
    ClosingDay,
    Department,
    Entrance,
    Incident,
    Municipality,
    OpeningHours,
    ServiceAgreement,
    Topic,
    TopicRoute,
    TownLogo,
    UsefulLink,
)
from kcc.municipalities.rules_topics import TopicChoice, best_topics

Row = TypeVar("Row")

YEARS_BACK = 1
YEARS_AHEAD = 11
"""The longest term is ten years; the calendar of one moment reaches just past it."""
USUAL_TERM = rules.Term(2, "working_days")
"""What holds where nothing was agreed."""


@dataclass(frozen=True)
class Route:
    """Where questions on a topic go in one municipality, within what term, and what to ask first. Dutch: route."""

    municipality_id: int
    topic_id: int
    topic_name: str
    department_id: int
    department_name: str
    department_phone: str | None
    questions: tuple[str, ...]
    term: rules.Term


def visible_municipalities(*, gone: bool = False) -> list[Municipality]:
    """The municipalities of this scope, by name; with ``gone`` also those that merged into one of them or left.

    Lists to choose from and work in want the first; names beside what was asked earlier want both.
    """
    statement = sa.select(Municipality).order_by(Municipality.name)
    return list(db.session.scalars(statement if gone else statement.where(Municipality.left_on.is_(None))))


def heirs() -> dict[int, int]:
    """For each municipality in sight that merged: the one that it is part of now, whatever came between."""
    rows = db.session.execute(sa.text("select municipality_id, heir_id from kcc_heirs()"))
    return {row.municipality_id: row.heir_id for row in rows}


def municipality(municipality_id: int) -> Municipality:
    """One municipality of this scope; raises NotFound for any other."""
    return _found(db.session.get(Municipality, municipality_id))


def is_taken(centre_id: int, municipality_id: int | None, what: str, value: str) -> bool:
    """Whether another town of a centre has this short_code, cbs_code, or address of an entrance (phone, mailbox…)."""
    statement = sa.text("select kcc_setup_taken(:centre, :town, :what, :value)")
    values = {"centre": centre_id, "town": municipality_id, "what": what, "value": value}
    return bool(db.session.scalar(statement, values))


def logo(municipality_id: int, sha256: str) -> bytes | None:
    """A picture of a town by its mark, None for one that it does not have."""
    return db.session.scalar(
        sa.select(TownLogo.picture).where(TownLogo.municipality_id == municipality_id, TownLogo.sha256 == sha256)
    )


def entrances(kinds: Collection[str] | None = None) -> list[Entrance]:
    """Active ways in, of the given kinds (phone, email, counter, webform…) or all, by municipality and label."""
    statement = sa.select(Entrance).where(Entrance.active).order_by(Entrance.municipality_id, Entrance.label)
    if kinds is not None:
        statement = statement.where(Entrance.kind.in_(kinds))
    return list(db.session.scalars(statement))


def entrance(entrance_id: int) -> Entrance:
    """One way in; raises NotFound."""
    return _found(db.session.scalar(sa.select(Entrance).where(Entrance.id == entrance_id)))


def calendar_of(municipality_id: int, around: datetime) -> rules.Calendar:
    """When a municipality is open, from the year before ``around`` (UTC) past the longest term. Raises NotFound."""
    calendars = calendars_of([municipality_id], around)
    if municipality_id not in calendars:
        raise NotFound
    return calendars[municipality_id]


def calendars_of(municipality_ids: Iterable[int], around: datetime) -> dict[int, rules.Calendar]:
    """The calendars of several municipalities in three queries, for lists that show terms; unseen ones are left out."""
    towns = db.session.scalars(sa.select(Municipality).where(Municipality.id.in_(set(municipality_ids))))
    return calendars_of_towns(towns, around)


def calendars_of_towns(towns: Iterable[Municipality], around: datetime) -> dict[int, rules.Calendar]:
    """The same for municipalities that were read already, in two queries."""
    towns = list(towns)
    ids = [town.id for town in towns]
    hours = list(
        db.session.scalars(
            sa.select(OpeningHours)
            .where(OpeningHours.municipality_id.in_(ids))
            .order_by(OpeningHours.weekday, OpeningHours.opens)
        )
    )
    since = date(around.year - YEARS_BACK, 1, 1)
    closings = list(
        db.session.scalars(sa.select(ClosingDay).where(ClosingDay.municipality_id.in_(ids), ClosingDay.on_day >= since))
    )
    return {
        town.id: _calendar(
            town,
            [block for block in hours if block.municipality_id == town.id],
            [closing for closing in closings if closing.municipality_id == town.id],
            around.year,
        )
        for town in towns
    }


def choices_of(town: Municipality) -> rules.HolidayChoices:
    """What a municipality decided about days that the law leaves open."""
    return rules.HolidayChoices(
        good_friday=town.good_friday,
        liberation_day=cast(rules.LiberationDay, town.liberation_day),
        christmas_eve_closes_at=town.christmas_eve_closes_at,
        new_years_eve_closes_at=town.new_years_eve_closes_at,
    )


def _calendar(town: Municipality, hours: list[OpeningHours], closings: list[ClosingDay], year: int) -> rules.Calendar:
    week: dict[int, tuple[rules.Block, ...]] = {}
    for block in hours:
        week[block.weekday] = (*week.get(block.weekday, ()), (block.opens, block.closes))
    choices = choices_of(town)
    closed_on: dict[date, str] = {}
    short_days: dict[date, tuple[rules.Block, ...]] = {}
    for each in range(year - YEARS_BACK, year + YEARS_AHEAD + 1):
        closed_on |= rules.dutch_holidays(each, choices)
        short_days |= rules.dutch_short_days(each, choices, week)
    for closing in closings:
        if closing.closes_at is None:
            closed_on[closing.on_day] = closing.label
        else:
            blocks = short_days.get(closing.on_day, week.get(closing.on_day.weekday(), ()))
            short_days[closing.on_day] = _until(blocks, closing.closes_at)
    return rules.Calendar(zone=town.zone, week=week, closed_on=closed_on, short_days=short_days)


def _until(blocks: tuple[rules.Block, ...], closes_at: time) -> tuple[rules.Block, ...]:
    return tuple((opens, min(closes, closes_at)) for opens, closes in blocks if opens < closes_at)


def term_for(municipality_id: int, topic_id: int | None, channel: str, on: date | datetime) -> rules.Term:
    """How long an answer may take: the topic's own term, else what is agreed for the channel on that day.

    A channel without agreement follows the telephone's; without any agreement two working days hold.
    """
    if topic_id is not None:
        own = db.session.execute(
            sa.select(TopicRoute.term_amount, TopicRoute.term_unit).where(
                TopicRoute.municipality_id == municipality_id, TopicRoute.topic_id == topic_id
            )
        ).first()
        if own is not None and own.term_amount and own.term_unit:
            return rules.Term(own.term_amount, cast(rules.Unit, own.term_unit))
    return _agreed_term(municipality_id, channel, on)


def _agreed_term(municipality_id: int, channel: str, on: date | datetime) -> rules.Term:
    day = on.date() if isinstance(on, datetime) else on
    agreed = db.session.execute(
        sa.select(ServiceAgreement.answer_amount, ServiceAgreement.answer_unit)
        .where(
            ServiceAgreement.municipality_id == municipality_id,
            ServiceAgreement.channel.in_((channel, "phone")),
            ServiceAgreement.valid_from <= day,
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= day),
        )
        .order_by(sa.case((ServiceAgreement.channel == channel, 0), else_=1), ServiceAgreement.valid_from.desc())
        .limit(1)
    ).first()
    if agreed is None:
        return USUAL_TERM
    return rules.Term(agreed.answer_amount, cast(rules.Unit, agreed.answer_unit))


def due_at(municipality_id: int, topic_id: int | None, channel: str, start: datetime) -> datetime:
    """The moment (UTC) at which an answer to a question of ``start`` (UTC) is due in its working time."""
    term = term_for(municipality_id, topic_id, channel, start)
    return rules.due_at(calendar_of(municipality_id, start), start, term)


def route_for(municipality_id: int, topic_id: int, channel: str = "phone") -> Route:
    """Which department is meant to answer questions on a topic, and within what term. Raises NotFound without an active
    route. Who answers while that department cannot: ``people.queries_departments``."""
    found = db.session.execute(
        sa.select(TopicRoute, Topic.name, Department)
        .join(Topic, Topic.id == TopicRoute.topic_id)
        .join(
            Department,
            sa.and_(
                Department.municipality_id == TopicRoute.municipality_id, Department.id == TopicRoute.department_id
            ),
        )
        .where(TopicRoute.municipality_id == municipality_id, TopicRoute.topic_id == topic_id, TopicRoute.active)
    ).first()
    if found is None:
        raise NotFound
    route, topic_name, department = found
    if route.term_amount and route.term_unit:
        term = rules.Term(route.term_amount, cast(rules.Unit, route.term_unit))
    else:
        term = _agreed_term(municipality_id, channel, now())
    return Route(
        municipality_id=municipality_id,
        topic_id=topic_id,
        topic_name=topic_name,
        department_id=department.id,
        department_name=department.name,
        department_phone=department.phone,
        questions=tuple(str(question) for question in route.questions),
        term=term,
    )


def department_meant(municipality_id: int, topic_id: int) -> int | None:
    """Which department is meant to answer questions on a topic; None without an active route."""
    return db.session.scalar(
        sa.select(TopicRoute.department_id).where(
            TopicRoute.municipality_id == municipality_id, TopicRoute.topic_id == topic_id, TopicRoute.active
        )
    )


def topics_of(municipality_id: int) -> list[TopicChoice]:
    """The topics that one municipality offers, by group and name."""
    rows = db.session.execute(
        sa.select(Topic.id, Topic.name, Topic.group_name, Topic.synonyms, Topic.needs_bsn, Topic.upn)
        .join(TopicRoute, TopicRoute.topic_id == Topic.id)
        .where(TopicRoute.municipality_id == municipality_id, TopicRoute.active)
        .order_by(Topic.group_name, Topic.name)
    )
    return [TopicChoice(row.id, row.name, row.group_name, tuple(row.synonyms), row.needs_bsn, row.upn) for row in rows]


def find_topics(municipality_id: int, text: str, limit: int = 8) -> list[TopicChoice]:
    """The topics of one municipality that fit what was typed (name, synonym, product name), best first."""
    return best_topics(topics_of(municipality_id), text, limit)


def topic_names(topic_ids: Collection[int]) -> dict[int, str]:
    """Names of topics by id, for lists."""
    rows = db.session.execute(sa.select(Topic.id, Topic.name).where(Topic.id.in_(topic_ids)))
    return {row.id: row.name for row in rows}


def topic_ids_by_key(keys: Collection[str]) -> dict[str, int]:
    """Ids of topics by their keys; keys that the centre does not have are left out."""
    rows = db.session.execute(sa.select(Topic.key, Topic.id).where(Topic.key.in_(keys)))
    return {row.key: row.id for row in rows}


def offered_topics() -> dict[int, str]:
    """Every topic that some town of the scope offers: names by id."""
    rows = db.session.execute(
        sa.select(Topic.id, Topic.name).where(Topic.id.in_(sa.select(TopicRoute.topic_id).where(TopicRoute.active)))
    )
    return {row.id: row.name for row in rows}


def departments_of(municipality_id: int) -> list[Department]:
    """The active departments of one municipality, by name."""
    return list(
        db.session.scalars(
            sa.select(Department)
            .where(Department.municipality_id == municipality_id, Department.active)
            .order_by(Department.name)
        )
    )


def department(municipality_id: int, department_id: int) -> Department:
    """One department of one municipality; raises NotFound."""
    return _found(
        db.session.scalar(
            sa.select(Department).where(Department.municipality_id == municipality_id, Department.id == department_id)
        )
    )


def department_names(municipality_id: int) -> dict[int, str]:
    """Names of all departments of one municipality by id, those out of use included."""
    rows = db.session.execute(
        sa.select(Department.id, Department.name).where(Department.municipality_id == municipality_id)
    )
    return {row.id: row.name for row in rows}


def fallbacks(municipality_id: int) -> dict[int, int | None]:
    """For each department of one municipality, those out of use included, which one stands in for it."""
    rows = db.session.execute(
        sa.select(Department.id, Department.fallback_id).where(Department.municipality_id == municipality_id)
    )
    return {row.id: row.fallback_id for row in rows}


def entrance_labels(municipality_id: int) -> dict[int, str]:
    """Label and address of all ways into one municipality by id, those out of use included."""
    rows = db.session.execute(
        sa.select(Entrance.id, Entrance.label, Entrance.address).where(Entrance.municipality_id == municipality_id)
    )
    return {row.id: f"{row.label} ({row.address})" for row in rows}


def links_of(municipality_ids: Collection[int]) -> list[UsefulLink]:
    """Useful links of the given municipalities, each in its own order."""
    return list(
        db.session.scalars(
            sa.select(UsefulLink)
            .where(UsefulLink.municipality_id.in_(municipality_ids))
            .order_by(UsefulLink.municipality_id, UsefulLink.position, UsefulLink.label)
        )
    )


def running_incidents(municipality_ids: Collection[int], at: datetime | None = None) -> list[Incident]:
    """Incidents of the given municipalities that run at a moment (UTC, now by default), the newest first."""
    moment = at or now()
    return list(
        db.session.scalars(
            sa.select(Incident)
            .where(
                Incident.municipality_id.in_(municipality_ids),
                Incident.started_at <= moment,
                sa.or_(Incident.ended_at.is_(None), Incident.ended_at > moment),
            )
            .order_by(Incident.started_at.desc())
        )
    )


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
