"""Finishing a conversation: its questions become tickets, contacts, texts and tasks, all in one transaction or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kcc.backoffice import actions as backoffice
from kcc.contacts import actions as contacts
from kcc.contacts import actions_conversations as conversations
from kcc.contacts import rules as contact_rules
from kcc.contacts.models import Conversation, Ticket
from kcc.contacts.rules import Outcome, Status
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.desk import queries, rules
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.municipalities import queries as municipalities
from kcc.municipalities.rules_topics import TopicChoice
from kcc.parties import queries as parties
from kcc.people import queries as people


@dataclass(frozen=True)
class Finished:
    """What a finish made: references for the caller, and whether it was counted without personal data."""

    references: tuple[str, ...]
    anonymous: bool


@dataclass(frozen=True)
class _Question:
    """One question on its way to becoming a ticket."""

    draft: QuestionDraft
    topic: TopicChoice
    outcome: Outcome
    known: bool
    party_id: uuid.UUID | None
    colleague_id: uuid.UUID | None
    talk_seconds: int | None
    wrap_up_seconds: int | None


def finish(
    *, actor: Actor, conversation_id: uuid.UUID, body: DraftBody, key: bytes, at: datetime | None = None
) -> Finished:
    """Register everything of a conversation and end it; ``key`` makes repeats recognisable without naming anyone.

    Questions without anybody behind them are counted only: of what was typed nothing is kept. Raises InvalidInput
    with ``details["faults"]`` (field to message) when something is missing, NotFound for a conversation of somebody
    else or a party of another municipality, InvalidState when it was finished before.
    """
    moment = at or now()
    conversation = conversations.lock(actor=actor, conversation_id=conversation_id)
    asked = _checked(body)
    conversation.ended_at = conversation.ended_at or moment
    talk, wrap_up = conversations.seconds_of(conversation, moment)
    talks, wraps = conversations.share(talk, len(asked)), conversations.share(wrap_up, len(asked))
    questions = [_question(body, draft, topic, talks[n], wraps[n]) for n, (draft, topic) in enumerate(asked)]
    tickets = [_register(actor, conversation, body, question, key, moment) for question in questions]
    anonymous = not any(question.known for question in questions)
    conversations.finish_conversation(actor=actor, conversation=conversation, anonymous=anonymous, at=moment)
    return Finished(tuple(ticket.reference for ticket in tickets), anonymous)


def _checked(body: DraftBody) -> list[tuple[QuestionDraft, TopicChoice]]:
    towns = queries.towns()
    wanted = rules.questions_to_finish(body)
    topics = {
        town_id: municipalities.topics_of(town_id)
        for town_id in {question.municipality_id for _n, question in wanted}
        if town_id in towns
    }
    meant = [rules.resolve_topic(topics.get(q.municipality_id, ()), q.topic) for q in body.questions]
    faults = rules.finish_faults(body, [topic.id if topic else None for topic in meant])
    for n, question in wanted:
        if question.outcome == Outcome.TRANSFERRED and question.transfer_to and _colleague(question) is None:
            faults.setdefault(f"q{n}-transfer_to", "Deze collega is niet gevonden. Kies een naam uit de lijst.")
    if faults:
        raise InvalidInput("Er klopt nog iets niet.", faults=faults)
    return [(question, topic) for n, question in wanted if (topic := meant[n]) is not None]


def _colleague(question: QuestionDraft) -> uuid.UUID | None:
    typed = question.transfer_to.split("·")[0].strip()
    found = {c.account_id: c.name for c in people.colleagues(typed, question.municipality_id)} if typed else {}
    exact = [account for account, name in found.items() if name.casefold() == typed.casefold()]
    if len(exact) == 1:
        return exact[0]
    return next(iter(found)) if len(found) == 1 else None


def _question(
    body: DraftBody, draft: QuestionDraft, topic: TopicChoice, talk: int | None, wrap_up: int | None
) -> _Question:
    party_id = rules.id_or_none(body.party_id) if body.party_town == draft.municipality_id else None
    if party_id is not None:
        # A party of another municipality does not exist here: the same as unknown.
        parties.party(draft.municipality_id, party_id)
    return _Question(
        draft=draft,
        topic=topic,
        outcome=rules.final_outcome(draft),
        known=rules.is_known(body, draft),
        party_id=party_id,
        colleague_id=_colleague(draft) if draft.outcome == Outcome.TRANSFERRED else None,
        talk_seconds=talk,
        wrap_up_seconds=wrap_up,
    )


def _register(
    actor: Actor,
    conversation: Conversation,
    body: DraftBody,
    question: _Question,
    key: bytes,
    moment: datetime,
) -> Ticket:
    town_id, topic = question.draft.municipality_id, question.topic
    stays_open = contact_rules.status_after(question.outcome) != Status.ANSWERED
    due_at = (
        municipalities.due_at(town_id, topic.id, conversation.channel, conversation.started_at)
        if stays_open and question.known
        else None
    )
    ticket = contacts.open_ticket(
        actor=actor,
        municipality_id=town_id,
        topic_id=topic.id,
        channel=conversation.channel,
        party_id=question.party_id,
        anonymous=not question.known,
        opened_at=conversation.started_at,
        due_at=due_at,
    )
    contacts.register_contact(
        actor=actor,
        ticket=ticket,
        centre_id=conversation.centre_id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        outcome=question.outcome,
        talk_seconds=question.talk_seconds,
        wrap_up_seconds=question.wrap_up_seconds,
        article_id=rules.id_or_none(question.draft.article_id),
        incident_id=question.draft.incident_id,
        party_id=question.party_id,
        follow_key=_follow_key(key, body, question),
        involvement=_involvement(body, question) if question.known else None,
        at=conversation.started_at,
    )
    if question.known:
        _write(actor, ticket, body, question.draft)
    _pass_on(actor, ticket, conversation, body, question, due_at, moment)
    return ticket


def _follow_key(key: bytes, body: DraftBody, question: _Question) -> bytes | None:
    if not question.known:
        return None
    number = body.number or question.draft.phone
    return parties.follow_key(key, question.draft.municipality_id, party_id=question.party_id, number=number)


def _involvement(body: DraftBody, question: _Question) -> contacts.InvolvementData:
    return contacts.InvolvementData(
        name=body.name,
        number=body.number or question.draft.phone,
        role=body.role,
        identity_check=body.identity_check,
        language=body.language,
    )


def _write(actor: Actor, ticket: Ticket, body: DraftBody, draft: QuestionDraft) -> None:
    texts: Sequence[tuple[str, str, bool]] = (
        ("question", draft.notes, False),
        ("answer", draft.answer, False),
        ("told", draft.referred_to if draft.outcome == Outcome.REFERRED else "", False),
        ("note", body.represents if body.role == "representative" else "", True),
    )
    for kind, text, internal in texts:
        if text:
            contacts.write(actor=actor, ticket=ticket, kind=kind, body=text, internal=internal)


def _pass_on(
    actor: Actor,
    ticket: Ticket,
    conversation: Conversation,
    body: DraftBody,
    question: _Question,
    due_at: datetime | None,
    moment: datetime,
) -> None:
    """What follows from the outcome: a task, a transfer, or the end."""
    draft, outcome = question.draft, question.outcome
    if outcome == Outcome.ESCALATED:
        _escalate(actor, ticket, conversation, body, draft, due_at or moment)
        return
    if outcome in (Outcome.TRANSFERRED, Outcome.TRANSFER_FAILED):
        conversations.record_transfer(
            actor=actor,
            ticket=ticket,
            warm=draft.warm == "warm",
            succeeded=outcome == Outcome.TRANSFERRED,
            to_account_id=question.colleague_id,
            department_id=draft.transfer_department,
        )
    if contact_rules.status_after(outcome) == Status.ANSWERED:
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.ANSWERED)
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.CLOSED)
    elif not question.known:
        # Nobody can be called back about it: an anonymous call that broke off is counted, and done.
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.CLOSED)


def _escalate(
    actor: Actor, ticket: Ticket, conversation: Conversation, body: DraftBody, draft: QuestionDraft, due_at: datetime
) -> None:
    route = municipalities.route_for(draft.municipality_id, ticket.topic_id, conversation.channel)
    chosen = draft.department_id if draft.department_id not in (None, route.department_id) else None
    reason_id = None
    if chosen is not None:
        municipalities.department(draft.municipality_id, chosen)
        reason = contacts.write(actor=actor, ticket=ticket, kind="reason", body=draft.department_reason, internal=True)
        reason_id = reason.id
    number = draft.phone or body.number
    backoffice.create_task(
        actor=actor,
        ticket=ticket,
        department_id=chosen or route.department_id,
        due_at=due_at,
        channel="phone" if number else "email",
        request=backoffice.RequestData(
            name=body.name,
            number=number,
            email=draft.email,
            preferred_moment=draft.preferred,
            answers={asked: told for asked, told in draft.answers.items() if told},
        ),
        route_reason="chosen" if chosen else "route",
        reason_writing_id=reason_id,
    )
