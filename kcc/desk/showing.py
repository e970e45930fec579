"""How the desk is drawn: whole pages, and the parts of them that htmx asks for."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from kcc.contacts import queries_conversations
from kcc.core.clock import now
from kcc.desk import forms, queries, rules
from kcc.desk.forms import DeskForm, StartForm
from kcc.desk.queries import Screen
from kcc.desk.rules import DraftBody
from kcc.municipalities import queries as municipalities
from kcc.parties.rules import format_phone
from kcc.people import views_words as people_words
from kcc.web.filters import ZONE, moment
from kcc.web.person import current_person

WRAP_UP_REMINDER = timedelta(minutes=3)
"""A conversation whose talk ended longer ago than this is pointed out on the desk."""
MOST_KEYS = 9
"""Telephone lines that have a key of their own: Alt with a digit."""
MAIN_NUMBER = "+3114"
"""How the national 14 numbers begin, the main number of a municipality: 14 0181."""
COLLEAGUES = "colleagues.find"
TICKET = "contacts.ticket"
"""Pages of other rooms that the desk leads to."""


def start_form() -> StartForm:
    """The form to start by hand, with the municipalities of this agent."""
    form = StartForm()
    form.municipality_id.choices = [(town.id, town.name) for town in municipalities.visible_municipalities()]
    return form


def desk_page(form: StartForm) -> str:
    """The desk without an open conversation."""
    towns = queries.towns()
    kinds = list(forms.CHANNEL_OF)
    ways = [each for each in municipalities.entrances(kinds) if each.municipality_id in towns]
    ways.sort(key=lambda each: (kinds.index(each.kind), not each.address.startswith(MAIN_NUMBER)))
    # The keys go to each town's main number first, then to its other lines: Alt+1 is a town, not a service.
    lines = sorted(
        (each for each in ways if each.kind == "phone"), key=lambda each: not each.address.startswith(MAIN_NUMBER)
    )
    held = queries_conversations.in_hand(current_person().account_id)
    ended = [each for each in held if each.ended_at is not None]
    return render_template(
        "desk/home.html",
        form=form,
        towns=towns,
        entrances=ways,
        key_of={line.id: n for n, line in enumerate(lines[:MOST_KEYS], 1)},
        channel_of=forms.CHANNEL_OF,
        format_phone=format_phone,
        in_hand=[each for each in held if each.ended_at is None],
        to_wrap_up=ended,
        late={each.id for each in ended if each.ended_at and now() - each.ended_at > WRAP_UP_REMINDER},
        channel_labels=forms.CHANNEL_LABELS,
        colleagues_url=_colleagues_url(),
        incidents_url=_incidents_url(),
    )


def clock_text(at: datetime) -> str:
    """A time of day as the foot of the desk shows it, such as 10:42:18."""
    return moment(at, "HH:mm:ss")


def conversation_page(
    screen: Screen,
    form: DeskForm,
    faults: dict[str, str] | None = None,
    *,
    theirs: DraftBody | None = None,
    **values: Any,
) -> str:
    """One conversation, with messages at fields, and what was saved elsewhere when that differs."""
    return render_template("desk/conversation.html", **_values(screen, form, faults, theirs=theirs, **values))


def part(
    template: str,
    screen: Screen,
    form: DeskForm,
    faults: dict[str, str] | None = None,
    *,
    with_answers: bool = False,
    page: str = "desk/conversation.html",
    **values: Any,
) -> str:
    """A part of the page when htmx asks for it, else the whole page with that part in it: the way without script."""
    wants_part = bool(request.headers.get("HX-Request"))
    queries.fill(screen, with_answers=with_answers)
    return render_template(template if wants_part else page, **_values(screen, form, faults, **values))


def _values(screen: Screen, form: DeskForm, faults: dict[str, str] | None, **extra: Any) -> dict[str, Any]:
    # Beside another's text the old version stays: nothing is saved or finished until the writer chose.
    form.version.data = request.form.get("version", "") if extra.get("theirs") else str(screen.draft.version)
    # A page that comes back refused is still the same page: its own autosave may yet be on the way.
    same = rules.id_or_none(request.form.get("page_id", ""))
    form.page_id.data = str(same or uuid.uuid4())
    form.send_step.data = request.form.get("send_step", "") if same else ""
    topic = screen.topic
    return {
        "form": form,
        "screen": screen,
        "body": screen.body,
        "town": screen.town,
        "question": screen.question,
        "topic": topic,
        "faults": {name: _(message) for name, message in (faults or {}).items()},
        "greeting": screen.town.greeting.replace("{naam}", current_person().name.split()[0]),
        "saved_at_text": clock_text(screen.draft.saved_at),
        "limits": rules.LIMITS,
        "answer_limit": rules.ANSWER_LIMIT,
        "search_text": queries.search_text(screen),
        "outcome_labels": forms.OUTCOME_LABELS,
        "check_labels": forms.CHECK_LABELS,
        "language_labels": forms.LANGUAGE_LABELS,
        "role_labels": forms.ROLE_LABELS,
        "channel_labels": forms.CHANNEL_LABELS,
        "colleagues_url": _colleagues_url(),
        "needs_bsn": bool(topic and topic.needs_bsn),
        "known": any(rules.is_known(screen.body, question) for question in screen.body.questions),
        "now": now(),
        "today": now().astimezone(ZONE).date(),
        "sent": request.form,
        "theirs": None,
        "carry": False,
        "ticket_url": _ticket_url,
        "people_words": people_words,
        **extra,
    }


def _ticket_url(ticket_id: uuid.UUID) -> str:
    return url_for(TICKET, ticket_id=ticket_id) if TICKET in current_app.view_functions else f"/tickets/{ticket_id}"


def _incidents_url() -> str | None:
    endpoint = "channels.running_incidents"
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _colleagues_url() -> str | None:
    return url_for(COLLEAGUES) if COLLEAGUES in current_app.view_functions else None
