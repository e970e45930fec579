"""What the pages of a town's set-up share: the steps beside every page, and saving with a history."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries as municipalities
from kcc.municipalities import views_meanwhile
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules_readiness import State, Step, readiness
from kcc.setup import queries
from kcc.setup.forms import DatedForm
from kcc.web.forms import BaseForm, SeenForm
from kcc.web.person import actor, current_person

STEPS: dict[Step, tuple[LazyString, str]] = {
    Step.IDENTITY: (_l("Wie de gemeente is"), "setup.identity"),
    Step.LOOKS: (_l("Kleur en begroeting"), "setup.looks"),
    Step.ENTRANCES: (_l("Ingangen"), "setup.entrances"),
    Step.HOURS: (_l("Openingstijden"), "setup.hours"),
    Step.CLOSING: (_l("Sluitingsdagen"), "setup.closing"),
    Step.DEPARTMENTS: (_l("Afdelingen en groepen"), "setup.departments"),
    Step.AGREEMENT: (_l("Afspraken en termijnen"), "setup.agreements"),
    Step.TOPICS: (_l("Onderwerpen en routes"), "setup.topics"),
    Step.LINKS: (_l("Nuttige links"), "setup.links"),
    Step.PEOPLE: (_l("Medewerkers"), "setup.town"),
}
ADVICE: dict[Step, LazyString] = {
    Step.LOOKS: _l("In de begroeting staat nog geen {naam}."),
    Step.ENTRANCES: _l("Er is nog geen nummer, mailbox, formulier of balie."),
    Step.HOURS: _l("De gemeente is nog nooit open."),
    Step.CLOSING: _l("Nog niemand besloot over Goede Vrijdag, 5 mei, 24 en 31 december."),
    Step.DEPARTMENTS: _l("Er is nog geen afdeling om vragen aan door te geven."),
    Step.AGREEMENT: _l("Voor de telefoon is nog niets afgesproken."),
    Step.TOPICS: _l("Er zijn nog geen onderwerpen, of een onderwerp leidt naar een afdeling die niet in gebruik is."),
    Step.LINKS: _l("Medewerkers vinden hier nog geen links."),
    Step.PEOPLE: _l(
        "Er is hier nog geen medewerker of geen teamleider. Geef mensen een rol: wie het hele samenwerkingsverband beheert, heeft er hier ook een nodig."
    ),
}
PEOPLE_PAGE = "setup.people"
STATES: dict[State, tuple[LazyString, str]] = {
    State.DONE: (_l("klaar"), "ok"),
    State.MISSING: (_l("ontbreekt"), "late"),
    State.OPEN: (_l("mag nog"), "warn"),
}


def today_of(town: Municipality) -> date:
    """The day it is there."""
    return now().astimezone(ZoneInfo(town.zone)).date()


def step_page(template: str, town: Municipality, step: Step | None, **context: Any) -> str:
    """A page with the steps beside it."""
    parts = readiness(queries.facts_of(town))
    return render_template(
        template, town=town, step=step, parts=parts, steps=STEPS, states=STATES, advice=ADVICE, people_url=_people_url(),
        **context,
    )  # fmt: skip


def _people_url() -> str | None:
    """Where people get their roles, for those who may."""
    may = current_person().may(Permission.PEOPLE_MANAGE) and PEOPLE_PAGE in current_app.view_functions
    return url_for(PEOPLE_PAGE) if may else None


def read_form(form: DatedForm, town: Municipality) -> DatedForm:
    """A town in preparation has nothing to wait for: its forms ask no day."""
    if town.joined_on is None:
        del form.effective_on
    return form


def save(form: SeenForm, town: Municipality, kind: str, subject_id: object, values: Any) -> bool:
    """Make the change and say so; a refusal is shown at its field, and what somebody did meanwhile above the form."""
    try:
        on = form.day(today_of(town)) if isinstance(form, DatedForm) else None
        made = history.change(
            actor=actor(), municipality_id=town.id, subject_type=kind, subject_id=str(subject_id), after=values,
            effective_on=on, seen=form.known,
        )  # fmt: skip
    except InvalidInput as fault:
        refuse(form, fault, town)
        return False
    if made is None:
        flash(_("Er is niets veranderd."), "message")
    elif made.applied_at is None:
        flash(_("Bewaard. Dit gaat vanzelf in op de dag die u koos."), "success")
    else:
        flash(_("Bewaard."), "success")
    return True


def remove(town: Municipality, kind: str, subject_id: object, values: Any = None) -> None:
    """Take something away and say so, unless somebody changed it meanwhile: then it is shown as it is now."""
    form = SeenForm()
    if not save(form, town, kind, subject_id, values):
        flash(" ".join(str(each) for each in form.form_errors), "warning")


def refuse(form: BaseForm, fault: InvalidInput, town: Municipality | None = None) -> None:
    """Undo what was begun and show why at the field; for a ``town``, what somebody did to it meanwhile."""
    if town is not None:
        views_meanwhile.refuse(form, fault, town.id, url_for("setup.town", municipality_id=town.id))
        return
    db.session.rollback()
    form.refuse(fault)


def onward(town: Municipality, step: Step) -> ResponseReturnValue:
    """To the next step while a town is being prepared; back to the page when it takes part."""
    steps = list(STEPS)
    following = steps[min(steps.index(step) + 1, len(steps) - 1)]
    endpoint = STEPS[following if town.joined_on is None else step][1]
    return redirect(url_for(endpoint, municipality_id=town.id), 303)


def stay(town: Municipality, step: Step) -> ResponseReturnValue:
    """Back to the page of a step."""
    return redirect(url_for(STEPS[step][1], municipality_id=town.id), 303)


def town_of(municipality_id: int) -> Municipality:
    """The town of a page, with how far its history is before anything of it is read; raises NotFound."""
    views_meanwhile.remember(municipality_id)
    return municipalities.municipality(municipality_id)
