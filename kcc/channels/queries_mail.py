"""What is asked about mail: one of them, what it answers, what is like it, and who writes about a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from kcc.channels.models_mail import Mailbox, MailContent, OutgoingMail, ReceivedMail, StandardText
from kcc.contacts.models import Contact, Involvement, Ticket
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models import Entrance, Municipality
from kcc.parties.models import DigitalAddress


@dataclass(frozen=True)
class Sender:
    """How a town writes from a mailbox: address, name, signature, and its receipt."""

    address: str
    name: str
    signature: str
    receipt_on: bool
    receipt_text: str


def received(mail_id: uuid.UUID, *, lock: bool = False) -> ReceivedMail:
    """A mail in sight; raises NotFound. With ``lock`` it is held until the transaction ends."""
    asked = sa.select(ReceivedMail).where(ReceivedMail.id == mail_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found


def content(mail_id: uuid.UUID, *, raw: bool = False, parsed: bool = True) -> MailContent:
    """What a mail in sight holds, with its bytes when asked; raises NotFound."""
    asked = sa.select(MailContent).where(MailContent.mail_id == mail_id)
    if raw:
        asked = asked.options(undefer(MailContent.raw))
    if parsed:
        asked = asked.options(undefer(MailContent.parsed))
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found


def keeps_raw(mail_id: uuid.UUID) -> bool:
    """Whether the bytes of a mail in sight are still kept."""
    return bool(db.session.scalar(sa.select(MailContent.raw.is_not(None)).where(MailContent.mail_id == mail_id)))


def hold_alike(municipality_id: int, sha256: bytes) -> None:
    """Wait until nobody else decides about a mail like this one in this town, and let others wait for us."""
    key = f"{municipality_id}:{sha256.hex()}"
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))


def hold_address(municipality_id: int, address: str) -> None:
    """Wait until nobody else writes a receipt to this address for this town, and let others wait for us."""
    key = f"receipt:{municipality_id}:{address.lower()}"
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))


def twin_of(mail: ReceivedMail) -> uuid.UUID | None:
    """An earlier mail of this town with the same bytes, or with the same content on another way; None when there is none.

    Never by the Message-ID alone: programs give one to many mails.
    """
    same = ReceivedMail.sha256 == mail.sha256
    if mail.content_hash is not None:
        same = sa.or_(same, ReceivedMail.content_hash == mail.content_hash)
    return db.session.scalar(
        sa.select(ReceivedMail.id)
        .where(
            ReceivedMail.municipality_id == mail.municipality_id,
            same,
            ReceivedMail.id != mail.id,
            ReceivedMail.state.not_in(("stored", "duplicate")),
        )
        .order_by(ReceivedMail.received_at)
        .limit(1)
    )


def outgoing_of(municipality_id: int, message_ids: Collection[str]) -> OutgoingMail | None:
    """The newest mail of ours to which these Message-IDs refer, in this town."""
    if not message_ids:
        return None
    return db.session.scalar(
        sa.select(OutgoingMail)
        .where(OutgoingMail.municipality_id == municipality_id, OutgoingMail.message_id.in_(list(message_ids)[-60:]))
        .order_by(OutgoingMail.made_at.desc())
        .limit(1)
    )


def earlier_of(municipality_id: int, message_ids: Collection[str]) -> tuple[uuid.UUID, str] | None:
    """The ticket and sender of the newest mail received in this town that has one of these Message-IDs."""
    if not message_ids:
        return None
    row = db.session.execute(
        sa.select(ReceivedMail.ticket_id, MailContent.from_address)
        .join(MailContent, MailContent.mail_id == ReceivedMail.id)
        .where(
            MailContent.municipality_id == municipality_id,
            MailContent.message_id.in_(list(message_ids)[-60:]),
            ReceivedMail.ticket_id.is_not(None),
        )
        .order_by(ReceivedMail.received_at.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def kept_question(references: Sequence[str], message_ids: Collection[str]) -> sa.Row[Any] | None:
    """The reference and town of a closed question of a predecessor to which a mail refers; in the scope of the town's job."""
    if not references and not message_ids:
        return None
    values = {"references": list(references), "ids": list(message_ids)[-60:]}
    return db.session.execute(sa.text("select * from kcc_kept_question(:references, :ids)"), values).first()


def addresses_of(ticket: Ticket) -> set[str]:
    """Every e-mail address from which this ticket was written about, or that its party is known by."""
    town = ticket.municipality_id
    spoken = (
        sa.select(Involvement.email)
        .join(
            Contact,
            sa.and_(Contact.municipality_id == Involvement.municipality_id, Contact.id == Involvement.contact_id),
        )
        .where(Contact.municipality_id == town, Contact.ticket_id == ticket.id)
    )
    wrote = (
        sa.select(MailContent.from_address)
        .join(ReceivedMail, ReceivedMail.id == MailContent.mail_id)
        .where(ReceivedMail.municipality_id == town, ReceivedMail.ticket_id == ticket.id)
    )
    known = sa.select(DigitalAddress.address).where(
        DigitalAddress.municipality_id == town,
        DigitalAddress.party_id == ticket.party_id,
        DigitalAddress.kind == "email",
    )
    return {address for address in db.session.scalars(sa.union(spoken, wrote, known)) if address}


def entrance(entrance_id: int | None) -> Entrance | None:
    """The mailbox entrance by which a mail came, if it still is there."""
    return None if entrance_id is None else db.session.scalar(sa.select(Entrance).where(Entrance.id == entrance_id))


