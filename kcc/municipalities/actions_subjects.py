"""What of a town can be changed with a history: how each kind of thing is read as JSON and written back.

``change`` in ``actions_history`` is the only caller that writes; it leaves the trace. A kind with one thing for a town
(its week, its closing days, its routes) has an empty subject id, and its fields are weekdays, dates or topics.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Protocol

import sqlalchemy as sa

from kcc.core.db import Base, db
from kcc.core.errors import InvalidInput, NotFound
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.models import (
    ClosingDay,
    Department,
    Entrance,
    Municipality,
    OpeningHours,
    ServiceAgreement,
    TopicRoute,
    UsefulLink,
)

Values = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Things that are rows of one table, known by their number; taking one away deletes it or puts it out of use."""

    kind: str
    model: type[Base]
    deletes: bool = False

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """All fields of one, None for a new one or one that is gone."""
        row = self._row(municipality_id, subject_id)
        if row is None:
            return None
        return {name: _as_json(getattr(row, name)) for name in rules.CHECKS[self.kind]}

    def check(self, values: Mapping[str, Any]) -> Values:
        """Each value as it may be stored. Raises InvalidInput."""
        checked = rules.checked(self.kind, values)
        if self.kind == "entrance" and "address" in checked and "kind" in checked:
            checked["address"] = rules.address(checked["kind"], checked["address"])
        return checked

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Put the values down; returns the number, which a new one has only now."""
        row = self._row(municipality_id, subject_id)
        if after is None:
            self._take_away(row)
            return subject_id
        if row is None:
            row = self.model()
            if self.model is not Municipality:
                row.municipality_id = municipality_id  # type: ignore[attr-defined]
            if subject_id:
                row.id = int(subject_id)  # type: ignore[attr-defined]
            db.session.add(row)
        for name, value in after.items():
            setattr(row, name, _from_json(self.model, name, value))
        db.session.flush()
        return str(row.id)  # type: ignore[attr-defined]

    def _take_away(self, row: Base | None) -> None:
        if row is not None and self.deletes:
            db.session.delete(row)
        elif row is not None:
            row.active = False  # type: ignore[attr-defined]
        db.session.flush()

    def _row(self, municipality_id: int, subject_id: str) -> Base | None:
        if not subject_id:
            return None
        if not subject_id.isascii() or not subject_id.isdigit() or len(subject_id) > 9:
            raise NotFound
        if self.model is Municipality:
            if int(subject_id) != municipality_id:
                raise NotFound
            return db.session.get(Municipality, municipality_id)
        table: Any = self.model
        found: Base | None = db.session.scalar(
            sa.select(table).where(table.municipality_id == municipality_id, table.id == int(subject_id))
        )
        return found


@dataclass(frozen=True)
class Week:
    """When a town is open: one thing, with a field for each weekday."""

    kind: str = "opening_hours"

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """Blocks by weekday; a day without any is empty."""
        found: Values = {str(weekday): [] for weekday in range(7)}
        rows = db.session.scalars(
            sa.select(OpeningHours)
            .where(OpeningHours.municipality_id == municipality_id)
            .order_by(OpeningHours.weekday, OpeningHours.opens)
        )
        for row in rows:
            found[str(row.weekday)].append([_as_json(row.opens), _as_json(row.closes)])
        return found

    def check(self, values: Mapping[str, Any]) -> Values:
        """Blocks from early to late. Raises InvalidInput."""
        checked = rules.week(values)
        return {str(weekday): checked.get(str(weekday), []) for weekday in values}

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Lay the blocks of the named days anew."""
        for weekday, blocks in (after or {}).items():
            db.session.execute(
                sa.delete(OpeningHours).where(
                    OpeningHours.municipality_id == municipality_id, OpeningHours.weekday == int(weekday)
                )
            )
            db.session.add_all(
                OpeningHours(
                    municipality_id=municipality_id, weekday=int(weekday), opens=time.fromisoformat(opens),
                    closes=time.fromisoformat(closes),
                )
                for opens, closes in blocks
            )  # fmt: skip
        db.session.flush()
        return subject_id


