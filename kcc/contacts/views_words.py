"""What screens say about tickets: words for states, channels and events, how due a question is, how old it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.contacts import rules_lists
from kcc.contacts.forms import PRIORITIES
from kcc.contacts.queries import Line
from kcc.contacts.rules import Channel, Outcome, Priority, Status
from kcc.people.views_words import passed_words
from kcc.web.filters import ZONE, day, moment, short_moment

STATUS_WORDS: dict[str, LazyString] = {
    Status.OPEN: _l("open"),
    Status.WITH_BACK_OFFICE: _l("bij afdeling"),
    Status.WAITING_FOR_CITIZEN: _l("wacht op inwoner"),
    Status.ANSWERED: _l("beantwoord"),
    Status.CLOSED: _l("gesloten"),
}
STATUS_KINDS: dict[str, str] = {
    Status.OPEN: "open",
    Status.WITH_BACK_OFFICE: "info",
    Status.WAITING_FOR_CITIZEN: "warn",
    Status.ANSWERED: "ok",
    Status.CLOSED: "neutral",
}
CHANNEL_WORDS: dict[str, LazyString] = {
    Channel.PHONE: _l("telefoon"),
    Channel.COUNTER: _l("balie"),
    Channel.EMAIL: _l("e-mail"),
    Channel.LETTER: _l("brief"),
    Channel.WEBFORM: _l("webformulier"),
    Channel.OTHER: _l("anders"),
}
OUTCOME_WORDS: dict[str, LazyString] = {
    Outcome.ANSWERED: _l("direct beantwoord"),
    Outcome.ESCALATED: _l("doorgezet naar de afdeling"),
    Outcome.TRANSFERRED: _l("doorverbonden"),
    Outcome.TRANSFER_FAILED: _l("doorverbinden niet gelukt"),
    Outcome.REFERRED: _l("verwezen"),
    Outcome.CUT_OFF: _l("verbroken"),
    Outcome.RECEIVED: _l("ontvangen"),
}
KIND_WORDS: dict[str, LazyString] = {
    "question": _l("Vraag van de inwoner"),
    "answer": _l("Antwoord aan de inwoner"),
    "note": _l("Notitie"),
    "told": _l("Aan de inwoner verteld"),
    "reason": _l("Reden"),
    "rating": _l("Beoordeling door de inwoner"),
}
EVENT_WORDS: dict[str, LazyString] = {
    "opened": _l("Vraag geopend"),
    "contact": _l("Contact"),
    "moved": _l("Status gewijzigd"),
    "involved": _l("Afdeling betrokken"),
    "priority": _l("Prioriteit gewijzigd"),
    "linked": _l("Gekoppeld aan een andere vraag"),
    "unlinked": _l("Koppeling ongedaan gemaakt"),
    "merged": _l("Samengevoegd met een andere vraag"),
    "absorbed": _l("Een andere vraag is hiermee samengevoegd"),
    "unmerged": _l("Samenvoegen ongedaan gemaakt"),
    "split_from": _l("Afgesplitst van een andere vraag"),
    "split": _l("Een nieuwe vraag afgesplitst"),
    "unsplit": _l("Splitsen ongedaan gemaakt"),
    "transferred": _l("Doorverbonden"),
    "succeeded": _l("Overgegaan naar een andere gemeente"),
    "task_created": _l("Contactverzoek gemaakt"),
    "task_picked_up": _l("Contactverzoek opgepakt"),
    "task_released": _l("Contactverzoek losgelaten"),
    "task_assigned": _l("Contactverzoek toegewezen"),
    "task_handed_over": _l("Contactverzoek overgedragen: de medewerker werkt hier niet meer"),
    "queue_handed_over": _l("Terug in de wachtrij: de medewerker werkt hier niet meer"),
    "deputy_mailed": _l("Mail aan de vervanger: iedereen van de afdeling is afwezig"),
    "task_forwarded": _l("Contactverzoek doorgestuurd"),
    "task_returned": _l("Terug naar het KCC"),
    "task_answered": _l("Afdeling gaf antwoord"),
    "task_closed": _l("Contactverzoek afgerond"),
    "attempt_reached": _l("Inwoner bereikt"),
    "attempt_not_reached": _l("Inwoner niet bereikt"),
    "queued": _l("In de wachtrij van het KCC"),
    "queue_claimed": _l("Uit de wachtrij opgepakt"),
    "queue_assigned": _l("Toegewezen door een teamleider"),
    "queue_taken_back": _l("Teruggehaald door een teamleider"),
    "queue_withdrawn": _l("Van de wachtrij gehaald"),
    "queue_given_back": _l("Terug in de wachtrij gezet"),
    "queue_done": _l("Klaar in de wachtrij"),
    "mail_queued": _l("Mail aan de inwoner klaargezet"),
    "mail_sent": _l("Mail aan de inwoner verstuurd"),
    "mail_withdrawn": _l("Mail teruggehaald voor vertrek"),
    "mail_failed": _l("Mail aan de inwoner niet verstuurd"),
    "mail_in_doubt": _l("Onzeker of de mail aankwam"),
    "mail_bounced": _l("Mail kwam niet aan"),
    "mail_no_mail_server": _l("Mail niet verstuurd: geen mailserver"),
    "mail_settled": _l("Mail die niet aankwam anders opgelost"),
    "mail_automatic": _l("Automatisch bericht ontvangen"),
    "attached": _l("Bijlage toegevoegd"),
    "rated": _l("De inwoner gaf een cijfer"),
    "attachment_refused": _l("Bijlage niet aangenomen"),
    "attachment_infected": _l("Virus gevonden in een bijlage"),
    "attachment_missing": _l("Bijlage niet gevonden op de schijf"),
}
"""Words for the lines of a timeline, those that rooms above write included."""

Unit = Literal["minute", "hour", "day"]
UNITS: dict[Unit, int] = {"minute": 60, "hour": 3600, "day": 86_400}
"""Seconds in each unit by which a term or an age is told."""

KEY_EVENTS = frozenset({"opened", "moved", "merged", "absorbed", "split", "split_from"})


@dataclass(frozen=True)
class Entry:
    """A line of a timeline as the template shows it."""

    at_text: str
    title: str
    body: str
    internal: bool
    by: str
    key: bool
    writing_id: uuid.UUID | None


def due_words(due_at: datetime | None, status: str, at: datetime) -> tuple[str, str]:
    """The term in words, and its kind for the colour: late, soon or fine; ("", "fine") without a term."""
    kind = rules_lists.urgency(due_at, status, at)
    if due_at is None or kind == "none":
        return "", "fine"
    if kind == "late":
        # By the calendar, as the worklist says it: due on Monday is two days late on Wednesday, whatever the hour.
        late = (at.astimezone(ZONE).date() - due_at.astimezone(ZONE).date()).days
        passed = ("day", late) if late else _whole(at - due_at)
        return _("%(time)s te laat", time=_span(str(get_locale()), *passed)), "late"
    days = (due_at.astimezone(ZONE).date() - at.astimezone(ZONE).date()).days
    hour = moment(due_at, "HH:mm")
    if days == 0:
        return _("vandaag %(hour)s", hour=hour), kind
    if days == 1:
        return _("morgen %(hour)s", hour=hour), kind
    return short_moment(due_at), kind


def age_words(opened_at: datetime, at: datetime) -> str:
    """How long ago a question was asked, in its largest whole unit: 3 uur geleden."""
    return _ago(str(get_locale()), *_whole(max(at - opened_at, timedelta(minutes=1))))


def _whole(passed: timedelta) -> tuple[Unit, int]:
    unit: Unit = "minute" if passed < timedelta(hours=1) else "hour" if passed < timedelta(days=1) else "day"
    return unit, int(passed.total_seconds() // UNITS[unit])


@lru_cache(maxsize=2_000)
def _ago(locale: str, unit: Unit, count: int) -> str:
    passed = timedelta(seconds=count * UNITS[unit])
    return format_timedelta(-passed, granularity=unit, add_direction=True, locale=locale)


@lru_cache(maxsize=2_000)
def _span(locale: str, unit: Unit, count: int) -> str:
    return format_timedelta(timedelta(seconds=count * UNITS[unit]), granularity=unit, threshold=100, locale=locale)


def entries(lines: Sequence[Line], names: Mapping[uuid.UUID, str], departments: Mapping[int, str]) -> list[Entry]:
    """The lines of a timeline, in words, with what was written and who did it."""
    return [
        Entry(
            at_text=short_moment(line.at),
            title=_title(line, departments),
            body=line.writing.body if line.writing else "",
            internal=bool(line.writing and line.writing.internal),
            by=names.get(line.account_id, "") if line.account_id else "",
            key=_verb(line) in KEY_EVENTS,
            writing_id=line.writing.id if line.writing else None,
        )
        for line in lines
    ]


def _verb(line: Line) -> str:
    return line.event.verb.removeprefix("ticket.") if line.event else "wrote"


def _title(line: Line, departments: Mapping[int, str]) -> str:
    verb, detail = _verb(line), line.event.detail if line.event else {}
    if verb == "wrote":
        return str(KIND_WORDS.get(line.writing.kind if line.writing else str(detail.get("kind", "")), _("Tekst")))
    word = event_word(verb, detail) or _("Bijgewerkt")
    more = _more(verb, detail, departments)
    why = passed_over(detail, departments)
    return (f"{word}: {more}" if more else word) + (f" ({why})" if why else "")


def event_word(verb: str, detail: Mapping[str, Any]) -> str | None:
    """What an event is called on a timeline; None for one without a name. Says when it was because somebody is away."""
    until = detail.get("absent_until")
    if until is not None and verb in ("task_assigned", "task_handed_over"):
        on = day(date.fromisoformat(str(until)))
        if detail.get("account") is None:
            return _("Contactverzoek weer vrij voor de afdeling: wie het had, is afwezig tot en met %(day)s", day=on)
        if detail["account"] == detail.get("from"):
            return _("Contactverzoek toegewezen aan een collega die afwezig is tot en met %(day)s", day=on)
        return _("Contactverzoek naar de vervanger: de collega is afwezig tot en met %(day)s", day=on)
    word = EVENT_WORDS.get(verb)
    return None if word is None else str(word)


def passed_over(detail: Mapping[str, Any], departments: Mapping[int, str]) -> str:
    """Why departments that were meant did not get a question, in words; empty when none was passed over."""
    named = [(departments.get(number, _("een afdeling")), reason) for number, reason in detail.get("passed", ())]
    return passed_words(named)


def _more(verb: str, detail: Mapping[str, object], departments: Mapping[int, str]) -> str:
    channel = CHANNEL_WORDS.get(str(detail.get("channel")), "")
    if verb == "moved":
        return str(STATUS_WORDS.get(str(detail.get("to")), ""))
    if verb == "contact":
        return ", ".join(str(word) for word in (channel, OUTCOME_WORDS.get(str(detail.get("outcome")))) if word)
    if verb == "opened":
        return str(channel)
    if verb == "priority":
        number = detail.get("to")
        known = isinstance(number, int) and number in set(Priority)
        return str(PRIORITIES[Priority(number)]).lower() if known else ""  # type: ignore[arg-type]
    if verb == "rated":
        return _("%(score)s van 5", score=detail.get("score", ""))
    department_id = detail.get("department_id")
    return departments.get(department_id, "") if isinstance(department_id, int) else ""
