"""What is read of received forms: those that wait for a person's judgement, those that are stuck, and the sum of all."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from kcc.channels.models_forms import FormFile, Rating, ReceivedForm, WebForm
from kcc.channels.rules_forms import SAME_WITHIN
from kcc.contacts.models import Ticket
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.models import Job
from kcc.municipalities.models import Entrance, Municipality
from kcc.routing.models import WorkItem

STUCK_AFTER = timedelta(minutes=2)
"""A form becomes a question within seconds; longer means that something is wrong."""


@dataclass(frozen=True)
class Held:
    """A form that waits for a person's judgement, with whose it is, by which entrance, and what came along."""

    form: ReceivedForm
    municipality: Municipality
    entrance_label: str
    files: int


@dataclass(frozen=True)
class Balance:
    """Forms of one municipality: what came in, and what became of it. ``loose`` counts those of which nothing did."""

    received: int
    ticketed: int
    duplicates: int
    quarantined: int
    discarded: int
    waiting: int
    loose: int

    @property
    def even(self) -> bool:
        """Whether every form that came in is somewhere."""
        placed = self.ticketed + self.duplicates + self.quarantined + self.discarded + self.waiting
        return self.received == placed and self.loose == 0


def locked(form_id: uuid.UUID) -> ReceivedForm:
    """One form, held until the transaction ends; raises NotFound."""
    found = db.session.scalar(
        sa.select(ReceivedForm)
        .where(ReceivedForm.id == form_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def first_of_same(form: ReceivedForm) -> ReceivedForm | None:
    """The question that was sent with the very same text by the same entrance shortly before, when there is one."""
    return db.session.scalar(
        sa.select(ReceivedForm)
        .where(
            ReceivedForm.municipality_id == form.municipality_id,
            ReceivedForm.entrance_id == form.entrance_id,
            ReceivedForm.address_hash == form.address_hash,
            ReceivedForm.kind == "question",
            ReceivedForm.state == "ticketed",
            ReceivedForm.digest == form.digest,
            ReceivedForm.received_at.between(form.received_at - SAME_WITHIN, form.received_at),
            ReceivedForm.id != form.id,
        )
        .order_by(ReceivedForm.received_at)
        .limit(1)
    )


def files_of(form: ReceivedForm) -> list[FormFile]:
    """The files that came with a form and are not with a ticket yet."""
    return list(
        db.session.scalars(
            sa.select(FormFile)
            .where(
                FormFile.municipality_id == form.municipality_id,
                FormFile.entrance_id == form.entrance_id,
                FormFile.key == form.key,
            )
            .order_by(FormFile.sent_at, FormFile.id)
        )
    )


def held(state: str, limit: int, after: tuple[datetime, uuid.UUID] | None = None) -> list[Held]:
    """Forms in a state (quarantine or discarded) of the scope's towns, oldest first; ``after`` is the last one shown."""
    files = (
        sa.select(sa.func.count())
        .where(
            FormFile.municipality_id == ReceivedForm.municipality_id,
            FormFile.entrance_id == ReceivedForm.entrance_id,
            FormFile.key == ReceivedForm.key,
        )
        .scalar_subquery()
    )
    statement = (
        sa.select(ReceivedForm, Municipality, Entrance.label, files)
        .join(Municipality, Municipality.id == ReceivedForm.municipality_id)
        .join(
            Entrance,
            sa.and_(Entrance.municipality_id == ReceivedForm.municipality_id, Entrance.id == ReceivedForm.entrance_id),
        )
        .where(ReceivedForm.state == state)
        .order_by(ReceivedForm.received_at, ReceivedForm.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(ReceivedForm.received_at, ReceivedForm.id) > after)
    return [Held(*row) for row in db.session.execute(statement)]


def stuck(municipality_ids: Collection[int] | None = None, at: datetime | None = None) -> list[ReceivedForm]:
    """Forms that nothing was made of for longer than two minutes, oldest first."""
    statement = sa.select(ReceivedForm).where(
        ReceivedForm.state == "received", ReceivedForm.received_at < (at or now()) - STUCK_AFTER
    )
    if municipality_ids is not None:
        statement = statement.where(ReceivedForm.municipality_id.in_(municipality_ids))
    return list(db.session.scalars(statement.order_by(ReceivedForm.received_at).limit(200)))


def job_state(form: ReceivedForm) -> str | None:
    """How the newest job of a form stands; None when it has none at all."""
    return db.session.scalar(
        sa.select(Job.state)
        .where(Job.municipality_id == form.municipality_id, Job.name == "channels.form")
        .where(Job.args["form"].astext == str(form.id))
        .order_by(Job.made_at.desc())
        .limit(1)
    )


def strayed(municipality_id: int, since: datetime) -> list[ReceivedForm]:
    """Questions that count as ticketed although no ticket, or no item for an agent, was ever made of them."""
    item = sa.exists().where(
        WorkItem.municipality_id == ReceivedForm.municipality_id, WorkItem.subject_id == ReceivedForm.id
    )
    ticket = sa.exists().where(
        Ticket.municipality_id == ReceivedForm.municipality_id, Ticket.id == ReceivedForm.ticket_id
    )
    return list(
        db.session.scalars(
            sa.select(ReceivedForm).where(
                ReceivedForm.municipality_id == municipality_id,
                ReceivedForm.kind.in_(("question", "reply")),
                ReceivedForm.state == "ticketed",
                ReceivedForm.received_at >= since,
                sa.or_(~item, ~ticket),
            )
        )
    )


def balance(municipality_id: int) -> Balance:
    """What came in by the forms of a municipality, against what became of it."""
    statement = (
        sa.select(ReceivedForm.state, sa.func.count())
        .where(ReceivedForm.municipality_id == municipality_id)
        .group_by(ReceivedForm.state)
    )
    counts = {str(row[0]): int(row[1]) for row in db.session.execute(statement)}
    return Balance(
        received=sum(counts.values()),
        ticketed=counts.get("ticketed", 0),
        duplicates=counts.get("duplicate", 0),
        quarantined=counts.get("quarantine", 0),
        discarded=counts.get("discarded", 0),
        waiting=counts.get("received", 0),
        loose=len(strayed(municipality_id, datetime.min.replace(tzinfo=now().tzinfo))),
    )


def web_form(municipality_id: int, entrance_id: int) -> WebForm | None:
    """How the form of an entrance looks; None when nothing was set."""
    return db.session.get(WebForm, (municipality_id, entrance_id))


def rating_of(ticket_id: uuid.UUID) -> Rating | None:
    """What the citizen thought of a ticket, when that was said."""
    return db.session.scalar(sa.select(Rating).where(Rating.ticket_id == ticket_id))