@dataclass(frozen=True)
class Days:
    """Days on which a town is closed besides its holidays: one thing, with a field for each date."""

    kind: str = "closing_days"

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """Label and closing time by date; only dates that stand there."""
        rows = db.session.scalars(sa.select(ClosingDay).where(ClosingDay.municipality_id == municipality_id))
        return {row.on_day.isoformat(): {"label": row.label, "closes_at": _as_json(row.closes_at)} for row in rows}

    def check(self, values: Mapping[str, Any]) -> Values:
        """Dates with a label. Raises InvalidInput."""
        return rules.checked_days(values)

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Lay the named dates anew; None takes one away."""
        for on, closing in (after or {}).items():
            on_day = date.fromisoformat(on)
            db.session.execute(
                sa.delete(ClosingDay).where(ClosingDay.municipality_id == municipality_id, ClosingDay.on_day == on_day)
            )
            if closing is not None:
                db.session.add(
                    ClosingDay(
                        municipality_id=municipality_id, on_day=on_day, label=closing["label"],
                        closes_at=_from_json(ClosingDay, "closes_at", closing["closes_at"]),
                    )
                )  # fmt: skip
        db.session.flush()
        return subject_id


@dataclass(frozen=True)
class Routes:
    """Which department answers what: one thing, with a field for each topic of the centre."""

    kind: str = "topic_routes"

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """Routes by topic; only topics that the town has."""
        rows = db.session.scalars(sa.select(TopicRoute).where(TopicRoute.municipality_id == municipality_id))
        return {str(row.topic_id): {name: getattr(row, name) for name in rules.ROUTE} for row in rows}

    def check(self, values: Mapping[str, Any]) -> Values:
        """Whole routes. Raises InvalidInput."""
        return rules.checked_routes(values)

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Lay the named routes anew. One that is taken away stays for the tickets that have it, out of use."""
        centre_id = db.session.scalar(sa.select(Municipality.centre_id).where(Municipality.id == municipality_id))
        for topic_id, route in (after or {}).items():
            row = db.session.get(TopicRoute, (municipality_id, int(topic_id)))
            if row is None and route is not None:
                row = TopicRoute(municipality_id=municipality_id, topic_id=int(topic_id), centre_id=centre_id)
                db.session.add(row)
            if row is not None:
                for name, value in (route or {"active": False}).items():
                    setattr(row, name, value)
        db.session.flush()
        return subject_id


class Subject(Protocol):
    """How one kind of thing is read and written; an upper room registers its own."""

    @property
    def kind(self) -> str:
        """What it is called in the history."""

    def read(self, municipality_id: int, subject_id: str) -> Values | None:
        """All fields as JSON; None for one that is not there."""

    def check(self, values: Mapping[str, Any]) -> Values:
        """Each value as it may be stored. Raises InvalidInput."""

    def write(self, municipality_id: int, subject_id: str, after: Values | None) -> str:
        """Put the values down; returns the id."""


SUBJECTS: dict[str, Subject] = {
    each.kind: each
    for each in (
        Rows("municipality", Municipality),
        Rows("entrance", Entrance),
        Rows("department", Department),
        Rows("service_agreement", ServiceAgreement, deletes=True),
        Rows("useful_link", UsefulLink, deletes=True),
        Week(),
        Days(),
        Routes(),
    )
}


def register(each: Subject) -> None:
    """Give a kind of thing of an upper room a history too."""
    SUBJECTS[each.kind] = each


def subject(kind: str) -> Subject:
    """How a kind of thing is read and written. Raises InvalidInput for a kind that has no history."""
    if kind not in SUBJECTS:
        raise InvalidInput("Dit is niet in te stellen.")
    return SUBJECTS[kind]


def _as_json(value: Any) -> Any:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _from_json(model: type[Base], name: str, value: Any) -> Any:
    kind = model.__table__.c[name].type.python_type
    if value is None or kind not in (date, time, uuid.UUID):
        return value
    if kind is uuid.UUID:
        try:
            return uuid.UUID(str(value))
        except ValueError as fault:
            raise InvalidInput("Deze persoon is er niet.", field=name) from fault
    return kind.fromisoformat(value)
