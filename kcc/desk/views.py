"""The agent's desk: conversations in hand, one conversation with all its buttons, and the fragments beside it."""

from __future__ import annotations

import uuid
from copy import deepcopy

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.contacts import actions_conversations as conversations
from kcc.contacts import queries_conversations
from kcc.contacts.actions_conversations import Sender
from kcc.contacts.rules import Channel
from kcc.core.cleaning import clean_text
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.desk import actions, actions_draft, queries, rules, views_calls
from kcc.desk.forms import CHANNEL_OF, DeskForm, read_body
from kcc.desk.queries import Screen
from kcc.desk.rules import DraftBody
from kcc.desk.showing import clock_text, conversation_page, desk_page, part, start_form
from kcc.desk.views_blueprint import bp
from kcc.municipalities import queries as municipalities
from kcc.parties import actions as party_actions
from kcc.parties import evidence
from kcc.parties import queries as parties
from kcc.routing import actions_offers as offers
from kcc.web.guards import reads, repeatable, requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor, current_person

__all__ = ["bp", "views_calls"]

add_entry("desk.home", _l("Werkplek"), Permission.DESK_USE, place=10)


def _account() -> uuid.UUID:
    return current_person().account_id


def _key() -> bytes:
    return current_app.config["SETTINGS"].data_key  # type: ignore[no-any-return]


@bp.get("/")
@requires(Permission.DESK_USE)
def home() -> ResponseReturnValue:
    """The conversations in hand, and the ways to start one."""
    return desk_page(start_form())


@bp.post("/start")
@requires(Permission.DESK_USE)
def start() -> ResponseReturnValue:
    """Begin a conversation: by the entrance that rang, or by hand."""
    form = start_form()
    entrance_id = request.form.get("entrance_id", "")
    if entrance_id:
        if not (entrance_id.isascii() and entrance_id.isdigit()) or len(entrance_id) > 9:
            raise NotFound
        entrance = municipalities.entrance(int(entrance_id))
        channel = CHANNEL_OF.get(entrance.kind, Channel.OTHER)
        begun = conversations.start_conversation(
            actor=actor(), municipality_id=entrance.municipality_id, channel=channel, entrance_id=entrance.id
        )
    elif form.validate_on_submit():
        begun = conversations.start_conversation(
            actor=actor(), municipality_id=form.municipality_id.data, channel=form.channel.data
        )
    else:
        return desk_page(form), 422
    return redirect(url_for("desk.work", conversation_id=begun.id), 303)


