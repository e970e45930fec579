"""What the desk's one form sends, read into a draft: cleaned, nothing cut, nothing that cannot be stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField

from kcc.contacts.rules import Channel
from kcc.core.cleaning import clean_text, refuse_reason
from kcc.desk import rules
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.web.forms import BaseForm

NO_LIMIT = 10_000_000
LINES = frozenset({"notes", "answer", "department_reason"})
QUESTION_TEXTS = (
    "topic", "notes", "answer", "department_reason", "phone", "email", "preferred", "transfer_to", "referred_to",
)  # fmt: skip
OUTCOME_LABELS = {
    "answered": _l("Beantwoord"),
    "escalated": _l("Doorzetten"),
    "transferred": _l("Doorverbinden"),
    "referred": _l("Verwezen"),
    "cut_off": _l("Verbroken"),
}
CHANNEL_LABELS = {
    Channel.PHONE: _l("Telefoon"),
    Channel.COUNTER: _l("Balie"),
    Channel.EMAIL: _l("E-mail"),
    Channel.LETTER: _l("Brief"),
    Channel.OTHER: _l("Anders"),
}
CHANNEL_OF = {"phone": Channel.PHONE, "counter": Channel.COUNTER, "mailbox": Channel.EMAIL, "email": Channel.EMAIL}
"""Through which channel a conversation comes in by a kind of entrance; a form needs nobody to start a conversation."""
CHECK_LABELS = {
    "none": _l("Niet gecontroleerd"),
    "birth_date": _l("Naam en geboortedatum"),
    "address": _l("Naam en adres"),
    "document": _l("Identiteitsbewijs"),
    "digid": _l("DigiD"),
}
LANGUAGE_LABELS = {
    "nl": _l("Nederlands"),
    "en": _l("Engels"),
    "de": _l("Duits"),
    "fr": _l("Frans"),
    "pl": _l("Pools"),
    "tr": _l("Turks"),
    "ar": _l("Arabisch"),
    "uk": _l("Oekraïens"),
    "other": _l("Anders"),
}
ROLE_LABELS = {"customer": _l("zichzelf"), "representative": _l("iemand anders")}


class StartForm(BaseForm):
    """Begin a conversation by hand: for which municipality, through which channel."""

    municipality_id = SelectField(_l("Gemeente"), coerce=int)
    channel = SelectField(_l("Kanaal"), choices=list(CHANNEL_LABELS.items()))


class DeskForm(BaseForm):
    """What travels with every submit of a conversation: which version of the draft the page showed, which opened page
    it is, and how often that page has sent (counted by the script; empty without it)."""

    version = HiddenField()
    page_id = HiddenField()
    send_step = HiddenField()
    force = BooleanField()


def read_body(sent: Mapping[str, str], previous: DraftBody, towns: Collection[int]) -> tuple[DraftBody, dict[str, str]]:
    """The draft as the form now shows it, and the fields with text that cannot be stored (NUL, broken Unicode).

    What the form did not send stays as it was. Text that is too long is kept: it is warned about, never cut.
    """
    faults: dict[str, str] = {}
    body = DraftBody(
        party_id=previous.party_id,
        party_town=previous.party_town,
        article_id=previous.article_id,
        number=_text(sent, "number", previous.number, faults),
        name=_text(sent, "name", previous.name, faults),
        represents=_text(sent, "represents", previous.represents, faults),
        search=_text(sent, "search", previous.search, faults),
        role=_choice(sent, "role", previous.role, rules.ROLES),
        identity_check=_choice(sent, "identity_check", previous.identity_check, rules.IDENTITY_CHECKS),
        language=_choice(sent, "language", previous.language, rules.LANGUAGES),
    )
    for n in range(rules.MOST_QUESTIONS):
        known = previous.questions[n] if n < len(previous.questions) else None
        if known is None:
            break
        body.questions.append(_question(sent, n, known, towns, faults))
    body.active = min(_number(sent, "active", previous.active) or 0, len(body.questions) - 1)
    return body, faults


def _question(
    sent: Mapping[str, str], n: int, known: QuestionDraft, towns: Collection[int], faults: dict[str, str]
) -> QuestionDraft:
    town = _number(sent, f"q{n}-municipality_id", known.municipality_id) or known.municipality_id
    if town != known.municipality_id and town in towns:
        known = rules.moved_question(known, town)
    question = QuestionDraft(
        municipality_id=known.municipality_id,
        article_id=known.article_id,
        incident_id=known.incident_id,
        outcome=_choice(sent, f"q{n}-outcome", known.outcome, rules.OUTCOMES),
        warm=_choice(sent, f"q{n}-warm", known.warm, ("warm", "cold")),
        succeeded=_choice(sent, f"q{n}-succeeded", known.succeeded, ("yes", "no")),
        department_id=_number(sent, f"q{n}-department_id", known.department_id),
        transfer_department=_number(sent, f"q{n}-transfer_department", known.transfer_department),
    )
    for name in QUESTION_TEXTS:
        setattr(question, name, _text(sent, f"q{n}-{name}", getattr(known, name), faults, name in LINES))
    question.answers = dict(known.answers)
    for place in range(20):
        if f"q{n}-ask-{place}" in sent:
            asked = sent.get(f"q{n}-asked-{place}", str(place))[:300]
            question.answers[clean_text(asked, multiline=False)] = _text(sent, f"q{n}-ask-{place}", "", faults)
    return question


def _text(sent: Mapping[str, str], name: str, before: str, faults: dict[str, str], multiline: bool = False) -> str:
    if name not in sent:
        return before
    raw = sent[name]
    if fault := refuse_reason(raw, NO_LIMIT):
        faults[name] = fault
    return clean_text(raw, multiline=multiline)


def _choice(sent: Mapping[str, str], name: str, before: str, allowed: Collection[str]) -> str:
    value = sent.get(name, before)
    return value if value in allowed else before


def _number(sent: Mapping[str, str], name: str, before: int | None) -> int | None:
    if name not in sent:
        return before
    value = sent[name]
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
