"""Lists for the people who sort mail: what waits for a decision, what did not arrive, and whether all that came in is there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.channels.models_forms import ReceivedForm
from kcc.channels.models_mail import Mailbox, MailContent, OutgoingMail, ReceivedMail
from kcc.contacts.models import Ticket
from kcc.core.db import db
from kcc.municipalities.models import Entrance, Municipality

SHELVES: dict[str, tuple[sa.ColumnElement[bool], ...]] = {
    "review": (ReceivedMail.state == "quarantined", ReceivedMail.reason != "automatic"),
    "automatic": (ReceivedMail.state == "quarantined", ReceivedMail.reason == "automatic"),
    "dismissed": (ReceivedMail.state == "dismissed",),
}
"""Which mails stand on which list."""
IN_TROUBLE = OutgoingMail.state.in_(
    sa.bindparam("troubles", ("failed", "in_doubt", "bounced", "no_mail_server"), expanding=True, literal_execute=True)
)
"""Written out in the statement, so that the partial index for it is used."""
Place = tuple[datetime, uuid.UUID]


@dataclass(frozen=True)
class Row:
    """A mail in a list: facts, what it says about itself, and whose it is (None: of nobody)."""

    mail: ReceivedMail
    content: MailContent
    municipality: Municipality | None


@dataclass(frozen=True)
class Trouble:
    """A mail of ours that did not arrive, or may not have."""

    mail: OutgoingMail
    ticket: Ticket
    municipality: Municipality


@dataclass(frozen=True)
class Counts:
    """What became of all that came in since a moment: the parts add up to what was received."""

    received: int = 0
    ticketed: int = 0
    attached: int = 0
    duplicate: int = 0
    quarantined: int = 0
    dismissed: int = 0
    stored: int = 0
    oldest_stored: datetime | None = None

    @property
    def adds_up(self) -> bool:
        """Whether nothing vanished."""
        parts = (self.ticketed, self.attached, self.duplicate, self.quarantined, self.dismissed, self.stored)
        return sum(parts) == self.received


def on_shelf(shelf: str, *, before: Place | None = None, most: int = 50) -> list[Row]:
    """Mails on a list (review, automatic or dismissed), newest first, before a place in it."""
    asked = (
        sa.select(ReceivedMail, MailContent, Municipality)
        .join(MailContent, MailContent.mail_id == ReceivedMail.id)
        .outerjoin(Municipality, Municipality.id == ReceivedMail.municipality_id)
        .where(*SHELVES[shelf])
        .order_by(ReceivedMail.received_at.desc(), ReceivedMail.id.desc())
        .limit(most)
    )
    if before is not None:
        asked = asked.where(sa.tuple_(ReceivedMail.received_at, ReceivedMail.id) < before)
    return [Row(*row) for row in db.session.execute(asked)]


def shelf_sizes() -> dict[str, int]:
    """How many mails wait for a decision on each list, how many of ours did not arrive, and how many forms are doubtful."""
    review, automatic = (sa.and_(*SHELVES[name]) for name in ("review", "automatic"))
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(review),
            sa.func.count().filter(automatic),
            sa.select(sa.func.count()).select_from(OutgoingMail).where(IN_TROUBLE).scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(ReceivedForm)
            .where(ReceivedForm.state == "quarantine")
            .scalar_subquery(),
        ).where(ReceivedMail.state == "quarantined")
    ).one()
    return {"review": row[0], "automatic": row[1], "trouble": row[2], "forms": row[3]}


def counts_since(moment: datetime) -> Counts:
    """What became of the mail of the scope's towns received since a moment (UTC)."""
    state = ReceivedMail.state
    names = ("ticketed", "attached", "duplicate", "quarantined", "dismissed", "stored")
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            *(sa.func.count().filter(state == name) for name in names),
            sa.func.min(ReceivedMail.received_at).filter(state == "stored"),
        ).where(ReceivedMail.received_at >= moment)
    ).one()
    return Counts(*row)


def troubles(*, before: Place | None = None, most: int = 50) -> list[Trouble]:
    """Mails of ours that did not arrive or may not have, newest first."""
    asked = (
        sa.select(OutgoingMail, Ticket, Municipality)
        .join(
            Ticket, sa.and_(Ticket.municipality_id == OutgoingMail.municipality_id, Ticket.id == OutgoingMail.ticket_id)
        )
        .join(Municipality, Municipality.id == OutgoingMail.municipality_id)
        .where(IN_TROUBLE)
        .order_by(OutgoingMail.made_at.desc(), OutgoingMail.id.desc())
        .limit(most)
    )
    if before is not None:
        asked = asked.where(sa.tuple_(OutgoingMail.made_at, OutgoingMail.id) < before)
    return [Trouble(*row) for row in db.session.execute(asked)]


def faulty_boxes() -> Sequence[tuple[Mailbox, Entrance]]:
    """Mailboxes in sight that cannot be fetched now."""
    rows = db.session.execute(
        sa.select(Mailbox, Entrance)
        .join(
            Entrance, sa.and_(Entrance.municipality_id == Mailbox.municipality_id, Entrance.id == Mailbox.entrance_id)
        )
        .where(Mailbox.imap_sealed.is_not(None), Mailbox.fault != "")
        .order_by(Entrance.address)
    )
    return [(row[0], row[1]) for row in rows]
