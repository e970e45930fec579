"""The draft of a conversation on paper: what it holds, what a move to another town drops, what a finish asks of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from kcc.contacts.rules import Outcome, may_be_anonymous
from kcc.core.cleaning import refuse_reason
from kcc.municipalities.rules_topics import TopicChoice, best_topics

MOST_QUESTIONS = 12
LIMITS = {
    "number": 40,
    "name": 200,
    "represents": 200,
    "topic": 200,
    "notes": 4000,
    "answer": 8000,
    "department_reason": 500,
    "phone": 40,
    "email": 254,
    "preferred": 200,
    "search": 200,
    "referred_to": 200,
}
"""Characters per field; more is warned about while typing and refused at the finish, never cut."""
ANSWER_LIMIT = 500
"""Characters of one answer to the question set of a topic."""

OUTCOMES = (Outcome.ANSWERED, Outcome.ESCALATED, Outcome.TRANSFERRED, Outcome.REFERRED, Outcome.CUT_OFF)
"""What an agent chooses from, in the order of their keys 1 to 5; a failed transfer is said beside the transfer."""
IDENTITY_CHECKS = ("none", "birth_date", "address", "document", "digid")
ROLES = ("customer", "representative")
LANGUAGES = ("nl", "en", "de", "fr", "pl", "tr", "ar", "uk", "other")


@dataclass
class QuestionDraft:
    """One question of a conversation as it is typed: topic as text, so that a half word survives too."""

    municipality_id: int
    topic: str = ""
    notes: str = ""
    answer: str = ""
    outcome: str = ""
    article_id: str = ""
    incident_id: int | None = None
    department_id: int | None = None
    department_reason: str = ""
    phone: str = ""
    email: str = ""
    preferred: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    transfer_to: str = ""
    transfer_department: int | None = None
    warm: str = "warm"
    succeeded: str = "yes"
    referred_to: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in it yet."""
        return not (self.topic or self.notes or self.answer or self.outcome)


@dataclass
class DraftBody:
    """All that is typed in a conversation."""

    number: str = ""
    name: str = ""
    role: str = "customer"
    represents: str = ""
    identity_check: str = "none"
    language: str = "nl"
    party_id: str = ""
    party_town: int | None = None
    search: str = ""
    article_id: str = ""
    active: int = 0
    questions: list[QuestionDraft] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """What the draft's row holds."""
        return asdict(self)


def body_from(stored: Mapping[str, Any], municipality_id: int) -> DraftBody:
    """A draft as it was stored; what an older version of the desk did not know gets its default."""
    known = {f.name for f in fields(DraftBody)} - {"questions"}
    known_of_question = {f.name for f in fields(QuestionDraft)}
    body = DraftBody(**{name: value for name, value in stored.items() if name in known})
    for question in stored.get("questions", ()):
        values = {name: value for name, value in question.items() if name in known_of_question}
        body.questions.append(QuestionDraft(**{"municipality_id": municipality_id, **values}))
    if not body.questions:
        body.questions.append(QuestionDraft(municipality_id))
    body.active = min(max(body.active, 0), len(body.questions) - 1)
    return body


def resolve_topic(topics: Sequence[TopicChoice], text: str) -> TopicChoice | None:
    """The topic that was meant: by its name, by a synonym of just one, or the only one that fits; None when unsure."""
    typed = text.strip().casefold()
    if not typed:
        return None
    for topic in topics:
        if topic.name.casefold() == typed:
            return topic
    by_synonym = [topic for topic in topics if typed in {word.casefold() for word in topic.synonyms}]
    if len(by_synonym) == 1:
        return by_synonym[0]
    fitting = best_topics(topics, text, 2)
    return fitting[0] if len(fitting) == 1 else None


def move_town(body: DraftBody, from_id: int, to_id: int) -> DraftBody:
    """The conversation is of another municipality: drop what was the first one's (topic, department, article, party).

    Notes, answers given in own words, name and number stay. Questions of a third municipality are left alone.
    """
    for number, question in enumerate(body.questions):
        if question.municipality_id == from_id:
            body.questions[number] = moved_question(question, to_id)
    if body.party_town == from_id:
        body.party_id, body.party_town, body.identity_check = "", None, "none"
    body.search, body.article_id = "", ""
    return body


