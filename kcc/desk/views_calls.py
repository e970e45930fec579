"""Telephone calls at the desk: what opens when an agent has one, who may be calling, and what is offered."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kcc.channels import actions_legs as legs
from kcc.channels import queries_calls as calls
from kcc.core.clock import now
from kcc.core.permissions import Actor, Permission
from kcc.desk import queries, queries_calls
from kcc.desk.forms import DeskForm
from kcc.desk.queries_calls import CallShown
from kcc.desk.showing import part
from kcc.desk.views_blueprint import bp
from kcc.parties import evidence
from kcc.routing import queries as routing
from kcc.routing.models import WorkItem
from kcc.routing.openers import register_opener
from kcc.routing.rules import Kind
from kcc.web.guards import requires
from kcc.web.person import actor, current_person

JUST_NOW = timedelta(seconds=20)
"""A telephone that was lifted longer ago leads nowhere by itself any more."""


def open_call(agent: Actor, item: WorkItem) -> str:
    """An agent has a caller, or somebody to call back: their conversation opens, for the town that was dialled."""
    leg = legs.take_on(actor=agent, call=calls.call(item.subject_id))
    return url_for("desk.work", conversation_id=leg.conversation_id)


register_opener(Kind.CALL, open_call)
register_opener(Kind.CALLBACK, open_call)


@bp.get("/<uuid:conversation_id>/call")
@requires(Permission.DESK_USE)
def call(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """How the telephone stands, and who is known under the number in this town: none is assumed, the agent chooses."""
    screen = queries.screen(current_person().account_id, conversation_id)
    shown = queries_calls.of_conversation(conversation_id)
    if shown is not None and not screen.body.party_id:
        _look(shown, conversation_id)
    return part("desk/_call.html", screen, DeskForm(formdata=None), call=shown)


@bp.app_context_processor
def where_calls_ring() -> dict[str, str]:
    """Every page of an agent looks whether something rings."""
    person = g.get("person")
    return {"incoming_url": url_for("desk.incoming")} if person and person.may(Permission.DESK_USE) else {}


@bp.get("/incoming")
@requires(Permission.DESK_USE)
def incoming() -> ResponseReturnValue:
    """What rings at this agent: town, greeting, number, who is known, what runs. Also where a lifted telephone leads.

    ``have`` is the item that the page shows already: who is known under a number is looked up, and noted, once.
    """
    me = current_person().account_id
    response = make_response("", 204)
    item = routing.offered_to(me)
    if item is not None and item.kind in (Kind.CALL, Kind.CALLBACK):
        if request.args.get("have") == str(item.id):
            return response
        shown = queries_calls.of_call(item.subject_id)
        _look(shown, None)
        greeting = shown.town.greeting.replace("{naam}", current_person().name.split()[0])
        return render_template("desk/_offered.html", call=shown, greeting=greeting, item=item)
    lifted = calls.just_answered(me, now() - JUST_NOW)
    response.headers["X-KCC-Pop"] = "none"
    if lifted is not None:
        response.headers["X-KCC-Go"] = url_for("desk.work", conversation_id=lifted)
    return response


def _look(shown: CallShown, conversation_id: uuid.UUID | None) -> None:
    if not shown.number:
        return
    evidence.record_look(
        actor=actor(),
        municipality_id=shown.town.id,
        what="party_search",
        reason="call",
        conversation_id=conversation_id,
    )
    queries_calls.find_known(shown)
