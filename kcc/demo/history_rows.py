"""The rows of a made-up history: columns by table, the life of an escalated task, and putting it all in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kcc.contacts.models import TicketCounter
from kcc.core.bulk import bulk_insert
from kcc.core.db import db, new_id
from kcc.demo.content_shapes import TopicContent, TownContent
from kcc.routing import rules as routing

if TYPE_CHECKING:
    from kcc.demo.history import Making
    from kcc.demo.people_of_town import Citizen

COLUMNS: dict[str, tuple[str, ...]] = {
    "party": tuple(
        "id municipality_id kind name search_name language is_secret postcode house_number street place created_at version".split()
    ),
    "digital_address": tuple("id municipality_id party_id kind address as_given preferred".split()),
    "conversation": tuple(
        "id centre_id municipality_id entrance_id account_id channel started_at ended_at finished_at anonymous cancelled".split()
    ),
    "ticket": tuple(
        "id municipality_id reference topic_id channel status priority opened_at opened_by_id due_at answered_at closed_at"
        " changed_at party_id anonymous department_ids version".split()
    ),
    "contact": tuple(
        "id municipality_id centre_id ticket_id conversation_id topic_id at channel outcome account_id talk_seconds"
        " wrap_up_seconds party_id follow_key".split()
    ),
    "involvement": tuple("municipality_id contact_id ticket_id role name number identity_check language".split()),
    "writing": tuple("id municipality_id ticket_id at account_id kind internal body".split()),
    "ticket_terms": tuple("municipality_id ticket_id opened_at terms".split()),
    "ticket_event": tuple("id municipality_id ticket_id at account_id verb detail writing_id".split()),
    "internal_task": tuple(
        "id municipality_id ticket_id department_id assignee_id state channel asked_at asked_by_id due_at route_reason"
        " picked_up_at first_reached_at attempts next_attempt_at done_at result version".split()
    ),
    "task_request": tuple("municipality_id task_id name number email preferred_moment answers".split()),
    "contact_attempt": tuple("id municipality_id task_id at account_id channel reached writing_id".split()),
    "work_item": tuple(
        "id municipality_id kind channel subject_id ticket_id topic_group language state priority_class urgent_at since due_at"
        " boost_seconds in_profile cost interruptions".split()
    ),
    "call": tuple(
        "id municipality_id centre_id exchange_call entrance_id state arrived_at answered_at ended_at waited_seconds account_id"
        " withheld".split()
    ),
}
MOMENTS = ("", "", "'s ochtends", "'s middags", "na 16 uur")


@dataclass
class Fate:
    """How an escalated question went on: its task's row, attempts, and where the ticket stands."""

    ticket_status: str
    answered_at: datetime | None
    closed_at: datetime | None
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def write(self, making: Making) -> None:
        """Add the rows, after the ticket's own."""
        for table, values in self.rows:
            making.add(table, **values)


def writing(
    making: Making, town_id: int, ticket: uuid.UUID, at: datetime, account: Any, kind: str, internal: bool, body: str
) -> uuid.UUID:
    """Add a text to a ticket; returns its id."""
    made = new_id()
    making.add(
        "writing",
        id=made,
        municipality_id=town_id,
        ticket_id=ticket,
        at=at,
        account_id=account,
        kind=kind,
        internal=internal,
        body=body,
    )
    return made


def event(making: Making, town_id: int, ticket: uuid.UUID, at: datetime, account: Any, verb: str) -> None:
    """Add a line to a ticket's timeline."""
    making.add(
        "ticket_event",
        id=new_id(),
        municipality_id=town_id,
        ticket_id=ticket,
        at=at,
        account_id=account,
        verb=verb,
        detail={},
        writing_id=None,
    )


def _event_row(
    town_id: int, ticket: uuid.UUID, at: datetime, account: Any, verb: str, writing_id: Any = None
) -> tuple[str, dict[str, Any]]:
    values = {
        "id": new_id(),
        "municipality_id": town_id,
        "ticket_id": ticket,
        "at": at,
        "account_id": account,
        "verb": verb,
    }
    return "ticket_event", {**values, "detail": {}, "writing_id": writing_id}


def _writing_row(
    town_id: int, ticket: uuid.UUID, at: datetime, account: Any, kind: str, internal: bool, body: str
) -> tuple[uuid.UUID, tuple[str, dict[str, Any]]]:
    made = new_id()
    values = {"id": made, "municipality_id": town_id, "ticket_id": ticket, "at": at, "account_id": account}
    return made, ("writing", {**values, "kind": kind, "internal": internal, "body": body})


def handlers_of(making: Making, town: TownContent, topic: TopicContent) -> Sequence[uuid.UUID]:
    """Who works for the department that answers this topic in this town."""
    department = making.content.routes[town.short_code, topic.key]
    return [
        making.laid.accounts[person.email]
        for person in making.content.people
        for role in person.roles
        if (town.short_code, department) in role.departments
    ]


