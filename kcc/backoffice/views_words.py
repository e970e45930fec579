"""What screens say about tasks: terms, states and the lines of the timeline, in words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kcc.backoffice.models import InternalTask
from kcc.contacts import views_words as ticket_words
from kcc.contacts.queries import Line
from kcc.municipalities import rules as working_time
from kcc.municipalities.rules import Calendar
from kcc.web.filters import day, moment, short_moment

RESULTS = {
    "handled": _l("afgehandeld"), "not_reached": _l("afgehandeld, inwoner niet bereikt"), "forwarded": _l("doorgezet"),
    "returned": _l("terug naar het KCC"),
}  # fmt: skip
TROUBLE = {
    "in_doubt": _l("Het is niet zeker of de mail aan de afdeling is aangekomen. Kijk in de mailbox van de afdeling."),
    "failed": _l("De mail aan de afdeling kon niet worden verstuurd."),
    "no_mail_server": _l("Er is geen mailserver ingesteld: de afdeling kreeg geen mail over dit verzoek."),
    "no_mailbox": _l("Deze afdeling heeft geen mailadres: zij kreeg geen mail over dit verzoek."),
}
SOON = working_time.Term(working_time.SOON_MINUTES, "working_minutes")
KEY_VERBS = frozenset({"contact", "task_created", "attempt_reached", "task_closed"})
UNTOLD = frozenset({"involved", "moved", "task_answered", "queued"})
"""Lines that say nothing which a line beside them does not say."""


@dataclass(frozen=True)
class Due:
    """A term in words: briefly, in full, and how it is coloured (late, soon or fine)."""

    short: str
    full: str
    left: str
    kind: str


@dataclass(frozen=True)
class Entry:
    """A line of the timeline as its component shows it."""

    at_text: str
    title: str
    body: str | None = None
    internal: bool = False
    by: str | None = None
    key: bool = False


def soon_until(at: datetime, calendar: Calendar) -> datetime:
    """Up to when terms are soon ``at`` this moment (both UTC): once for a whole list, because counting working time
    for each of its rows took longer than all else."""
    try:
        return working_time.due_at(calendar, at, SOON)
    except working_time.CalendarNeverOpens:
        return at


def due_words(at: datetime, due_at: datetime, calendar: Calendar, soon: datetime) -> Due:
    """How a task due at ``due_at`` stands ``at`` this moment (UTC), in its town's working time; ``soon`` is soon_until."""
    zone = ZoneInfo(calendar.zone)
    today, on = at.astimezone(zone).date(), due_at.astimezone(zone).date()
    clock = moment(due_at, "HH:mm")
    full = _("vandaag %(time)s uur", time=clock) if on == today else moment(due_at, "EEE d MMM HH:mm")
    if due_at < at:
        days = (today - on).days
        if days:
            words = ngettext("%(num)d dag te laat", "%(num)d dagen te laat", days)
        else:
            words = _("%(time)s te laat", time=_hours(int((at - due_at).total_seconds()) // 60))
        return Due(words, full, words, "late")
    if due_at > soon and on != today:
        return Due(moment(due_at, "EEE d MMM"), full, "", "fine")
    minutes = working_time.working_minutes_between(calendar, at, due_at)
    left = _("nog %(time)s werktijd", time=_hours(minutes)) if minutes else ""
    if due_at <= soon and minutes:
        return Due(_("nog %(time)s", time=_hours(minutes)), full, left, "soon")
    short = _("vandaag %(time)s", time=clock) if on == today else moment(due_at, "EEE d MMM")
    return Due(short, full, left, "soon")


def _hours(minutes: int) -> str:
    hours, rest = divmod(max(minutes, 0), 60)
    if hours and rest:
        return _("%(h)d u %(m)d m", h=hours, m=rest)
    return _("%(h)d u", h=hours) if hours else _("%(m)d m", m=rest)


def row_note(task: InternalTask, reference: str, preferred_moment: str | None) -> str:
    """The small line under a task in the list."""
    parts = [reference]
    if task.attempts and task.first_reached_at is None:
        tried = ngettext("%(num)d poging, niet bereikt", "%(num)d pogingen, niet bereikt", task.attempts)
        parts.append(tried)
    elif task.first_reached_at is not None:
        parts.append(_("bereikt, nog bezig"))
    if task.result == "returned" and task.done_at is not None:
        parts.append(_("teruggegeven %(at)s", at=short_moment(task.done_at)))
    elif task.next_attempt_at is not None:
        parts.append(_("volgende poging %(at)s", at=short_moment(task.next_attempt_at)))
    elif preferred_moment:
        parts.append(_("bel liefst %(when)s", when=preferred_moment))
    return " · ".join(parts)


def away_words(name: str, until: date, deputy: str | None) -> str:
    """Somebody who is away, as a choice: with who gets the work in their place."""
    if deputy is None:
        return _("%(name)s · afwezig tot en met %(day)s, zonder vervanger", name=name, day=day(until))
    return _("%(name)s · afwezig tot en met %(day)s: gaat naar %(deputy)s", name=name, day=day(until), deputy=deputy)


def passed_departments(lines: Sequence[Line]) -> set[int]:
    """The departments on a timeline that were meant to get a question and did not."""
    return {number for line in lines if line.event for number, _reason in line.event.detail.get("passed", ())}


def why_here(lines: Sequence[Line], departments: Mapping[int, str]) -> str:
    """Why a question is with this department and not with the one that was meant; empty when it was meant."""
    came = ("task_created", "task_forwarded")
    last = next((line.event for line in lines if line.event is not None and line.event.verb in came), None)
    return ticket_words.passed_over(last.detail, departments) if last else ""


def entries(
    lines: Sequence[Line], names: Mapping[uuid.UUID, str], departments: Mapping[int, str] | None = None
) -> list[Entry]:
    """The timeline as people read it, oldest first; ``departments`` by id, for those that were passed over."""
    result = []
    for line in reversed(lines):
        event, writing = line.event, line.writing
        title = _title(line, departments or {})
        if title is None or (event is not None and event.verb in UNTOLD and writing is None):
            continue
        result.append(
            Entry(
                at_text=short_moment(line.at),
                title=title,
                body=writing.body if writing else None,
                internal=bool(writing and writing.internal),
                by=names.get(event.account_id) if event and event.account_id else None,
                key=event is not None and event.verb in KEY_VERBS,
            )
        )
    return result


def _title(line: Line, departments: Mapping[int, str]) -> str | None:
    event = line.event
    if event is None or event.verb == "wrote":
        kind = line.writing.kind if line.writing else ""
        return str(ticket_words.KIND_WORDS.get(kind, _("Tekst")))
    if event.verb == "contact":
        channel = str(ticket_words.CHANNEL_WORDS.get(str(event.detail.get("channel")), _("contact")))
        return _("%(channel)s, KCC", channel=channel.capitalize())
    if event.verb == "attempt_not_reached" and event.detail.get("next"):
        at = datetime.fromisoformat(str(event.detail["next"]))
        return _("Inwoner niet bereikt, volgende poging %(at)s", at=short_moment(at))
    title = ticket_words.event_word(event.verb, event.detail)
    if title is not None and (why := ticket_words.passed_over(event.detail, departments)):
        return f"{title} ({why})"
    if title is None and line.writing is not None:
        known = ticket_words.KIND_WORDS.get(line.writing.kind)
        title = None if known is None else str(known)
    return title
