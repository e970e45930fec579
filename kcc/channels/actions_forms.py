"""What becomes of a form that came in: a question, more about a question, a rating; or it waits for a person's judgement.

The raw form was committed before any of this runs. Each verb takes the form's row first, so that two workers never make
two questions of one form; and a form is only called ticketed in the transaction that makes its ticket.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.channels import actions, actions_files, queries_files
from kcc.channels import queries_forms as queries
from kcc.channels.models_forms import FormFile, Rating, ReceivedForm
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.models_written import Writing
from kcc.core import audit, events, jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.routing import actions as routing

logger = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(days=1)
"""Files of a form that was never sent."""
LOOK_BACK = timedelta(days=2)
"""How far back the sweep looks for questions that nobody got."""


@dataclass(frozen=True)
class Swept:
    """What a sweep did: forms offered again, forms given to people, questions put before agents after all."""

    again: int = 0
    to_people: int = 0
    strayed: int = 0


def process_form(*, actor: Actor, form_id: uuid.UUID) -> str:
    """Make of a received form what it is; returns its state afterwards. Nothing happens to one that was dealt with."""
    form = queries.locked(form_id)
    if form.state != "received":
        return form.state
    if form.kind == "rating":
        return _rate(actor, form)
    if form.kind == "reply":
        return _reply(actor, form)
    if form.doubts:
        return _settle(actor, form, "quarantine")
    first = queries.first_of_same(form)
    if first is not None:
        form.ticket_id = first.ticket_id
        _bring_files(actor, form, tickets.ticket(_known(first.ticket_id)))
        return _settle(actor, form, "duplicate")
    return _ask(actor, form)


def release(*, actor: Actor, form_id: uuid.UUID) -> Ticket:
    """It is a question after all: the form becomes one. Raises InvalidState when a colleague decided meanwhile."""
    form = queries.locked(form_id)
    if form.state not in ("quarantine", "discarded"):
        raise InvalidState("Een collega heeft dit formulier al beoordeeld.")
    form.decided_by_id = actor.account_id
    if form.kind == "question":
        _ask(actor, form)
    else:
        _reply(actor, form) if form.kind == "reply" else _rate(actor, form)
    return tickets.ticket(_known(form.ticket_id))


def discard(*, actor: Actor, form_id: uuid.UUID) -> None:
    """It is no question. It stays to be found, and can be made a question yet. Raises InvalidState when decided already."""
    form = queries.locked(form_id)
    if form.state != "quarantine":
        raise InvalidState("Een collega heeft dit formulier al beoordeeld.")
    form.decided_by_id = actor.account_id
    _settle(actor, form, "discarded")


def sweep_forms(*, actor: Actor, municipality_id: int) -> Swept:
    """Find forms of a town that nothing was made of: offer them again, give those that keep failing to people, say so.

    Forgets files of forms that were never sent.
    """
    again = to_people = 0
    for form in queries.stuck([municipality_id]):
        state = queries.job_state(form)
        if state in ("waiting", "running"):
            logger.warning("a form waits long", extra={"form_id": str(form.id)})
        elif state == "dead":
            held = queries.locked(form.id)
            held.doubts = [*held.doubts, "failed"]
            _settle(actor, held, "quarantine")
            to_people += 1
        else:
            args = {"form": str(form.id)}
            moment = now().isoformat()
            jobs.enqueue("channels.form", municipality_id=municipality_id, key=f"{form.id}:{moment}", args=args)
            again += 1
    astray = queries.strayed(municipality_id, now() - LOOK_BACK)
    for form in astray:
        _put_before_agents(actor, form)
    db.session.execute(
        sa.delete(FormFile)
        .where(FormFile.municipality_id == municipality_id, FormFile.sent_at < now() - FORGOTTEN_AFTER)
        .where(
            ~sa.exists().where(
                ReceivedForm.municipality_id == FormFile.municipality_id,
                ReceivedForm.entrance_id == FormFile.entrance_id,
                ReceivedForm.key == FormFile.key,
            )
        )
    )
    swept = Swept(again, to_people, len(astray))
    if swept != Swept():
        logger.error("forms were stuck", extra={"municipality_id": municipality_id, **vars(swept)})
        audit.record(
            actor=actor,
            verb="forms.swept",
            subject_type="municipality",
            subject_id=municipality_id,
            municipality_id=municipality_id,
            fields=[f"{name}:{count}" for name, count in vars(swept).items()],
        )
    db.session.flush()
    return swept


def _ask(actor: Actor, form: ReceivedForm) -> str:
    body = form.body
    ticket = actions.receive_question(
        actor=actor, municipality_id=form.municipality_id, channel="webform", kind="web_form", subject_id=form.id,
        text=str(body.get("question", "")), subject_line=str(body.get("topic", "")) if not body.get("topic_id") else "",
        name=str(body.get("name", "")), email=str(body.get("email", "")), phone=str(body.get("phone", "")),
        topic_id=_topic(form), language=str(body.get("language", "nl")), reference=form.reference or "",
    )  # fmt: skip
    form.ticket_id = ticket.id
    _bring_files(actor, form, ticket)
    state = _settle(actor, form, "ticketed")
    if body.get("email"):
        jobs.enqueue(
            "channels.confirm_form", municipality_id=form.municipality_id, key=str(form.id), args={"form": str(form.id)}
        )
    return state


def _topic(form: ReceivedForm) -> int | None:
    """The topic that was chosen, while the town still offers it."""
    chosen = form.body.get("topic_id")
    if isinstance(chosen, int) and tickets.offers_topic(form.municipality_id, chosen):
        return chosen
    return None


def _bring_files(actor: Actor, form: ReceivedForm, ticket: Ticket) -> None:
    """The files that came along, but for those that were taken back and those that the ticket has already."""
    without = set(map(str, form.body.get("without", ())))
    there = {kept.sha256 for kept in queries_files.attachments_of(ticket.id)}
    for file in queries.files_of(form):
        if str(file.id) not in without and hashlib.sha256(file.data).digest() not in there:
            given: dict[str, Any] = {
                "actor": actor, "municipality_id": form.municipality_id, "ticket_id": ticket.id, "subject_id": form.id,
                "name": file.name,
            }  # fmt: skip
            try:
                actions_files.keep_attachment(**given, data=file.data)
            except InvalidInput as fault:
                actions_files.note_refused(**given, size=file.size, reason=fault.message)
        db.session.delete(file)
    db.session.flush()


def _reply(actor: Actor, form: ReceivedForm) -> str:
    ticket = tickets.ticket(_known(form.ticket_id))
    parent = queries.locked(_known(form.parent_id))
    ticket = actions.receive_question(
        actor=actor, municipality_id=form.municipality_id, channel="webform", kind="web_form", subject_id=form.id,
        text=str(form.body.get("question", "")), name=str(parent.body.get("name", "")),
        email=str(parent.body.get("email", "")), phone=str(parent.body.get("phone", "")), ticket=ticket,
        language=str(parent.body.get("language", "nl")),
    )  # fmt: skip
    return _settle(actor, form, "ticketed")


def _rate(actor: Actor, form: ReceivedForm) -> str:
    ticket = tickets.ticket(_known(form.ticket_id))
    score, words = int(form.body.get("score", 0)), str(form.body.get("question", ""))
    before = queries.rating_of(ticket.id)
    writing_id = before.writing_id if before else None
    if words.strip():
        if writing_id is None:
            writing_id = contacts.write(actor=actor, ticket=ticket, kind="rating", body=words, internal=False).id
        else:
            _rewrite(ticket, writing_id, words)
    values = {
        "municipality_id": form.municipality_id, "ticket_id": ticket.id, "score": score, "channel": ticket.channel,
        "topic_id": ticket.topic_id, "rated_at": form.received_at, "writing_id": writing_id,
    }  # fmt: skip
    db.session.execute(
        insert(Rating)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["municipality_id", "ticket_id"],
            set_={"score": score, "changed_at": form.received_at, "writing_id": writing_id},
        )
    )
    contacts.add_event(actor=actor, ticket=ticket, verb="rated", detail={"score": score})
    return _settle(actor, form, "ticketed")


def _rewrite(ticket: Ticket, writing_id: uuid.UUID, words: str) -> None:
    db.session.execute(
        sa.update(Writing)
        .where(Writing.municipality_id == ticket.municipality_id, Writing.id == writing_id)
        .values(body=words)
    )
    contacts.index_ticket(ticket, words)


def _settle(actor: Actor, form: ReceivedForm, state: str) -> str:
    form.state = state
    form.processed_at = now()
    db.session.flush()
    audit.record(
        actor=actor,
        verb=f"form.{state}",
        subject_type="received_form",
        subject_id=form.id,
        municipality_id=form.municipality_id,
        fields=form.doubts,
    )
    events.publish("form", municipality_id=form.municipality_id, subject_id=form.id)
    return state


def _put_before_agents(actor: Actor, form: ReceivedForm) -> None:
    """A question that counts as ticketed and that nobody has: made anew, or put in the queue."""
    held = queries.locked(form.id)
    if held.ticket_id is None:
        held.state = "received"
        moment = now().isoformat()
        jobs.enqueue(
            "channels.form",
            municipality_id=held.municipality_id,
            key=f"{held.id}:{moment}",
            args={"form": str(held.id)},
        )
        return
    ticket = tickets.ticket(held.ticket_id)
    routing.enqueue(
        actor=actor, municipality_id=held.municipality_id, kind="web_form", channel="webform", subject_id=held.id,
        ticket_id=ticket.id, since=held.received_at, due_at=ticket.due_at,
        topic_group=tickets.topic(ticket.topic_id).group_name,
    )  # fmt: skip


def _known(value: uuid.UUID | None) -> uuid.UUID:
    if value is None:
        raise NotFound
    return value