def moved_question(question: QuestionDraft, to_id: int) -> QuestionDraft:
    """A question for another municipality: what was typed about the citizen stays, what was the town's goes."""
    return QuestionDraft(
        municipality_id=to_id,
        notes=question.notes,
        answer="" if question.article_id or question.incident_id else question.answer,
        phone=question.phone,
        email=question.email,
        preferred=question.preferred,
    )


def is_known(body: DraftBody, question: QuestionDraft) -> bool:
    """Whether somebody stands behind this question: a party of its town, a name, or a number."""
    has_party = bool(body.party_id) and body.party_town == question.municipality_id
    return bool(has_party or body.name or body.number or question.phone or question.email)


def questions_to_finish(body: DraftBody) -> list[tuple[int, QuestionDraft]]:
    """The questions that count, with their place: an untouched card beside others was never asked."""
    filled = [(n, q) for n, q in enumerate(body.questions) if not q.is_empty]
    return filled or list(enumerate(body.questions[:1]))


def length_faults(body: DraftBody) -> dict[str, str]:
    """Fields that hold more than fits or what cannot be kept, each with its message."""
    faults = {}
    for name in ("number", "name", "represents", "search"):
        if fault := refuse_reason(getattr(body, name), LIMITS[name]):
            faults[name] = fault
    for n, question in enumerate(body.questions):
        for name in ("topic", "notes", "answer", "department_reason", "phone", "email", "preferred", "referred_to"):
            if fault := refuse_reason(getattr(question, name), LIMITS[name]):
                faults[f"q{n}-{name}"] = fault
        for place, text in enumerate(question.answers.values()):
            if fault := refuse_reason(text, ANSWER_LIMIT):
                faults[f"q{n}-ask-{place}"] = fault
    return faults


def finish_faults(body: DraftBody, topic_ids: Sequence[int | None]) -> dict[str, str]:
    """What keeps a conversation from being finished, by field; ``topic_ids`` are the resolved topics, None when unsure."""
    faults = length_faults(body)
    for n, question in questions_to_finish(body):
        for name, message in _question_faults(body, question, topic_ids[n]).items():
            faults.setdefault(f"q{n}-{name}", message)
        if _must_be_known(body, question):
            faults.setdefault("number", "Vul een nummer of naam in: iemand moet op deze vraag terugkomen.")
    return faults


def _question_faults(body: DraftBody, question: QuestionDraft, topic_id: int | None) -> dict[str, str]:
    faults = {}
    if topic_id is None:
        faults["topic"] = "Kies een onderwerp uit de lijst." if question.topic else "Vul een onderwerp in."
    if question.outcome not in OUTCOMES:
        faults["outcome"] = "Kies hoe deze vraag afloopt."
    elif question.outcome == Outcome.ESCALATED:
        faults |= _escalation_faults(body, question)
    elif question.outcome == Outcome.TRANSFERRED and not (question.transfer_to or question.transfer_department):
        faults["transfer"] = "Kies naar wie u doorverbindt."
    return faults


def _must_be_known(body: DraftBody, question: QuestionDraft) -> bool:
    """Whether somebody has to come back to this question while nobody says to whom."""
    if question.outcome != Outcome.TRANSFERRED or is_known(body, question):
        return False
    return bool(question.transfer_to or question.transfer_department) and not may_be_anonymous(final_outcome(question))


def _escalation_faults(body: DraftBody, question: QuestionDraft) -> dict[str, str]:
    faults = {}
    if not (question.phone or body.number or question.email):
        faults["phone"] = "Vul een telefoonnummer of e-mailadres in: de afdeling moet de inwoner kunnen bereiken."
    if not question.notes:
        faults["notes"] = "Schrijf op wat de inwoner vraagt: de afdeling leest dit."
    if question.department_id is not None and not question.department_reason:
        faults["department_reason"] = "Geef een reden voor de andere afdeling."
    return faults


def final_outcome(question: QuestionDraft) -> Outcome:
    """The outcome that is counted: a transfer that did not succeed is a failed one."""
    if question.outcome == Outcome.TRANSFERRED and question.succeeded == "no":
        return Outcome.TRANSFER_FAILED
    return Outcome(question.outcome)


def id_or_none(text: str) -> uuid.UUID | None:
    """An id as the draft holds it; None for an empty or broken one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
