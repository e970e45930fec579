"""What the desk shows: a conversation with its town, draft, topics, promise, caller and answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from kcc.contacts import queries as contacts
from kcc.contacts import queries_conversations as conversations
from kcc.contacts.models import Conversation, Draft, Ticket
from kcc.contacts.rules import Channel, Outcome
from kcc.core.clock import now
from kcc.core.errors import NotFound
from kcc.desk import queries_calls, rules
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.knowledge import queries as knowledge
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as working_time
from kcc.municipalities.models import Department, Incident, Municipality, UsefulLink
from kcc.municipalities.rules_departments import FallReason, Reach, department_calendar, reach, reaches
from kcc.municipalities.rules_topics import TopicChoice, best_topics
from kcc.parties import queries as parties
from kcc.parties.queries import PartyCard
from kcc.people import queries as people
from kcc.people import queries_departments as people_departments
from kcc.people.queries import Colleague

MOST_SUGGESTED = 4
MOST_RESULTS = 6
MOST_COLLEAGUES = 6


@dataclass(frozen=True)
class Promise:
    """Where a question goes when it is passed on, by when, what to ask first, and whether they are there now.

    ``passed`` names the departments that were meant first and cannot answer, ``fault`` says why even this one hardly can.
    """

    department_id: int
    department_name: str
    due_at: datetime
    term: working_time.Term
    questions: tuple[str, ...]
    departments: list[Department]
    is_route: bool
    reach: Reach
    passed: tuple[tuple[str, FallReason], ...] = ()
    fault: FallReason | None = None


@dataclass
class Screen:
    """One conversation as the desk shows it."""

    conversation: Conversation
    in_hand: list[Conversation]
    draft: Draft
    body: DraftBody
    towns: dict[int, Municipality]
    topics: dict[int, list[TopicChoice]] = field(default_factory=dict)
    party: PartyCard | None = None
    promise: Promise | None = None
    departments: list[Department] = field(default_factory=list)
    reaches: dict[int, Reach] = field(default_factory=dict)
    """For each of those departments, whether it can be reached now."""
    colleagues: list[Colleague] | None = None
    results: list[knowledge.Found] | None = None
    article: knowledge.Shown | None = None
    meant: dict[tuple[int, str], TopicChoice | None] = field(default_factory=dict)
    """Topics already looked for on this screen: looking among a hundred takes milliseconds."""

    @property
    def town(self) -> Municipality:
        """The municipality for which the agent speaks."""
        return self.towns[self.conversation.municipality_id or 0]

    @property
    def question(self) -> QuestionDraft:
        """The question that is open on the screen."""
        return self.body.questions[self.body.active]

    @property
    def topic(self) -> TopicChoice | None:
        """The topic of the open question; None when not (surely) said yet."""
        return self.topic_of(self.question)

    def topic_of(self, question: QuestionDraft) -> TopicChoice | None:
        """The topic that a question means; None when unsure, or when its town's topics were not read."""
        offered = self.topics.get(question.municipality_id)
        if offered is None:
            return None
        asked = (question.municipality_id, question.topic)
        if asked not in self.meant:
            self.meant[asked] = rules.resolve_topic(offered, question.topic)
        return self.meant[asked]

    @property
    def suggestions(self) -> list[TopicChoice]:
        """Topics that fit what is typed in the open question."""
        if not self.question.topic or self.topic is not None:
            return []
        return best_topics(self.topics.get(self.question.municipality_id, ()), self.question.topic, MOST_SUGGESTED)


def towns() -> dict[int, Municipality]:
    """The municipalities of this scope by id."""
    return {town.id: town for town in municipalities.visible_municipalities()}


def screen(account_id: uuid.UUID, conversation_id: uuid.UUID) -> Screen:
    """A conversation in the agent's hands with its draft as stored; raises NotFound for any other."""
    held = conversations.in_hand_with(account_id, conversation_id)
    known = towns()
    if held.conversation.municipality_id not in known:
        raise NotFound
    body = rules.body_from(held.draft.body, held.conversation.municipality_id)
    if not held.draft.body and held.conversation.channel == Channel.PHONE:
        # Nothing was saved yet: the draft begins with the number that calls.
        body.number = queries_calls.first_number(held.conversation)
    return Screen(held.conversation, held.conversations, held.draft, body, known)


