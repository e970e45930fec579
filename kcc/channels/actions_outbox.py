"""Mail to citizens: an answer or a receipt is written down with the job that sends it, in one transaction.

A mail is ``queued``, then ``sending`` (noted in a transaction of its own, before the mail server hears of it), then
``sent``. A second try that finds ``sending`` cannot know whether it left: ``in_doubt``, and a person looks. Whatever does
not arrive (``failed``, ``bounced``) brings its ticket back before the agents. The Message-ID is fixed from the start.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kcc.channels import actions_enclosing as enclosing
from kcc.channels import queries_mail as queries
from kcc.channels import rules_mail as rules
from kcc.channels.models_mail import MailContent, OutgoingMail, ReceivedMail
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.models_written import Writing
from kcc.contacts.rules import REOPENED_FROM, Status
from kcc.core import events, jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Actor
from kcc.integrations import mail as smtp
from kcc.integrations.mail_message import clean_address
from kcc.people import queries as people
from kcc.routing import actions as routing
from kcc.routing.rules import Kind

Send = Callable[[smtp.Message], None]
NOT_ARRIVED = "De mail aan de inwoner is niet aangekomen."
TAKEN_BACK = "Het antwoord is teruggehaald voordat het verstuurd was."
USUAL_RECEIPT = (
    "Beste inwoner,\n\nWij hebben uw mail ontvangen. Uw vraag heeft kenmerk {kenmerk}. U krijgt antwoord van een medewerker.\n\n"
    "Wilt u iets toevoegen? Beantwoord dan deze mail en laat het kenmerk in het onderwerp staan."
)
AUTOMATIC = {"receipt": "auto-replied", "confirmation": "auto-generated"}
"""How a mail that no person wrote says so (RFC 3834)."""
TROUBLES = ("failed", "in_doubt", "bounced", "no_mail_server")


def answer(
    *, actor: Actor, ticket: Ticket, body: str, recipient: str, waits: bool = False, entrance_id: int | None = None,
    uploads: Sequence[enclosing.Upload] = (), attachment_ids: Sequence[uuid.UUID] = (),
) -> OutgoingMail:  # fmt: skip
    """Answer a citizen by mail from the town's own mailbox; it leaves after a minute, in which it can be taken back.

    The ticket is answered by it, or waits for the citizen (``waits``); one that a department has stays there. Files go
    along: ``uploads``, which are kept with the ticket, and those of it that ``attachment_ids`` names. Raises InvalidInput
    (``body``, ``recipient``, ``files``), NotFound for a file of another ticket, InvalidState for a town without a mailbox.
    """
    address = clean_address(recipient)
    if not address or queries.is_own_address(address):
        raise InvalidInput("Vul het e-mailadres van de inwoner in.", field="recipient")
    received = queries.mails_of(ticket, most=1)
    before, content = received[0] if received else (None, None)
    sender = queries.sender_of(ticket.municipality_id, entrance_id or (before.entrance_id if before else None))
    if sender is None:
        raise InvalidState("Deze gemeente heeft nog geen mailbox om uit te schrijven.")
    chosen = enclosing.chosen_of(ticket, attachment_ids) if attachment_ids else []
    enclosing.check(uploads, chosen)
    writing = contacts.write(actor=actor, ticket=ticket, kind="answer", body=body, internal=False)
    names = people.names_of({actor.account_id}) if actor.account_id else {}
    signature = rules.filled(
        sender.signature,
        {
            "gemeente": queries.town(ticket.municipality_id).name,
            "kenmerk": ticket.reference,
            "medewerker": next(iter(names.values()), ""),
        },
    )
    mail = _write_down(
        actor, ticket, sender, kind="answer", recipient=address, text=rules.with_signature(writing.body, signature),
        content=content, answers_id=before.id if before else None, writing_id=writing.id, wait=rules.UNDO_TIME,
    )  # fmt: skip
    enclosing.enclose(actor=actor, mail=mail, uploads=uploads, chosen=chosen)
    if ticket.status != Status.WITH_BACK_OFFICE:
        to = Status.WAITING_FOR_CITIZEN if waits else Status.ANSWERED
        if ticket.status in REOPENED_FROM:
            contacts.move_ticket(
                actor=actor, ticket=ticket, to=Status.OPEN, reason="Er gaat nog een mail naar de inwoner."
            )
        if ticket.status != to:
            contacts.move_ticket(actor=actor, ticket=ticket, to=to)
        routing.finish_for_ticket(actor=actor, ticket=ticket)
    return mail


def receipt(*, actor: Actor, ticket: Ticket, mail: ReceivedMail, content: MailContent) -> OutgoingMail | None:
    """Tell a citizen that the mail came in, when the town wants that and it is safe: never to a machine, to ourselves, or
    twice a day to one address; None otherwise."""
    sender = queries.sender_of(ticket.municipality_id, mail.entrance_id)
    parsed = content.parsed or {}
    address = clean_address(parsed.get("reply_to") or content.from_address)
    if sender is None or not sender.receipt_on or mail.automatic or not address:
        return None
    if content.envelope_from == "" or queries.is_own_address(address):
        return None
    day, hour = now() - timedelta(hours=24), now() - timedelta(hours=1)
    # Two mails of one sender may be read at the same moment: who comes second waits, then sees the first one's receipt.
    queries.hold_address(ticket.municipality_id, address)
    if queries.receipts_since(ticket.municipality_id, day, address) >= rules.RECEIPTS_EACH_DAY:
        return None
    if queries.receipts_since(ticket.municipality_id, hour) >= rules.RECEIPTS_EACH_HOUR:
        return None
    words = {"gemeente": queries.town(ticket.municipality_id).name, "kenmerk": ticket.reference, "medewerker": ""}
    text = rules.with_signature(
        rules.filled(sender.receipt_text or USUAL_RECEIPT, words), rules.filled(sender.signature, words)
    )
    return _write_down(
        actor, ticket, sender, kind="receipt", recipient=address, text=text, content=content, answers_id=mail.id,
        writing_id=None, wait=timedelta(0),
    )  # fmt: skip


def confirm(
    *, actor: Actor, ticket: Ticket, sender: queries.Sender, form_id: uuid.UUID, recipient: str, subject: str, text: str
) -> OutgoingMail:
    """Tell who sent a form that it came in; the text as it leaves is the sending job's (``confirming.text_of``)."""
    mail = _write_down(
        actor, ticket, sender, kind="confirmation", recipient=recipient, text=text, content=None, answers_id=form_id,
        writing_id=None, wait=timedelta(0),
    )  # fmt: skip
    mail.subject = subject
    db.session.flush()
    return mail