def town(municipality_id: int) -> Municipality:
    """A town in sight; raises NotFound."""
    found = db.session.get(Municipality, municipality_id)
    if found is None:
        raise NotFound
    return found


def mailboxes_of(municipality_id: int) -> list[tuple[Entrance, Mailbox | None]]:
    """The mailboxes of a town with what is set for each, the oldest first: that is its general one."""
    rows = db.session.execute(
        sa.select(Entrance, Mailbox)
        .outerjoin(
            Mailbox, sa.and_(Mailbox.municipality_id == Entrance.municipality_id, Mailbox.entrance_id == Entrance.id)
        )
        .where(Entrance.municipality_id == municipality_id, Entrance.kind == "mailbox", Entrance.active)
        .order_by(Entrance.id)
    )
    return [(row[0], row[1]) for row in rows]


def sender_of(municipality_id: int, entrance_id: int | None) -> Sender | None:
    """How this town writes: from the mailbox that was written to, else from its general one; None when it has none."""
    boxes = mailboxes_of(municipality_id)
    if not boxes:
        return None
    chosen, box = next(((e, b) for e, b in boxes if e.id == entrance_id), boxes[0])
    name = (box.sender_name if box else "") or f"Gemeente {town(municipality_id).name}"
    return Sender(
        chosen.address,
        name,
        box.signature if box else "",
        bool(box and box.receipt_on),
        box.receipt_text if box else "",
    )


def receipts_since(municipality_id: int, moment: datetime, recipient: str | None = None) -> int:
    """Receipts that this town wrote since a moment (UTC), to one address or to all."""
    asked = (
        sa.select(sa.func.count())
        .select_from(OutgoingMail)
        .where(
            OutgoingMail.municipality_id == municipality_id,
            OutgoingMail.kind == "receipt",
            OutgoingMail.made_at > moment,
        )
    )
    if recipient is not None:
        asked = asked.where(sa.func.lower(OutgoingMail.recipient) == recipient.lower())
    return db.session.scalar(asked) or 0


def is_own_address(address: str) -> bool:
    """Whether an address is a mailbox of any town here: writing to it would be writing to ourselves."""
    return db.session.scalar(sa.text("select kcc_mail_recipient(:a)"), {"a": address}) == "town"


def mails_of(ticket: Ticket, most: int = 50) -> list[tuple[ReceivedMail, MailContent]]:
    """The mails received about a ticket with what they say, newest first."""
    rows = db.session.execute(
        sa.select(ReceivedMail, MailContent)
        .join(MailContent, MailContent.mail_id == ReceivedMail.id)
        .where(ReceivedMail.municipality_id == ticket.municipality_id, ReceivedMail.ticket_id == ticket.id)
        .options(undefer(MailContent.parsed))
        .order_by(ReceivedMail.received_at.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def sent_of(ticket: Ticket, most: int = 50) -> list[OutgoingMail]:
    """The mails to the citizen about a ticket, newest first."""
    return list(
        db.session.scalars(
            sa.select(OutgoingMail)
            .where(OutgoingMail.municipality_id == ticket.municipality_id, OutgoingMail.ticket_id == ticket.id)
            .order_by(OutgoingMail.made_at.desc())
            .limit(most)
        )
    )


def outgoing(outgoing_id: uuid.UUID) -> OutgoingMail:
    """A mail of ours in sight; raises NotFound."""
    found = db.session.scalar(sa.select(OutgoingMail).where(OutgoingMail.id == outgoing_id))
    if found is None:
        raise NotFound
    return found


def standard_texts(municipality_id: int, *, all_of_them: bool = False) -> list[StandardText]:
    """The texts of a town to answer with, by title; those put away too when asked."""
    asked = sa.select(StandardText).where(StandardText.municipality_id == municipality_id).order_by(StandardText.title)
    return list(db.session.scalars(asked if all_of_them else asked.where(StandardText.active)))


def standard_text(municipality_id: int, text_id: uuid.UUID) -> StandardText | None:
    """One text of a town, also one put away."""
    return db.session.scalar(
        sa.select(StandardText).where(StandardText.municipality_id == municipality_id, StandardText.id == text_id)
    )


def text_titles(municipality_id: int) -> dict[str, str]:
    """The titles of a town's standard texts by id, those put away too."""
    return {str(text.id): text.title for text in standard_texts(municipality_id, all_of_them=True)}


def stuck(municipality_id: int, before: datetime) -> list[ReceivedMail]:
    """Mails of a town that nobody decided about though they came before this moment (UTC), oldest first."""
    return list(
        db.session.scalars(
            sa.select(ReceivedMail)
            .where(
                ReceivedMail.municipality_id == municipality_id,
                ReceivedMail.state == "stored",
                ReceivedMail.received_at < before,
            )
            .order_by(ReceivedMail.received_at)
            .limit(500)
        )
    )


def kept_too_long(
    municipality_id: int, at: datetime, days: int, *, states: Sequence[str], most: int = 500
) -> list[uuid.UUID]:
    """Mails of a town in one of these states whose bytes are older than ``days`` at a moment (UTC)."""
    return list(
        db.session.scalars(
            sa.select(ReceivedMail.id)
            .join(MailContent, MailContent.mail_id == ReceivedMail.id)
            .where(
                ReceivedMail.municipality_id == municipality_id,
                ReceivedMail.received_at < at - timedelta(days=days),
                ReceivedMail.state.in_(states),
                MailContent.raw.is_not(None),
            )
            .limit(most)
        )
    )
