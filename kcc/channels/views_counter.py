"""The counter: numbers for visitors, calling them, and the screen in the hall."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_counter, queries_counter
from kcc.channels import public_door as door
from kcc.channels.forms_counter import DeskForm, TakeForm
from kcc.channels.models_counter import QueueNumber
from kcc.channels.views_blueprint import bp
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState
from kcc.core.permissions import Actor, Permission
from kcc.municipalities import queries as municipalities
from kcc.routing import actions as routing
from kcc.routing.models import WorkItem
from kcc.routing.openers import register_opener
from kcc.web import fragments
from kcc.web.forms import BaseForm
from kcc.web.guards import public, requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor

add_entry("channels.counters", _l("Balie"), Permission.DESK_USE, place=16)


HALL = "channels/hall_screen.html"


def open_visitor(who: Actor, item: WorkItem) -> str:
    """An agent has this visitor: call the number and go to the conversation."""
    called = actions_counter.call_number(actor=who, number_id=item.subject_id)
    return url_for("desk.work", conversation_id=called.conversation_id)


register_opener("counter", open_visitor)


@bp.get("/counter/")
@requires(Permission.DESK_USE)
def counters() -> ResponseReturnValue:
    """The counters of one's towns, with how many wait."""
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    lines = []
    for entrance in municipalities.entrances(["counter"]):
        town = towns[entrance.municipality_id]
        lines.append((entrance, town))
    return render_template("channels/counters.html", lines=lines)


@bp.get("/counter/<int:entrance_id>")
@requires(Permission.DESK_USE)
def counter(entrance_id: int) -> ResponseReturnValue:
    """One counter today: give a number, call the next, and who is where."""
    return _page(entrance_id, TakeForm(formdata=None))


@bp.post("/counter/<int:entrance_id>/take")
@requires(Permission.DESK_USE)
def take_number(entrance_id: int) -> ResponseReturnValue:
    """A number for a visitor."""
    entrance = queries_counter.counter(entrance_id)
    form = _take_form(entrance.municipality_id, TakeForm())
    if not form.validate_on_submit():
        return _page(entrance_id, form, 422)
    taken = actions_counter.take_number(
        actor=actor(), entrance_id=entrance_id, topic_group=form.topic_group.data or "", language=form.language.data
    )
    flash(
        _("Nummer %(label)s. De bezoeker ziet het op het scherm als hij aan de beurt is.", label=taken.label), "success"
    )
    return redirect(url_for("channels.counter", entrance_id=entrance_id), 303)


@bp.post("/counter/number/<uuid:number_id>/call")
@requires(Permission.DESK_USE)
def call_number(number_id: uuid.UUID) -> ResponseReturnValue:
    """Take a visitor on from the queue and call the number; the conversation is open when they arrive."""
    waiting = queries_counter.number(number_id)
    try:
        # Taken at the kiosk this very moment: then it is put in the queue here.
        actions_counter.put_in_queue(actor=actor(), number_id=number_id)
        item_id = queries_counter.item_of(number_id)
        if item_id is None:
            raise InvalidState("Dit nummer is al opgeroepen.")
        routing.claim(actor=actor(), item_id=item_id)
        called = actions_counter.call_number(actor=actor(), number_id=number_id, desk=DeskForm().desk.data or "")
    except InvalidState as fault:
        return _told(fault, waiting.entrance_id)
    return redirect(url_for("desk.work", conversation_id=called.conversation_id), 303)


@bp.post("/counter/number/<uuid:number_id>/recall")
@requires(Permission.DESK_USE)
def recall_number(number_id: uuid.UUID) -> ResponseReturnValue:
    """Call once more."""
    return _change(number_id, actions_counter.recall, _l("Het nummer staat weer bovenaan op het scherm."))


@bp.post("/counter/number/<uuid:number_id>/no-show")
@requires(Permission.DESK_USE)
def no_show(number_id: uuid.UUID) -> ResponseReturnValue:
    """Nobody came."""
    return _change(number_id, actions_counter.no_show, _l("Genoteerd: niemand kwam."))


@bp.post("/counter/number/<uuid:number_id>/done")
@requires(Permission.DESK_USE)
def finish_visit(number_id: uuid.UUID) -> ResponseReturnValue:
    """The visitor was helped."""
    return _change(number_id, actions_counter.finish_visit, _l("Klaar."))


@bp.get("/scherm/<int:entrance_id>")
@public("a screen in a hall: numbers, desks and how many wait; nobody's name")
def hall_screen(entrance_id: int) -> ResponseReturnValue:
    """The numbers that are called now, large."""
    return _screen(entrance_id, HALL)


@bp.get("/scherm/<int:entrance_id>/nu")
@public("the same, as the part that the screen fetches again")
def hall_screen_part(entrance_id: int) -> ResponseReturnValue:
    """What changes of the screen."""
    return _screen(entrance_id, "channels/_hall_screen.html")


def _screen(entrance_id: int, template: str) -> str:
    shown = door.public_screen(entrance_id)
    called = [{**one, "at": datetime.fromisoformat(one["at"])} for one in shown["called"]]
    logo = door.logo_of(entrance_id) if template == HALL else None
    return render_template(template, shown=shown, called=called, entrance_id=entrance_id, logo=logo)


def _take_form(municipality_id: int, form: TakeForm) -> TakeForm:
    form.topic_group.choices = [
        *TakeForm.topic_group.kwargs["choices"], *((name, name) for name in queries_counter.groups_of(municipality_id))
    ]  # fmt: skip
    return form


def _page(entrance_id: int, form: TakeForm, status: int = 200) -> tuple[str, int]:
    entrance = queries_counter.counter(entrance_id)
    town = municipalities.municipality(entrance.municipality_id)
    numbers = queries_counter.numbers_of_day(entrance, queries_counter.today_at(town))
    waits = [wait for one in numbers if (wait := waited(one)) is not None]
    return fragments.render(
        "channels/counter.html",
        "channels/_counter_lists.html",
        status,
        entrance=entrance,
        municipality=town,
        form=_take_form(town.id, form),
        button_form=BaseForm(formdata=None),
        waiting=[one for one in numbers if one.state == "waiting"],
        called=[one for one in numbers if one.state == "called"],
        counts={state: sum(one.state == state for one in numbers) for state in ("done", "no_show")},
        average=sum(waits) / len(waits) if waits else None,
        now=now(),
        me=actor().account_id,
    )


def waited(number: QueueNumber) -> float | None:
    """Seconds from taking a number to the first call; None for who was not called."""
    if number.first_called_at is None:
        return None
    return (number.first_called_at - number.taken_at).total_seconds()


def _change(number_id: uuid.UUID, act: Callable[..., QueueNumber], words: Any) -> ResponseReturnValue:
    number = queries_counter.number(number_id)
    try:
        act(actor=actor(), number_id=number_id)
    except InvalidState as fault:
        return _told(fault, number.entrance_id)
    flash(str(words), "success")
    return redirect(url_for("channels.counter", entrance_id=number.entrance_id), 303)


def _told(fault: InvalidState, entrance_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(_(fault.message), "warning")
    return redirect(url_for("channels.counter", entrance_id=entrance_id), 303)
