"""What becomes of a mail that was kept: read, recognised, and made a question, added to one, or shown to people.

A mail is decided about once, under a lock; whatever goes wrong leaves it in quarantine with a reason, and its bytes as
they came. Nothing here answers anybody but ``actions_outbox.receipt``, which no automatic mail reaches.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.channels import actions_outbox as outbox
from kcc.channels import queries_mail as queries
from kcc.channels import rules_mail as rules
from kcc.channels.actions import receive_question
from kcc.channels.actions_mail_files import keep_files
from kcc.channels.actions_mail_kept import recall
from kcc.channels.models_mail import MailContent, OutgoingMail, ReceivedMail
from kcc.contacts import actions as contacts
from kcc.contacts import actions_links as links
from kcc.contacts import queries as tickets
from kcc.contacts import rules as ticket_rules
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Channel
from kcc.core import audit, events, jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError
from kcc.core.permissions import Actor
from kcc.integrations.mail_reading import Unreadable, reader
from kcc.municipalities import queries as municipalities
from kcc.routing.rules import Kind

Read = dict[str, Any]
NOTE_UNKNOWN = "Deze mail noemt {reference}, maar komt van een adres dat bij die vraag niet bekend is."
NOTE_ELSEWHERE = "Deze mail noemt een kenmerk van een andere gemeente: {reference}."
NOTE_NOBODY = "Deze mail heeft geen afzender: antwoorden per mail kan niet."


@dataclass(frozen=True)
class Match:
    """What a mail refers to: the ticket, our mail that it answers, whether its sender belongs there, and what to note."""

    ticket: Ticket | None = None
    outgoing: OutgoingMail | None = None
    is_known: bool = False
    note: str = ""


def take_in(*, actor: Actor, mail_id: uuid.UUID, attempt: int = 1) -> str:
    """Decide about a mail that waits to be read; its state afterwards. One that was decided about stays as it is.

    After three tries in vain (``attempt`` counts them) it is put in quarantine unread.
    """
    mail = queries.received(mail_id, lock=True)
    if mail.state != "stored" or mail.municipality_id is None:
        return mail.state
    if attempt > rules.MOST_TRIES:
        return _quarantine(actor, mail, "failed")
    content = queries.content(mail_id, raw=True)
    raw = content.raw or b""
    try:
        read = reader.read(raw)
    except Unreadable as fault:
        return _quarantine(actor, mail, fault.reason)
    _note_content(mail, content, read)
    queries.hold_alike(mail.municipality_id, mail.content_hash or mail.sha256)
    twin = queries.twin_of(mail)
    if twin is not None:
        mail.duplicate_of_id = twin
        return _decided(actor, mail, "duplicate")
    try:
        with db.session.begin_nested():
            return _sort(actor, mail, content, raw, read)
    except KCCError:
        # A setting that is missing (a town without topics) must not hold up the post.
        db.session.refresh(mail)
        return _quarantine(actor, mail, "not_taken")


def _note_content(mail: ReceivedMail, content: MailContent, read: Read) -> None:
    content.parsed = read
    content.message_id = read["message_id"] or None
    content.from_name, content.from_address, content.subject = read["from_name"], read["from_address"], read["subject"]
    # Without a Message-ID equal words are not enough: people do send the same question twice.
    mail.content_hash = bytes.fromhex(read["content_hash"]) if read["message_id"] else None
    mail.automatic = rules.automatic_kind(read, content.envelope_from)
    if not mail.automatic and queries.is_own_address(read["from_address"]):
        mail.automatic = "loop"
    db.session.flush()


def _sort(actor: Actor, mail: ReceivedMail, content: MailContent, raw: bytes, read: Read) -> str:
    match = _match(actor, mail, read)
    if mail.automatic and mail.automatic != "suppress":
        return _take_automatic(actor, mail, raw, read, match)
    return _take_question(actor, mail, content, raw, read, match)


# -- what it refers to -----------------------------------------------------------------------------------------------


def _match(actor: Actor, mail: ReceivedMail, read: Read) -> Match:
    town_id = mail.municipality_id or 0
    about = read["report"].get("about", []) if mail.automatic else []
    ours = queries.outgoing_of(town_id, [*read["in_reply_to"], *about])
    if ours is not None:
        ticket = tickets.ticket(ours.ticket_id)
        known = mail.automatic == "bounce" or _belongs(read, ticket, [ours.recipient])
        return Match(ticket, ours, known, _unknown(ticket))
    earlier = queries.earlier_of(town_id, [*read["in_reply_to"], *about])
    if earlier is not None:
        ticket = tickets.ticket(earlier[0])
        return Match(ticket, None, _belongs(read, ticket, [earlier[1]]), _unknown(ticket))
    match = _match_reference(town_id, read)
    return match if match.ticket is not None else _match_kept(actor, mail, read, about, match)


def _match_reference(town_id: int, read: Read) -> Match:
    own_code = queries.town(town_id).short_code
    elsewhere = ""
    for parts in rules.references_in(read["subject"])[:5]:
        # Within this town only; a question that came over from a predecessor keeps the reference it had.
        ticket = tickets.ticket_by_reference(written := ticket_rules.reference(*parts), town_id)
        if ticket is not None:
            return Match(ticket, None, _belongs(read, ticket, []), _unknown(ticket))
        if parts.short_code != own_code:
            elsewhere = elsewhere or NOTE_ELSEWHERE.format(reference=written)
    return Match(note=elsewhere)


def _match_kept(actor: Actor, mail: ReceivedMail, read: Read, about: list[str], otherwise: Match) -> Match:
    """The same for what stayed behind closed when a town went on as this one."""
    ticket, note = recall(
        actor=actor, town_id=mail.municipality_id or 0, sender=read["from_address"],
        references=[ticket_rules.reference(*parts) for parts in rules.references_in(read["subject"])[:5]],
        message_ids=[*read["in_reply_to"], *about], machine=bool(mail.automatic) and mail.automatic != "suppress",
    )  # fmt: skip
    return Match(ticket, None, True) if ticket is not None else Match(note=note) if note else otherwise


def _belongs(read: Read, ticket: Ticket, addresses: list[str]) -> bool:
    return rules.same_address(read["from_address"], {*addresses, *queries.addresses_of(ticket)})


def _unknown(ticket: Ticket) -> str:
    return NOTE_UNKNOWN.format(reference=ticket.reference)


# -- what becomes of it ----------------------------------------------------------------------------------------------


def _take_question(actor: Actor, mail: ReceivedMail, content: MailContent, raw: bytes, read: Read, match: Match) -> str:
    to = match.ticket if match.is_known else None
    fresh, _quoted = rules.split_quoted(read["text"])
    entrance = queries.entrance(mail.entrance_id)
    ticket = receive_question(
        actor=actor,
        municipality_id=mail.municipality_id or 0,
        channel=Channel.EMAIL,
        kind=Kind.MAIL,
        subject_id=mail.id,
        text=(fresh or read["text"]) if to else read["text"],
        subject_line="" if to and (fresh or read["text"]) else read["subject"],
        name=read["from_name"],
        email=read["reply_to"] or read["from_address"],
        topic_id=entrance.topic_id if entrance else None,
        ticket=to,
    )
    mail.ticket_id = ticket.id
    mail.outgoing_id = match.outgoing.id if match.outgoing else None
    if to is None:
        mail.suggested_ticket_id = match.ticket.id if match.ticket else None
        for note in (match.note, "" if read["from_address"] else NOTE_NOBODY):
            if note:
                contacts.write(actor=actor, ticket=ticket, kind="note", body=note, internal=True)
    _arrive(actor, mail, raw, read)
    if to is None and not mail.automatic:
        outbox.receipt(actor=actor, ticket=ticket, mail=mail, content=content)
    return _decided(actor, mail, "attached" if to else "ticketed")


def _take_automatic(actor: Actor, mail: ReceivedMail, raw: bytes, read: Read, match: Match) -> str:
    if match.ticket is None or not match.is_known:
        mail.suggested_ticket_id = match.ticket.id if match.ticket else None
        return _quarantine(actor, mail, "automatic")
    mail.ticket_id, mail.outgoing_id = match.ticket.id, match.outgoing.id if match.outgoing else None
    if mail.automatic == "bounce" and match.outgoing is not None and rules.says_undelivered(read["report"]):
        outbox.returned(actor=actor, mail=match.outgoing, report=read["report"])
    else:
        contacts.add_event(actor=actor, ticket=match.ticket, verb="mail_automatic", detail={"mail": str(mail.id)})
    _arrive(actor, mail, raw, read)
    return _decided(actor, mail, "attached")


def _arrive(actor: Actor, mail: ReceivedMail, raw: bytes, read: Read) -> None:
    db.session.flush()
    keep_files(actor=actor, mail=mail, raw=raw, read=read)


def _quarantine(actor: Actor, mail: ReceivedMail, reason: str) -> str:
    mail.reason = reason
    events.publish("mail", municipality_id=mail.municipality_id or 0, subject_id=mail.id)
    return _decided(actor, mail, "quarantined")


def _decided(actor: Actor, mail: ReceivedMail, state: str) -> str:
    mail.state = state
    mail.decided_at, mail.decided_by_id = now(), actor.account_id
    audit.record(
        actor=actor,
        verb=f"mail.{state}",
        subject_type="mail",
        subject_id=mail.id,
        municipality_id=mail.municipality_id,
        fields=["state"],
    )
    db.session.flush()
    return state


# -- what people decide ----------------------------------------------------------------------------------------------


def as_question(*, actor: Actor, mail_id: uuid.UUID) -> Ticket:
    """Somebody reads a mail in quarantine as a question: it becomes a ticket. Raises InvalidState, NotFound."""
    mail, content = _in_quarantine(mail_id)
    read = _read_again(content)
    raw = content.raw or b""
    entrance = queries.entrance(mail.entrance_id)
    ticket = receive_question(
        actor=actor, municipality_id=mail.municipality_id or 0, channel=Channel.EMAIL, kind=Kind.MAIL, subject_id=mail.id,
        text=read["text"], subject_line=read["subject"], name=read["from_name"],
        email=read["reply_to"] or read["from_address"], topic_id=entrance.topic_id if entrance else None,
    )  # fmt: skip
    mail.ticket_id = ticket.id
    _arrive(actor, mail, raw, read)
    _decided(actor, mail, "ticketed")
    return ticket


def attach(*, actor: Actor, mail_id: uuid.UUID, reference: str) -> Ticket:
    """Somebody puts a mail in quarantine with a ticket of the same town. Raises InvalidInput (``reference``), InvalidState."""
    mail, content = _in_quarantine(mail_id)
    parts = ticket_rules.parse_reference(reference)
    found = tickets.ticket_by_reference(ticket_rules.reference(*parts), mail.municipality_id) if parts else None
    if found is None:
        raise InvalidInput("Er is geen vraag van deze gemeente met dit kenmerk.", field="reference")
    read = _read_again(content)
    ticket = found
    if mail.automatic and mail.automatic != "suppress":
        contacts.add_event(actor=actor, ticket=ticket, verb="mail_automatic", detail={"mail": str(mail.id)})
    else:
        ticket = receive_question(
            actor=actor, municipality_id=ticket.municipality_id, channel=Channel.EMAIL, kind=Kind.MAIL, subject_id=mail.id,
            text=rules.split_quoted(read["text"])[0] or read["text"], name=read["from_name"],
            email=read["reply_to"] or read["from_address"], ticket=ticket,
        )  # fmt: skip
    mail.ticket_id = ticket.id
    _arrive(actor, mail, content.raw or b"", read)
    _decided(actor, mail, "attached")
    return ticket


def dismiss(*, actor: Actor, mail_id: uuid.UUID, reason: str, note: str = "") -> None:
    """Somebody decides that a mail in quarantine is no question, and why. Raises InvalidInput (``reason``), InvalidState."""
    mail, content = _in_quarantine(mail_id, any_town=True)
    if reason not in DISMISSALS:
        raise InvalidInput("Kies een reden uit de lijst.", field="reason")
    mail.reason = reason
    content.note = note.strip()[:2000]
    _decided(actor, mail, "dismissed")


def give_to_town(*, actor: Actor, mail_id: uuid.UUID, municipality_id: int) -> None:
    """Mail to an address that no town has goes to the town it was meant for, and is read there. Raises InvalidState, NotFound."""
    mail, content = _in_quarantine(mail_id, any_town=True)
    town = municipalities.municipality(municipality_id)
    if mail.municipality_id is not None or town.centre_id != mail.centre_id:
        raise InvalidState("Deze mail is al van een gemeente.")
    mail.municipality_id = content.municipality_id = town.id
    mail.state, mail.reason = "stored", ""
    audit.record(
        actor=actor,
        verb="mail.given",
        subject_type="mail",
        subject_id=mail.id,
        municipality_id=town.id,
        fields=["town"],
    )
    db.session.flush()
    jobs.enqueue("channels.read_mail", municipality_id=town.id, key=f"{mail.id}:given", args={"mail": str(mail.id)})


def join_suggested(*, actor: Actor, mail_id: uuid.UUID) -> Ticket:
    """Somebody confirms that a mail belongs to the ticket it names: its own ticket goes into that one.

    Raises InvalidState when nothing was suggested (any more), and as merging does.
    """
    mail = queries.received(mail_id, lock=True)
    if mail.ticket_id is None or mail.suggested_ticket_id is None:
        raise InvalidState("Hier valt niets meer samen te voegen.")
    own, other = tickets.ticket(mail.ticket_id), tickets.ticket(mail.suggested_ticket_id)
    links.merge(actor=actor, ticket=own, into=other)
    if other.status in ticket_rules.REOPENED_FROM:
        contacts.move_ticket(
            actor=actor, ticket=other, to="open", reason="Er hoort een nieuw bericht van de inwoner bij."
        )
    mail.ticket_id, mail.suggested_ticket_id = other.id, None
    db.session.flush()
    return other


DISMISSALS = ("spam", "automatic", "information", "wrong_address", "unreadable")
"""Why something is no question."""


def _in_quarantine(mail_id: uuid.UUID, *, any_town: bool = False) -> tuple[ReceivedMail, MailContent]:
    mail = queries.received(mail_id, lock=True)
    if mail.state != "quarantined":
        raise InvalidState("Over deze mail is al besloten.")
    if mail.municipality_id is None and not any_town:
        raise InvalidState("Kies eerst bij welke gemeente deze mail hoort.")
    return mail, queries.content(mail_id, raw=True)


def _read_again(content: MailContent) -> Read:
    """What a mail says: read before, else now; of one that cannot be read at least that it is there."""
    if content.parsed is None:
        try:
            content.parsed = reader.read(content.raw or b"")
        except Unreadable:
            content.parsed = {
                "text": "Dit bericht kon niet gelezen worden. Het oorspronkelijke bericht staat bij de mail.",
                "subject": content.subject, "from_name": content.from_name, "from_address": content.from_address,
                "reply_to": "", "files": [], "report": {}, "in_reply_to": [], "headers": {}, "html": "", "blocked": 0,
                "message_id": "", "sent_at": "", "content_hash": "", "defects": [],
            }  # fmt: skip
    return content.parsed


# -- watching over it ------------------------------------------------------------------------------------------------


def sweep(*, actor: Actor, municipality_id: int, at: datetime) -> int:
    """Find mail of a town that waits too long to be read, and have it read again; how many there were.

    Its first job may have died or be slow; a second one does no harm, because a mail is decided about once.
    """
    late = queries.stuck(municipality_id, at - rules.STUCK_AFTER)
    for mail in late:
        jobs.enqueue(
            "channels.read_mail",
            municipality_id=municipality_id,
            key=f"{mail.id}:{at:%Y%m%d%H}",
            args={"mail": str(mail.id)},
        )
    if late:
        audit.record(
            actor=actor, verb="mail.stuck", subject_type="municipality", subject_id=municipality_id,
            municipality_id=municipality_id, fields=["state"],
        )  # fmt: skip
    return len(late)


def forget_old(*, actor: Actor, municipality_id: int, at: datetime) -> int:
    """Drop the bytes of mail whose term is over; of mail that was no question, all that it said."""
    with_ticket = queries.kept_too_long(
        municipality_id, at, rules.KEPT_DAYS, states=("ticketed", "attached", "duplicate")
    )
    without = queries.kept_too_long(municipality_id, at, rules.DISMISSED_KEPT_DAYS, states=("dismissed",))
    without += queries.kept_too_long(municipality_id, at, rules.KEPT_DAYS, states=("quarantined",))
    db.session.execute(sa.update(MailContent).where(MailContent.mail_id.in_(with_ticket)).values(raw=None))
    db.session.execute(
        sa.update(MailContent)
        .where(MailContent.mail_id.in_(without))
        .values(
            raw=None,
            parsed=None,
            from_name="",
            from_address="",
            subject="",
            envelope_from=None,
            recipient="",
            message_id=None,
        )
    )
    if with_ticket or without:
        audit.record(
            actor=actor, verb="mail.forgotten", subject_type="municipality", subject_id=municipality_id,
            municipality_id=municipality_id, fields=["raw"],
        )  # fmt: skip
    return len(with_ticket) + len(without)