def _write_down(
    actor: Actor, ticket: Ticket, sender: queries.Sender, *, kind: str, recipient: str, text: str,
    content: MailContent | None, answers_id: uuid.UUID | None, writing_id: uuid.UUID | None, wait: timedelta,
) -> OutgoingMail:  # fmt: skip
    number, moment = new_id(), now()
    parsed = (content.parsed or {}) if content else {}
    in_reply_to = (content.message_id or "") if content else ""
    mail = OutgoingMail(
        id=number,
        municipality_id=ticket.municipality_id,
        ticket_id=ticket.id,
        kind=kind,
        writing_id=writing_id,
        answers_id=answers_id,
        message_id=rules.message_id(number, sender.address),
        in_reply_to=in_reply_to,
        thread=rules.thread_of(" ".join(parsed.get("in_reply_to", [])), in_reply_to),
        sender=sender.address,
        sender_name=sender.name,
        recipient=recipient,
        subject=rules.reply_subject(content.subject if content else "", ticket.reference),
        body=text,
        made_at=moment,
        send_after=moment + wait,
        account_id=actor.account_id,
    )
    db.session.add(mail)
    db.session.flush()
    _enqueue(mail, "first")
    contacts.add_event(
        actor=actor,
        ticket=ticket,
        verb="mail_queued",
        detail={"mail": str(number), "kind": kind},
        writing_id=writing_id,
    )
    return mail


def _enqueue(mail: OutgoingMail, key: str) -> None:
    jobs.enqueue(
        "channels.send_mail", municipality_id=mail.municipality_id, key=f"{mail.id}:{key}", args={"mail": str(mail.id)},
        run_after=mail.send_after,
    )  # fmt: skip


def withdraw(*, actor: Actor, outgoing_id: uuid.UUID) -> Ticket:
    """Take an answer back before it leaves: the text stays as a note, the ticket is open again. Raises InvalidState."""
    mail = queries.outgoing(outgoing_id)
    taken = db.session.execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == outgoing_id, OutgoingMail.state == "queued", OutgoingMail.kind == "answer")
        .values(state="withdrawn")
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]
        raise InvalidState("Deze mail is al weg.")
    db.session.refresh(mail)
    ticket = tickets.ticket(mail.ticket_id)
    writing = db.session.get(Writing, mail.writing_id) if mail.writing_id else None
    if writing is not None:
        writing.kind, writing.internal = "note", True
    enclosing.take_back(mail)
    contacts.add_event(actor=actor, ticket=ticket, verb="mail_withdrawn", detail={"mail": str(mail.id)})
    if ticket.status in (Status.ANSWERED, Status.WAITING_FOR_CITIZEN):
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.OPEN, reason=TAKEN_BACK)
        _before_agents(actor, ticket, mail.id)
    return ticket


def send_outgoing(
    *, actor: Actor, outgoing_id: uuid.UUID, send: Send | None, last_try: bool,
    text_of: Callable[[OutgoingMail], str] = attrgetter("body"),
) -> str:  # fmt: skip
    """Send one mail that waits; its state afterwards. ``send`` is None when no mail server is set; ``text_of`` gives the
    text as it leaves.

    Raises smtp.NotSent when it surely did not leave and another try makes sense.
    """
    mail = queries.outgoing(outgoing_id)
    if mail.state not in ("queued", "sending"):
        return mail.state
    if send is None:
        return _become(actor, mail, "no_mail_server")
    try:
        return _hand_over(actor, mail, send, text_of)
    except (smtp.Refused, enclosing.NotEnclosed) as fault:
        return _become(actor, mail, "failed", str(fault))
    except smtp.InDoubt as fault:
        return _become(actor, mail, "in_doubt", str(fault))
    except smtp.NotSent as fault:
        if last_try:
            return _become(actor, mail, "failed", str(fault))
        _note(mail, "sending", "queued")
        raise