def task_fate(
    making: Making,
    town: TownContent,
    topic: TopicContent,
    ticket: uuid.UUID,
    department: int,
    due: datetime | None,
    asked: datetime,
    citizen: Citizen | None,
    agent: Any,
) -> Fate:
    """Decide how the department dealt with it; what lies in the future has not happened yet."""
    assert due is not None and citizen is not None
    chance, town_id, task = making.chance, making.laid.towns[town.short_code], new_id()
    people = handlers_of(making, town, topic)
    handler = chance.choice(people) if people else None
    length = (due - asked).total_seconds()
    late = chance.random() < 0.18
    done = asked + timedelta(seconds=length * (chance.uniform(1.02, 1.6) if late else chance.uniform(0.1, 0.95)))
    picked = asked + (done - asked) * chance.uniform(0.2, 0.9)
    misses = chance.choices((0, 1, 2, 3), weights=(66, 22, 9, 3))[0]
    is_done, is_picked = done < making.until and handler is not None, picked < making.until and handler is not None
    returned = is_done and chance.random() < 0.04
    attempts = [picked + (done - picked) * (n + 1) / (misses + 1) for n in range(misses)] if is_picked else []
    attempts = [at for at in attempts if at < making.until]
    state = "returned" if returned else "done" if is_done else "picked_up" if is_picked else "open"
    fate = Fate(
        ticket_status=("open" if making.until - done < timedelta(days=1) else "closed")
        if returned
        else "closed"
        if is_done
        else "with_back_office",
        answered_at=done if is_done and not returned else None,
        closed_at=done if is_done else None,
    )
    if returned and fate.ticket_status == "open":
        fate.closed_at = None
    fate.rows.append(
        (
            "internal_task",
            {
                "id": task, "municipality_id": town_id, "ticket_id": ticket, "department_id": department,
                "assignee_id": handler if is_picked else None, "state": state, "channel": "phone", "asked_at": asked,
                "asked_by_id": agent, "due_at": due, "route_reason": "route", "picked_up_at": picked if is_picked else None,
                "first_reached_at": done if is_done and not returned else None,
                "attempts": len(attempts) + int(is_done and not returned), "next_attempt_at": None,
                "done_at": done if is_done else None, "result": ("returned" if returned else "handled") if is_done else None,
                "version": 1,
            },
        )
    )  # fmt: skip
    answers = dict.fromkeys(topic.questions, "")
    fate.rows.append(
        ("task_request", {"municipality_id": town_id, "task_id": task, "name": citizen.name, "number": citizen.phone, "email": "",
                          "preferred_moment": chance.choice(MOMENTS), "answers": answers})
    )  # fmt: skip
    fate.rows.append(_event_row(town_id, ticket, asked, agent, "task_created"))
    if is_picked:
        fate.rows.append(_event_row(town_id, ticket, picked, handler, "task_picked_up"))
    _tried(making, fate, town_id, ticket, task, handler, attempts, topic, done if is_done and not returned else None)
    if returned:
        written, row = _writing_row(
            town_id, ticket, done, handler, "reason", True, chance.choice(making.content.sayings.return_reasons)
        )
        fate.rows += [row, _event_row(town_id, ticket, done, handler, "task_returned", written)]
        if fate.ticket_status == "open":
            item = {
                "id": new_id(),
                "municipality_id": town_id,
                "kind": "returned_task", "channel": "phone", "subject_id": task, "ticket_id": ticket, "topic_group": topic.group,
                "language": "nl", "state": "waiting", "priority_class": routing.first_class("returned_task"), "since": done,
                "due_at": due, "boost_seconds": 0, "in_profile": True, "cost": 100, "interruptions": 0,
                "urgent_at": routing.urgent_at("returned_task", since=done, due_at=due, promise_until=None, zone="Europe/Amsterdam"),
            }  # fmt: skip
            fate.rows.append(("work_item", item))
    return fate


def _tried(
    making: Making,
    fate: Fate,
    town_id: int,
    ticket: uuid.UUID,
    task: uuid.UUID,
    handler: Any,
    attempts: list[datetime],
    topic: TopicContent,
    reached_at: datetime | None,
) -> None:
    sayings = making.content.sayings
    for at in attempts:
        written, row = _writing_row(
            town_id, ticket, at, handler, "note", True, making.chance.choice(sayings.not_reached)
        )
        fate.rows += [row, _attempt(town_id, task, at, handler, False, written)]
        fate.rows.append(_event_row(town_id, ticket, at, handler, "attempt_not_reached", written))
    if reached_at is not None:
        told = making.chance.choice(sayings.back_office[topic.group])
        written, row = _writing_row(town_id, ticket, reached_at, handler, "told", False, told)
        fate.rows += [row, _attempt(town_id, task, reached_at, handler, True, written)]
        fate.rows.append(_event_row(town_id, ticket, reached_at, handler, "task_closed", written))


def _attempt(
    town_id: int, task: uuid.UUID, at: datetime, handler: Any, reached: bool, written: uuid.UUID
) -> tuple[str, dict[str, Any]]:
    values = {"id": new_id(), "municipality_id": town_id, "task_id": task, "at": at, "account_id": handler}
    return "contact_attempt", {**values, "channel": "phone", "reached": reached, "writing_id": written}


def put_in(making: Making) -> None:
    """Insert every row, tables in the order of their references."""
    for table, columns in COLUMNS.items():
        bulk_insert(table, columns, making.made.get(table, []))
    for (code, year), number in making.numbers.items():
        db.session.add(TicketCounter(municipality_id=making.laid.towns[code], year=year, last_number=number))
    db.session.flush()
