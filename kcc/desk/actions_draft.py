"""What a button of the desk does to the draft before it is saved: a question more, a topic, an answer, a caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kcc.contacts.rules import Outcome
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor
from kcc.desk import queries, rules
from kcc.desk.queries import Screen
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.knowledge import actions as knowledge_actions
from kcc.knowledge import queries as knowledge
from kcc.municipalities import queries as municipalities
from kcc.parties import actions as party_actions
from kcc.parties import evidence
from kcc.parties import queries as parties
from kcc.parties import rules as party_rules
from kcc.parties.models import Party
from kcc.people import queries as people


@dataclass(frozen=True)
class _Press:
    """One press of a button: who, on which screen, with what beside it."""

    actor: Actor
    screen: Screen
    argument: str
    sent: Mapping[str, str]
    key: bytes

    @property
    def body(self) -> DraftBody:
        return self.screen.body

    @property
    def question(self) -> QuestionDraft:
        return self.screen.question

    @property
    def number(self) -> int:
        """The argument as a number; raises NotFound when it is none."""
        if not (self.argument.isascii() and self.argument.isdigit() and len(self.argument) < 10):
            raise NotFound
        return int(self.argument)


def press(
    *, actor: Actor, screen: Screen, command: str, argument: str, sent: Mapping[str, str], key: bytes
) -> DraftBody:
    """The draft after a button; unknown commands only save. Raises NotFound and InvalidInput as each button may."""
    doing = COMMANDS.get(command)
    if doing is not None:
        doing(_Press(actor, screen, argument, sent, key))
    return screen.body


def _next(press: _Press) -> None:
    if len(press.body.questions) >= rules.MOST_QUESTIONS:
        raise InvalidInput("Meer dan twaalf vragen passen niet in één gesprek. Rond dit gesprek eerst af.")
    press.body.questions.append(QuestionDraft(press.screen.town.id))
    _open(replace(press, argument=str(len(press.body.questions) - 1)))


def _open(press: _Press) -> None:
    if press.number >= len(press.body.questions):
        raise NotFound
    press.body.active = press.number
    press.body.search, press.body.article_id = "", ""


def _remove(press: _Press) -> None:
    if press.number >= len(press.body.questions):
        raise NotFound
    del press.body.questions[press.number]
    if not press.body.questions:
        press.body.questions.append(QuestionDraft(press.screen.town.id))
    press.body.active = len(press.body.questions) - 1


def _topic(press: _Press) -> None:
    queries.read_topics(press.screen, [press.question.municipality_id])
    offered = press.screen.topics.get(press.question.municipality_id, [])
    found = next((topic for topic in offered if topic.id == press.number), None)
    if found is None:
        raise NotFound
    press.question.topic = found.name


def _show_article(press: _Press) -> None:
    press.body.article_id = press.argument


def _use_article(press: _Press) -> None:
    """The answer as this town gives it stands in the card, the article is noted, and the question is answered."""
    article_id = rules.id_or_none(press.argument)
    if article_id is None:
        raise NotFound
    article = knowledge.for_municipality(article_id, press.question.municipality_id)
    question = press.question
    question.answer = "\n\n".join(part for part in (question.answer, article.plain_answer) if part)
    question.article_id = str(article_id)
    question.outcome = question.outcome or Outcome.ANSWERED.value
    press.body.article_id = str(article_id)


def _report(press: _Press) -> None:
    article_id = rules.id_or_none(press.argument)
    if article_id is None:
        raise NotFound
    text = press.sent.get("report_text", "")
    if not text.strip():
        raise InvalidInput("Schrijf wat er niet klopt.", field="report_text")
    knowledge_actions.report_wrong(
        actor=press.actor, article_id=article_id, municipality_id=press.question.municipality_id, text=text
    )


def _party(press: _Press) -> None:
    party_id = rules.id_or_none(press.argument)
    if party_id is None:
        raise NotFound
    town_id = press.screen.town.id
    evidence.record_look(
        actor=press.actor,
        municipality_id=town_id,
        what="party_open",
        reason="conversation",
        party_id=party_id,
        conversation_id=press.screen.conversation.id,
        found=1,
    )
    _choose(press, parties.card(town_id, party_id))


def _choose(press: _Press, card: parties.PartyCard) -> None:
    body = press.body
    body.party_id, body.party_town = str(card.id), card.municipality_id
    body.name = body.name or card.name
    body.number = body.number or card.phone
    if card.language in rules.LANGUAGES:
        body.language = card.language


def find_parties(screen: Screen, sent: Mapping[str, str], key: bytes) -> list[parties.PartyCard]:
    """Parties of the conversation's municipality by what was given; by BSN only when a topic of it needs one.

    Raises InvalidInput at the field that cannot be looked for.
    """
    town_id, rest = screen.town.id, {name: value for name, value in sent.items() if name != "bsn"}
    if not sent.get("bsn"):
        return parties.find_parties(town_id, **rest)
    _require_need_of_bsn(screen)
    found = parties.party_with_bsn(town_id, sent["bsn"], key)
    return parties.cards(town_id, [found]) if found else []


def _require_need_of_bsn(screen: Screen) -> None:
    """Only where the task needs it: without such a topic a number is not even looked at."""
    queries.read_topics(screen, [question.municipality_id for question in screen.body.questions])
    if not any(topic is not None and topic.needs_bsn for topic in map(screen.topic_of, screen.body.questions)):
        raise InvalidInput("Bij dit onderwerp is geen burgerservicenummer nodig.", field="bsn")


def _no_party(press: _Press) -> None:
    press.body.party_id, press.body.party_town, press.body.identity_check = "", None, "none"


def _add_party(press: _Press) -> None:
    sent = press.sent
    try:
        party = _added(press, sent)
    except InvalidInput as fault:
        name = fault.field or "name"
        field = name if name.startswith("party_") else f"party_{name}"
        raise InvalidInput(fault.message, field=field) from fault
    press.body.name = press.body.name or party.name
    _choose(press, parties.card(party.municipality_id, party.id))


def _added(press: _Press, sent: Mapping[str, str]) -> Party:
    return party_actions.add_party(
        actor=press.actor,
        municipality_id=press.screen.town.id,
        name=sent.get("party_name", "") or press.body.name,
        phone=sent.get("party_phone", "") or press.body.number,
        email=sent.get("party_email", ""),
        postcode=sent.get("party_postcode", ""),
        house_number=sent.get("party_house_number", ""),
        street=sent.get("party_street", ""),
        place=sent.get("party_place", ""),
        language=press.body.language,
        is_secret=bool(sent.get("party_secret")),
    )


def _colleague(press: _Press) -> None:
    chosen = rules.id_or_none(press.argument)
    found = people.colleagues("", press.question.municipality_id) if chosen else []
    name = next((each.name for each in found if each.account_id == chosen), None)
    if name is None:
        raise NotFound
    press.question.transfer_to = name


def _bsn(press: _Press) -> None:
    party_id = rules.id_or_none(press.body.party_id)
    if party_id is None or press.body.party_town is None:
        raise InvalidInput("Kies eerst de persoon.", field="bsn")
    _require_need_of_bsn(press.screen)
    party_actions.set_bsn(
        actor=press.actor,
        municipality_id=press.body.party_town,
        party_id=party_id,
        bsn=party_rules.normalise_bsn(press.sent.get("bsn", "")),
        key=press.key,
    )


def _incident(press: _Press) -> None:
    """The call is about something that many call about: topic, answer and outcome are known."""
    town_id = press.screen.town.id
    running = municipalities.running_incidents([town_id])
    incident = next((each for each in running if each.id == press.number), None)
    if incident is None:
        raise NotFound
    if not press.question.is_empty and press.question.incident_id != incident.id:
        if press.question.topic or press.question.outcome:
            _next(press)
    question = press.question
    queries.read_topics(press.screen, [town_id])
    question.topic = next(
        (topic.name for topic in press.screen.topics.get(town_id, []) if topic.id == incident.topic_id), ""
    )
    question.answer, question.outcome = incident.answer, Outcome.ANSWERED.value
    question.incident_id = incident.id


COMMANDS: dict[str, Callable[[_Press], None]] = {
    "next": _next,
    "open": _open,
    "remove": _remove,
    "topic": _topic,
    "article": _show_article,
    "use": _use_article,
    "report": _report,
    "party": _party,
    "no_party": _no_party,
    "add_party": _add_party,
    "bsn": _bsn,
    "colleague": _colleague,
    "incident": _incident,
}
"""What the buttons are called (the value of ``do``, before its colon)."""