def _hand_over(actor: Actor, mail: OutgoingMail, send: Send, text_of: Callable[[OutgoingMail], str]) -> str:
    files = enclosing.enclosed(mail) if mail.state == "queued" else ()
    if not _note(mail, "queued", "sending"):
        db.session.refresh(mail)
        return _become(actor, mail, "in_doubt") if mail.state == "sending" else mail.state
    send(
        smtp.Message(
            sender=mail.sender, sender_name=mail.sender_name, to=mail.recipient, subject=mail.subject, text=text_of(mail),
            message_id=mail.message_id, in_reply_to=mail.in_reply_to, references=mail.thread,
            automatic=AUTOMATIC.get(mail.kind, ""), null_return=mail.kind == "receipt", files=files, date=mail.made_at,
        )
    )  # fmt: skip
    return _become(actor, mail, "sent")


def returned(*, actor: Actor, mail: OutgoingMail, report: Mapping[str, Any]) -> None:
    """A mail server says that a mail of ours did not arrive: shown with the mail, and its ticket is before the agents."""
    if mail.state in ("settled", "withdrawn", "bounced"):
        return
    _become(actor, mail, "bounced", str(report.get("status") or report.get("diagnostic-code") or "")[:200])


def send_again(*, actor: Actor, outgoing_id: uuid.UUID) -> OutgoingMail:
    """Somebody has a mail that failed sent once more, under the same Message-ID. Raises InvalidState."""
    mail = _in_trouble(outgoing_id)
    mail.state, mail.fault, mail.send_after = "queued", "", now()
    db.session.flush()
    _enqueue(mail, str(uuid.uuid4()))
    _tell(actor, mail, "mail_queued")
    return mail


def settle(*, actor: Actor, outgoing_id: uuid.UUID) -> OutgoingMail:
    """Somebody dealt with a mail that did not arrive in another way: it is off the list. Raises InvalidState."""
    mail = _in_trouble(outgoing_id)
    mail.state = "settled"
    _tell(actor, mail, "mail_settled")
    return mail


def _in_trouble(outgoing_id: uuid.UUID) -> OutgoingMail:
    mail = queries.outgoing(outgoing_id)
    db.session.refresh(mail, with_for_update=True)
    if mail.state not in TROUBLES:
        raise InvalidState("Met deze mail is niets meer aan de hand.")
    return mail


def _become(actor: Actor, mail: OutgoingMail, state: str, fault: str = "") -> str:
    """The outcome, in the job's own transaction: kept only together with the job being done."""
    mail.state, mail.fault = state, fault[:200]
    mail.sent_at = now() if state == "sent" else mail.sent_at
    ticket = _tell(actor, mail, f"mail_{state}")
    if state in TROUBLES and mail.kind == "answer":
        if ticket.status in (Status.ANSWERED, Status.CLOSED, Status.WAITING_FOR_CITIZEN) and state != "in_doubt":
            contacts.move_ticket(actor=actor, ticket=ticket, to=Status.OPEN, reason=NOT_ARRIVED)
        _before_agents(actor, ticket, mail.id)
    return state


def _tell(actor: Actor, mail: OutgoingMail, verb: str) -> Ticket:
    db.session.flush()
    ticket = tickets.ticket(mail.ticket_id)
    contacts.add_event(actor=actor, ticket=ticket, verb=verb, detail={"mail": str(mail.id), "kind": mail.kind})
    events.publish("mail", municipality_id=mail.municipality_id, subject_id=mail.id)
    return ticket


def _before_agents(actor: Actor, ticket: Ticket, subject_id: uuid.UUID) -> None:
    if ticket.merged_into_id is not None:
        ticket = tickets.ticket(ticket.merged_into_id)
    routing.enqueue(
        actor=actor, municipality_id=ticket.municipality_id, kind=Kind.MAIL, channel=ticket.channel, subject_id=subject_id,
        ticket_id=ticket.id, topic_group=tickets.topic(ticket.topic_id).group_name, due_at=ticket.due_at,
    )  # fmt: skip


def _note(mail: OutgoingMail, before: str, after: str) -> bool:
    """Move a mail on in a transaction of its own (evidence: it must outlive a crash); False when it stood elsewhere."""
    with Session(db.engine) as evidence:
        moved = evidence.execute(
            sa.update(OutgoingMail)
            .where(OutgoingMail.id == mail.id, OutgoingMail.state == before)
            .values(state=after)
            .execution_options(synchronize_session=False)
        )
        evidence.commit()
        return bool(moved.rowcount)  # type: ignore[attr-defined]