@bp.get("/<uuid:conversation_id>")
@requires(Permission.DESK_USE)
def work(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """One conversation, as its draft was saved."""
    return conversation_page(queries.fill(queries.screen(_account(), conversation_id)), DeskForm(formdata=None))


def _typed(conversation_id: uuid.UUID) -> tuple[Screen, dict[str, str]]:
    """The conversation with what the form sends laid over its draft, and the fields that cannot be stored."""
    screen = queries.screen(_account(), conversation_id)
    screen.body, faults = read_body(request.form, screen.body, screen.towns)
    return screen, faults


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _sender(is_last: bool) -> Sender | None:
    page, step = rules.id_or_none(request.form.get("page_id", "")), request.form.get("send_step", "")
    if page is None or not (step.isascii() and step.isdigit() and 0 < len(step) < 8) or not int(step):
        return None
    return Sender(page, int(step), is_last)


def _save(screen: Screen, *, is_last: bool = False) -> None:
    screen.draft = conversations.save_draft(
        actor=actor(),
        conversation_id=screen.conversation.id,
        body=screen.body.as_json(),
        version=_version(),
        sender=_sender(is_last),
        force=bool(request.form.get("force")) or request.form.get("do") == "keep",
    )


@bp.post("/<uuid:conversation_id>/draft")
@requires(Permission.DESK_USE)
@repeatable("saving the same text again changes nothing; an older version is refused")
def save_draft(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Autosave: the whole form, with the version that the page showed."""
    screen, faults = _typed(conversation_id)
    if faults:
        return jsonify(faults={name: _(message) for name, message in faults.items()}), 422
    try:
        _save(screen)
    except InvalidInput as fault:
        return jsonify(faults={"": _(fault.message)}), 422
    except Conflict as fault:
        return jsonify(message=_(fault.message), version=fault.details.get("version")), 409
    return jsonify(version=screen.draft.version, saved_at_text=clock_text(screen.draft.saved_at))


@bp.post("/<uuid:conversation_id>")
@requires(Permission.DESK_USE)
def act(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Every button of a conversation: saves what is typed, does what the button says, and comes back."""
    command, _colon, argument = request.form.get("do", "save").partition(":")
    try:
        screen, faults = _typed(conversation_id)
    except NotFound:
        return _after_the_end(conversation_id, command)
    form = DeskForm()
    if faults:
        return conversation_page(queries.fill(screen), form, faults, carry=True), 422
    typed = deepcopy(screen.body)
    try:
        screen.body = actions_draft.press(
            actor=actor(), screen=screen, command=command, argument=argument, sent=request.form, key=_key()
        )
        _save(screen, is_last=True)
        if command in ENDINGS:
            return ENDINGS[command](screen)
        if command in STATES:
            STATES[command](screen)
    except InvalidInput as fault:
        return _refused(conversation_id, typed, form, fault), 422
    except Conflict:
        return _collided(conversation_id, typed, form), 409
    except NotFound:
        db.session.rollback()
        return _after_the_end(conversation_id, command)
    if command == "report":
        flash(_("Uw melding ligt bij de redacteur van deze gemeente."), "success")
    return redirect(url_for("desk.work", conversation_id=conversation_id), 303)


def _after_the_end(conversation_id: uuid.UUID, command: str) -> ResponseReturnValue:
    """A conversation that was finished elsewhere is told so; one that is not ours does not exist."""
    if queries_conversations.own(_account(), conversation_id).finished_at is None:
        raise NotFound
    flash(_("Dit gesprek is al afgerond."), "info")
    return redirect(url_for("desk.home"), 303)


def _refused(conversation_id: uuid.UUID, typed: DraftBody, form: DeskForm, fault: InvalidInput) -> str:
    """The page with all that was typed and the messages at their fields; nothing was saved but the draft before."""
    db.session.rollback()
    faults = fault.details.get("faults") or {fault.field or "": fault.message}
    place = _first_question(faults)
    if place is not None and place < len(typed.questions):
        typed.active = place
    again = queries.screen(_account(), conversation_id)
    again.body = typed
    return conversation_page(queries.fill(again), form, dict(faults), carry=True)  # type: ignore[call-overload]


def _first_question(faults: object) -> int | None:
    names = faults if isinstance(faults, dict) else {}
    places = [int(name[1:].split("-")[0]) for name in names if name.startswith("q") and name[1:2].isdigit()]
    return min(places) if places else None


def _collided(conversation_id: uuid.UUID, typed: DraftBody, form: DeskForm) -> str:
    """Both texts on one page: what was typed here, and what was saved elsewhere; the agent chooses."""
    db.session.rollback()
    again = queries.screen(_account(), conversation_id)
    theirs, again.body = again.body, typed
    return conversation_page(queries.fill(again), form, theirs=theirs)


def _finish(screen: Screen) -> ResponseReturnValue:
    try:
        done = actions.finish(actor=actor(), conversation_id=screen.conversation.id, body=screen.body, key=_key())
    except InvalidState:
        return _after_the_end(screen.conversation.id, "finish")
    offers.offer_to_me(actor=actor())
    references = ", ".join(done.references)
    if done.anonymous:
        flash(_("Afgerond en anoniem geteld (%(references)s).", references=references), "success")
    else:
        flash(_("Afgerond: %(references)s.", references=references), "success")
    return redirect(url_for("desk.home"), 303)


def _cancel(screen: Screen) -> ResponseReturnValue:
    conversations.cancel(actor=actor(), conversation_id=screen.conversation.id)
    offers.offer_to_me(actor=actor())
    flash(_("Het gesprek is geannuleerd. Er is niets van bewaard."), "info")
    return redirect(url_for("desk.home"), 303)


def _move(screen: Screen) -> ResponseReturnValue:
    town_text = request.form.get("do", "").partition(":")[2]
    if town_text not in map(str, screen.towns):
        raise InvalidInput("Kies de gemeente waarvoor de inwoner belt.", field="move_to")
    target, old = int(town_text), screen.town.id
    if target != old:
        conversations.move_conversation(actor=actor(), conversation_id=screen.conversation.id, municipality_id=target)
        conversations.save_draft(
            actor=actor(),
            conversation_id=screen.conversation.id,
            body=rules.move_town(screen.body, old, target).as_json(),
            version=screen.draft.version,
        )
        flash(_("Dit gesprek is nu van %(town)s. Uw notities zijn bewaard.", town=screen.towns[target].name), "success")
    return redirect(url_for("desk.work", conversation_id=screen.conversation.id), 303)


ENDINGS = {"finish": _finish, "incident": _finish, "cancel": _cancel, "move": _move}
STATES = {
    "hold": lambda screen: conversations.hold(actor=actor(), conversation_id=screen.conversation.id, on=True),
    "resume": lambda screen: conversations.hold(actor=actor(), conversation_id=screen.conversation.id, on=False),
    "end_talk": lambda screen: conversations.end_talk(actor=actor(), conversation_id=screen.conversation.id),
}


@bp.post("/<uuid:conversation_id>/parties")
@requires(Permission.DESK_USE)
@reads
def find_parties(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Look a caller up within the conversation's municipality; each search leaves evidence."""
    screen, _faults = _typed(conversation_id)
    sent = {name: clean_text(request.form.get(f"find_{name}", ""), multiline=False)[:200] for name in FOUND_BY}
    faults: dict[str, str] = {}
    found: list[parties.PartyCard] | None = None
    if any(value for name, value in sent.items() if name != "house_number"):
        evidence.record_look(
            actor=actor(),
            municipality_id=screen.town.id,
            what="party_search",
            reason=" ".join(name for name, value in sent.items() if value),
            conversation_id=conversation_id,
        )
        try:
            found = actions_draft.find_parties(screen, sent, _key())
        except InvalidInput as fault:
            faults = {f"find_{fault.field}": fault.message}
    else:
        faults = {"find_name": "Vul een naam, nummer, e-mailadres of postcode in."}
    values = {"found": found, "found_faults": faults}
    return part("desk/_found_parties.html", screen, DeskForm(), faults, **values)


FOUND_BY = ("name", "phone", "email", "postcode", "house_number", "bsn")


@bp.post("/<uuid:conversation_id>/bsn")
@requires(Permission.DESK_USE)
@reads
def bsn(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Whether the topic that is now meant needs a BSN, and the field for it if so."""
    screen, _faults = _typed(conversation_id)
    return part("desk/_bsn.html", screen, DeskForm())


@bp.post("/<uuid:conversation_id>/colleagues")
@requires(Permission.DESK_USE)
@reads
def find_colleagues(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Colleagues of the open question's municipality to whom a call may go: who is there, and who stands in."""
    screen, _faults = _typed(conversation_id)
    screen.colleagues = queries.colleagues(screen)
    return part("desk/_colleagues.html", screen, DeskForm())


@bp.post("/<uuid:conversation_id>/reveal")
@requires(Permission.DESK_USE)
@reads
def reveal(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Show the caller's BSN for a reason, which is written down first. Never kept in the answer to a form."""
    screen, _faults = _typed(conversation_id)
    party_id = rules.id_or_none(screen.body.party_id)
    if party_id is None or screen.body.party_town is None:
        raise NotFound
    faults: dict[str, str] = {}
    digits = ""
    try:
        digits = party_actions.reveal_bsn(
            actor=actor(),
            municipality_id=screen.body.party_town,
            party_id=party_id,
            reason=request.form.get("reveal_reason", ""),
            key=_key(),
            conversation_id=conversation_id,
        )
    except InvalidInput as fault:
        faults = {"reveal_reason": fault.message}
    return part("desk/_bsn.html", screen, DeskForm(), faults, revealed=digits)


@bp.post("/<uuid:conversation_id>/topics")
@requires(Permission.DESK_USE)
@reads
def topics(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Topics that fit what is typed in the open question."""
    screen, _faults = _typed(conversation_id)
    return part("desk/_topics.html", screen, DeskForm())


@bp.post("/<uuid:conversation_id>/panel")
@requires(Permission.DESK_USE)
@reads
def panel(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """What belongs to the outcome of the open question: where it goes and what to promise."""
    screen, _faults = _typed(conversation_id)
    return part("desk/_panel.html", screen, DeskForm())


@bp.post("/<uuid:conversation_id>/knowledge")
@requires(Permission.DESK_USE)
@reads
def find_answers(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """Articles for what is typed, as the question's municipality has them."""
    screen, _faults = _typed(conversation_id)
    command, _colon, argument = request.form.get("do", "").partition(":")
    if command == "article":
        screen.body.article_id = argument
    return part("desk/_answers.html", screen, DeskForm(), with_answers=True)


@bp.get("/<uuid:conversation_id>/beside")
@requires(Permission.DESK_USE)
def beside(conversation_id: uuid.UUID) -> ResponseReturnValue:
    """The caller's earlier work, running incidents and useful links."""
    screen = queries.screen(_account(), conversation_id)
    return part(
        "desk/_beside.html", screen, DeskForm(formdata=None), page="desk/beside.html", beside=queries.beside(screen)
    )