def fill(shown: Screen, *, with_answers: bool = False) -> Screen:
    """Read what the open question needs: its town's topics, the caller, the promise; the answers when asked."""
    read_topics(shown, [shown.question.municipality_id])
    party_id = rules.id_or_none(shown.body.party_id)
    if party_id is not None and shown.body.party_town is not None:
        found = parties.cards(shown.body.party_town, [party_id])
        shown.party = found[0] if found else None
    if shown.question.outcome == Outcome.ESCALATED:
        shown.promise = promise(shown)
    elif shown.question.outcome == Outcome.TRANSFERRED:
        town_id, at = shown.question.municipality_id, now()
        shown.departments = municipalities.departments_of(town_id)
        shown.reaches = reaches(
            {each.id: each.hours for each in shown.departments}, municipalities.calendar_of(town_id, at), at
        )
    if with_answers:
        answers(shown)
    return shown


def read_topics(shown: Screen, town_ids: list[int]) -> None:
    """Read the topics of these municipalities, once each."""
    for town_id in town_ids:
        if town_id not in shown.topics and town_id in shown.towns:
            shown.topics[town_id] = municipalities.topics_of(town_id)


def promise(shown: Screen) -> Promise | None:
    """What to promise for the open question: by the route of its town and topic, unless another department was chosen.

    The term runs from the start of the conversation, so that the hour that was said aloud is the hour that is kept. A
    department that cannot answer is passed over for the one that stands in for it.
    None while the topic is unsure or has no route.
    """
    question, topic = shown.question, shown.topic
    if topic is None:
        return None
    try:
        route = municipalities.route_for(question.municipality_id, topic.id, shown.conversation.channel)
    except NotFound:
        return None
    departments = people_departments.departments_with_people(question.municipality_id)
    chosen = next((d for d in departments.in_use if d.id == question.department_id), None)
    answering = departments.answering(chosen.id if chosen else route.department_id)
    department = departments.by_id[answering.department_id]
    calendar = municipalities.calendar_of(question.municipality_id, shown.conversation.started_at)
    return Promise(
        department_id=department.id,
        department_name=department.name,
        due_at=working_time.due_at(calendar, shown.conversation.started_at, route.term),
        term=route.term,
        questions=tuple(route.questions),
        departments=departments.in_use,
        is_route=chosen is None or chosen.id == route.department_id,
        reach=reach(department_calendar(calendar, department.hours), now()),
        passed=tuple((departments.by_id[each.department_id].name, each.reason) for each in answering.passed),
        fault=departments.standings[department.id].fault,
    )


def colleagues(shown: Screen) -> list[Colleague]:
    """Colleagues of the open question's municipality whose name or department fits what is typed; who is there first."""
    text = shown.question.transfer_to.split("·")[0]
    found = people.colleagues(text, shown.question.municipality_id)
    return sorted(found, key=lambda each: not each.there_now)[:MOST_COLLEAGUES]


def search_text(shown: Screen) -> str:
    """What knowledge is searched for: what was typed in the search box, else the topic and the notes."""
    if shown.body.search:
        return shown.body.search
    topic = shown.topic.name if shown.topic else shown.question.topic
    return " ".join(part for part in (topic, shown.question.notes[:200]) if part)


def answers(shown: Screen) -> None:
    """Find articles for the open question, and read the chosen or the first one as its town has it.

    Articles about the topic come before those that only share words with the story; what the agent searches for
    herself comes as it is found.
    """
    town_id, topic = shown.question.municipality_id, shown.topic
    text = search_text(shown)
    about = knowledge.of_topic(topic.id, town_id, limit=MOST_RESULTS) if topic and not shown.body.search else []
    alike = knowledge.find(text, town_id, topic.id if topic else None, limit=MOST_RESULTS) if text else []
    known = {found.article_id for found in about}
    shown.results = [*about, *(found for found in alike if found.article_id not in known)][:MOST_RESULTS]
    ids = [found.article_id for found in shown.results]
    wanted = rules.id_or_none(shown.body.article_id)
    if wanted not in ids:
        wanted = ids[0] if ids else None
    if wanted is not None:
        shown.article = knowledge.for_municipality(wanted, town_id)


@dataclass(frozen=True)
class Beside:
    """What stands beside a conversation: earlier work for the caller, running incidents, useful links."""

    tickets: list[Ticket]
    topic_names: dict[int, str]
    earlier: list[contacts.RecentContact]
    incidents: list[Incident]
    links: list[UsefulLink]


def beside(shown: Screen) -> Beside:
    """What stands beside this conversation, of its own municipality."""
    town_id = shown.town.id
    party_id = rules.id_or_none(shown.body.party_id) if shown.body.party_town == town_id else None
    tickets = contacts.open_tickets_of_party(town_id, party_id) if party_id else []
    return Beside(
        tickets=tickets,
        topic_names=municipalities.topic_names({ticket.topic_id for ticket in tickets}) if tickets else {},
        earlier=contacts.recent_contacts_of_party(town_id, party_id) if party_id else [],
        incidents=municipalities.running_incidents([town_id]),
        links=municipalities.links_of([town_id]),
    )
