"""Eight weeks of plausible work, made from written sentences: calls over the day, escalations, attempts, answers.

Volumes: about one call per inhabitant a year and a mean talk time of 292 s ('s-Hertogenbosch, annual report 2019). Share of
calls per hour from 8 to 17: five-minute counts of a bank's call centre, 164 weekdays (package fpp2, series ``calls``).
The centre's own norms decide due times, so that what is late here is late by the same rules as in service.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from kcc.contacts.rules import reference
from kcc.core.clock import now
from kcc.core.db import new_id
from kcc.core.search_text import to_tsvector_text
from kcc.demo import history_calls as calls
from kcc.demo import history_rows as rows
from kcc.demo.content_shapes import CentreContent, TopicContent, TownContent
from kcc.demo.laid import Laid
from kcc.demo.people_of_town import Citizen, citizens_of
from kcc.municipalities import queries as towns
from kcc.municipalities.rules import Calendar, Term, due_at
from kcc.parties.queries import follow_key

WEEKS = 8
ZONE = ZoneInfo("Europe/Amsterdam")
HOURS = {8: 7.4, 9: 12.4, 10: 13.0, 11: 12.6, 12: 11.9, 13: 11.5, 14: 11.1, 15: 10.7, 16: 9.4}
WEEKDAYS = (1.2, 1.02, 0.96, 0.98, 0.84)
CHANNELS = {"phone": 84.0, "counter": 9.0, "email": 5.0, "letter": 1.0, "other": 1.0}
OUTCOMES = {
    "answered": 74.0,
    "escalated": 17.0,
    "transferred": 4.0,
    "transfer_failed": 1.0,
    "referred": 3.0,
    "cut_off": 1.0,
}
SEED = 2011
ABANDONED = 0.045
"""Share of callers who hang up before anybody answers."""


@dataclass
class Making:
    """What the making of a history needs at hand, and the rows made so far, by table."""

    content: CentreContent
    laid: Laid
    data_key: bytes
    chance: random.Random
    until: datetime
    calendars: dict[str, Calendar] = field(default_factory=dict)
    citizens: dict[str, list[Citizen]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    made: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> None:
        """Keep a row for a table, in the order of its columns."""
        self.made.setdefault(table, []).append(tuple(values[name] for name in rows.COLUMNS[table]))

    def __post_init__(self) -> None:
        """Sum the weights once: they are drawn from for every call."""
        self.town_weights = list(accumulate(town.inhabitants for town in self.content.towns))
        self.topic_weights = list(accumulate(topic.weight for topic in self.content.topics))

    def pick(self, weights: dict[Any, float]) -> Any:
        """One of the keys, by weight."""
        return self.chance.choices(list(weights), weights=list(weights.values()))[0]

    def pick_town(self) -> TownContent:
        """A town, by inhabitants."""
        return self.chance.choices(self.content.towns, cum_weights=self.town_weights)[0]

    def pick_topic(self) -> TopicContent:
        """A topic, by how often it is asked."""
        return self.chance.choices(self.content.topics, cum_weights=self.topic_weights)[0]


def lay_history(content: CentreContent, laid: Laid, data_key: bytes) -> dict[str, int]:
    """Make eight weeks up to this moment and put them in; returns counts to show."""
    making = Making(content, laid, data_key, random.Random(SEED), now())
    for town in content.towns:
        making.calendars[town.short_code] = towns.calendar_of(laid.towns[town.short_code], making.until)
        making.citizens[town.short_code] = citizens_of(making, town)
    agents = {
        town.short_code: [
            laid.accounts[p.email]
            for p in content.people
            for r in p.roles
            if r.role == "agent" and town.short_code in r.towns
        ]
        for town in content.towns
    }
    for started in _arrivals(making):
        town = making.pick_town()
        if making.chance.random() < ABANDONED:
            calls.gave_up(making, town, started)
        else:
            _call(making, town, started, making.chance.choice(agents[town.short_code]))
    rows.put_in(making)
    names = {"conversation": "gesprekken", "ticket": "vragen", "internal_task": "contactverzoeken", "party": "inwoners"}
    return {dutch: len(making.made.get(table, [])) for table, dutch in names.items()}


def _arrivals(making: Making) -> Iterator[datetime]:
    """Moments at which a contact comes in, working days only, oldest first."""
    inhabitants = sum(town.inhabitants for town in making.content.towns)
    per_day = inhabitants / 255
    today = making.until.astimezone(ZONE).date()
    for back in range(WEEKS * 7, -1, -1):
        day = today - timedelta(days=back)
        if day.weekday() > 4:
            continue
        count = int(making.chance.gauss(per_day * WEEKDAYS[day.weekday()], per_day * 0.06))
        moments = sorted(_moment_on(making, day) for _ in range(max(count, 0)))
        yield from (at for at in moments if at < making.until - timedelta(minutes=15))


def _moment_on(making: Making, day: date) -> datetime:
    hour = making.pick(HOURS)
    at = time(hour, making.chance.randrange(60), making.chance.randrange(60))
    return datetime.combine(day, at, ZONE).astimezone(now().tzinfo)


def _call(making: Making, town: TownContent, started: datetime, agent: Any) -> None:
    channel = making.pick(CHANNELS)
    talk = min(max(int(making.chance.lognormvariate(5.5, 0.6)), 20), 2400)
    wrap_up = min(max(int(making.chance.lognormvariate(3.7, 0.5)), 5), 600)
    ended = started + timedelta(seconds=talk)
    questions = 2 if making.chance.random() < 0.07 else 1
    outcomes = [making.pick(OUTCOMES) for _ in range(questions)]
    anonymous = all(outcome != "escalated" for outcome in outcomes) and making.chance.random() < 0.3
    conversation = new_id()
    making.add(
        "conversation",
        id=conversation,
        centre_id=making.laid.centre_id,
        municipality_id=making.laid.towns[town.short_code],
        entrance_id=making.laid.entrances.get(
            (town.short_code, {"phone": "phone", "email": "mailbox"}.get(channel, "counter"))
        ),
        account_id=agent,
        channel=channel,
        started_at=started,
        ended_at=ended,
        finished_at=ended + timedelta(seconds=wrap_up),
        anonymous=anonymous,
        cancelled=False,
    )
    if channel == "phone":
        calls.was_answered(making, town, started, ended, agent)
    citizen = None if anonymous else _who(making, town)
    for outcome in outcomes:
        seconds = (talk // questions, wrap_up // questions)
        _question(making, town, outcome, channel, started, ended, seconds, conversation, citizen, agent)


def _who(making: Making, town: TownContent) -> Citizen:
    """A citizen; a small part of them calls again and again."""
    people = making.citizens[town.short_code]
    return people[int(len(people) * making.chance.random() ** 1.6)]


def _question(
    making: Making,
    town: TownContent,
    outcome: str,
    channel: str,
    started: datetime,
    ended: datetime,
    seconds: tuple[int, int],
    conversation: Any,
    citizen: Citizen | None,
    agent: Any,
) -> None:
    topic = making.pick_topic()
    town_id, topic_id = making.laid.towns[town.short_code], making.laid.topics[topic.key]
    year = started.astimezone(ZONE).year
    making.numbers[town.short_code, year] = number = making.numbers.get((town.short_code, year), 0) + 1
    name = reference(town.short_code, year, number)
    ticket, contact = new_id(), new_id()
    escalated = outcome == "escalated"
    department = making.laid.departments[town.short_code, making.content.routes[town.short_code, topic.key]]
    due = due_at(making.calendars[town.short_code], ended, _term(town, topic, channel)) if escalated else None
    fate = rows.task_fate(making, town, topic, ticket, department, due, ended, citizen, agent) if escalated else None
    status = (
        fate.ticket_status
        if fate
        else ("open" if outcome == "cut_off" and making.until - ended < timedelta(days=1) else "closed")
    )
    closed_at = (fate.closed_at if fate else ended) if status == "closed" else None
    making.add(
        "ticket",
        id=ticket,
        municipality_id=town_id,
        reference=name,
        topic_id=topic_id,
        channel=channel,
        status=status,
        priority=2,
        opened_at=started,
        opened_by_id=agent,
        due_at=due,
        answered_at=fate.answered_at if fate else (ended if outcome == "answered" else None),
        closed_at=closed_at,
        changed_at=closed_at or ended,
        party_id=citizen.party_id if citizen else None,
        anonymous=citizen is None,
        department_ids=[department] if escalated else [],
        version=1,
    )
    key = follow_key(making.data_key, town_id, party_id=citizen.party_id, number="") if citizen else None
    making.add(
        "contact",
        id=contact,
        municipality_id=town_id,
        centre_id=making.laid.centre_id,
        ticket_id=ticket,
        conversation_id=conversation,
        topic_id=topic_id,
        at=started,
        channel=channel,
        outcome=outcome,
        account_id=agent,
        talk_seconds=seconds[0],
        wrap_up_seconds=seconds[1],
        party_id=citizen.party_id if citizen else None,
        follow_key=key,
    )
    rows.event(making, town_id, ticket, ended, agent, "ticket.opened")
    if citizen is not None:
        _written(making, town_id, ticket, contact, name, topic, outcome, started, ended, citizen, agent)
    if fate:
        fate.write(making)


def _term(town: TownContent, topic: TopicContent, channel: str) -> Term:
    days = {"email": town.agreement.email_days, "letter": town.agreement.letter_days}.get(
        channel, town.agreement.callback_days
    )
    return Term(topic.term_days or days, "working_days")


def _written(
    making: Making,
    town_id: int,
    ticket: Any,
    contact: Any,
    name: str,
    topic: TopicContent,
    outcome: str,
    started: datetime,
    ended: datetime,
    citizen: Citizen,
    agent: Any,
) -> None:
    asked = making.chance.choice(topic.asks)
    rows.writing(making, town_id, ticket, started, agent, "question", False, asked)
    words = f"{asked} {topic.name}"
    if outcome == "answered" and topic.answers:
        answer = making.chance.choice(topic.answers)
        rows.writing(making, town_id, ticket, ended, agent, "answer", False, answer)
        words += " " + answer
    making.add(
        "involvement",
        municipality_id=town_id,
        contact_id=contact,
        ticket_id=ticket,
        role="representative" if making.chance.random() < 0.06 else "customer",
        name=citizen.name,
        number=citizen.phone,
        identity_check=making.chance.choice(("none", "name_and_birthdate", "callback")),
        language="nl",
    )
    terms = to_tsvector_text(f"{name} {citizen.name} {citizen.phone} {words}")
    making.add("ticket_terms", municipality_id=town_id, ticket_id=ticket, opened_at=started, terms=terms)
