"""Mail that people look at: what is in quarantine, and what of ours did not arrive. Nothing goes from here by itself."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_mail, actions_outbox, queries_sorting, rules_mail
from kcc.channels import queries_mail as queries
from kcc.channels import views_mail_words as words
from kcc.channels.forms_mail import DISMISSAL_WORDS, AttachForm, DismissForm, PlainMailForm, TownForm
from kcc.channels.views_blueprint import mail_bp as bp
from kcc.channels.views_mail import facts_of, frame_of, raw_of
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.integrations.mail_reading import Unreadable, reader
from kcc.municipalities import queries as municipalities
from kcc.parties.evidence import record_look
from kcc.people import queries as people
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import actor
from kcc.web.security import show_own_frames

# Forms that look doubtful are judged by the same people: one entry for both.
add_entry("mail.sorting", _l("Te beoordelen"), Permission.MAIL_SORT, place=17, covers=("channels.held_forms",))

PAGE_SIZE = 40
SHELF_WORDS = {
    "review": _l("Te beoordelen"),
    "automatic": _l("Automatische berichten"),
    "trouble": _l("Niet aangekomen"),
    "dismissed": _l("Geen vraag"),
}


@bp.get("/")
@requires(Permission.MAIL_SORT)
def sorting() -> ResponseReturnValue:
    """Mail that waits for a decision, list by list, and whether all that came in is accounted for."""
    shelf = request.args.get("shelf", "review")
    if shelf not in SHELF_WORDS:
        shelf = "review"
    before = _place()
    at = now()
    trouble = queries_sorting.troubles(before=before, most=PAGE_SIZE + 1) if shelf == "trouble" else []
    rows = queries_sorting.on_shelf(shelf, before=before, most=PAGE_SIZE + 1) if shelf != "trouble" else []
    return render_template(
        "channels/sorting.html",
        shelf=shelf,
        shelf_words=SHELF_WORDS,
        sizes=queries_sorting.shelf_sizes(),
        page=page_of(trouble, PAGE_SIZE, lambda row: (row.mail.made_at, row.mail.id))
        if shelf == "trouble"
        else page_of(rows, PAGE_SIZE, lambda row: (row.mail.received_at, row.mail.id)),
        day=queries_sorting.counts_since(at - timedelta(days=1)),
        month=queries_sorting.counts_since(at - timedelta(days=30)),
        stuck_before=at - rules_mail.STUCK_AFTER,
        boxes=queries_sorting.faulty_boxes(),
        form=PlainMailForm(formdata=None),
        reason_words={**words.REASON_WORDS, **DISMISSAL_WORDS},
        automatic_words=words.AUTOMATIC_WORDS,
        outgoing_words=words.OUTGOING_WORDS,
        outgoing_kinds=words.OUTGOING_KINDS,
        trouble_words=words.TROUBLE_WORDS,
        box_faults=words.BOX_FAULTS,
        names=people.names_of({row.mail.decided_by_id for row in rows}) if shelf == "dismissed" else {},
    )


@bp.get("/quarantine/<uuid:mail_id>")
@requires(Permission.MAIL_SORT)
def look(mail_id: uuid.UUID) -> ResponseReturnValue:
    """One mail in quarantine, what it says, and what may be done with it."""
    return _page(mail_id)


@bp.get("/quarantine/<uuid:mail_id>/frame")
@requires(Permission.MAIL_SORT)
def look_frame(mail_id: uuid.UUID) -> ResponseReturnValue:
    """The mail as it was laid out, for the frame on that page."""
    return frame_of(queries.content(mail_id))


@bp.get("/quarantine/<uuid:mail_id>/raw")
@requires(Permission.MAIL_SORT)
def look_raw(mail_id: uuid.UUID) -> ResponseReturnValue:
    """The mail as it came, to be saved."""
    _note_look(mail_id)
    return raw_of(mail_id)


@bp.post("/quarantine/<uuid:mail_id>/question")
@requires(Permission.MAIL_SORT)
def as_question(mail_id: uuid.UUID) -> ResponseReturnValue:
    """It is a question: make it one."""
    queries.received(mail_id)
    try:
        ticket = actions_mail.as_question(actor=actor(), mail_id=mail_id)
    except InvalidState as fault:
        return _too_late(mail_id, fault)
    flash(_("De mail is nu vraag %(reference)s.", reference=ticket.reference), "success")
    return redirect(url_for("contacts.ticket", ticket_id=ticket.id), 303)


@bp.post("/quarantine/<uuid:mail_id>/attach")
@requires(Permission.MAIL_SORT)
def attach(mail_id: uuid.UUID) -> ResponseReturnValue:
    """It belongs to a question that is there: put it with that."""
    queries.received(mail_id)
    form = AttachForm()
    if form.validate():
        try:
            ticket = actions_mail.attach(actor=actor(), mail_id=mail_id, reference=form.reference.data or "")
            flash(_("De mail staat nu bij %(reference)s.", reference=ticket.reference), "success")
            return redirect(url_for("contacts.ticket", ticket_id=ticket.id), 303)
        except InvalidInput as fault:
            db.session.rollback()
            form.refuse(fault, "reference")
        except InvalidState as fault:
            return _too_late(mail_id, fault)
    return _page(mail_id, form), 422


@bp.post("/quarantine/<uuid:mail_id>/dismiss")
@requires(Permission.MAIL_SORT)
def dismiss(mail_id: uuid.UUID) -> ResponseReturnValue:
    """It is no question, and why."""
    queries.received(mail_id)
    form = DismissForm()
    if form.validate():
        try:
            actions_mail.dismiss(
                actor=actor(), mail_id=mail_id, reason=form.reason.data or "", note=form.note.data or ""
            )
            flash(_("De mail is afgehandeld als geen vraag. Hij blijft te vinden onder 'Geen vraag'."), "success")
            return redirect(url_for("mail.sorting"), 303)
        except InvalidInput as fault:
            db.session.rollback()
            form.refuse(fault, "reason")
        except InvalidState as fault:
            return _too_late(mail_id, fault)
    return _page(mail_id, form), 422


@bp.post("/quarantine/<uuid:mail_id>/town")
@requires(Permission.MAIL_SORT)
def give_to_town(mail_id: uuid.UUID) -> ResponseReturnValue:
    """It was meant for this municipality: read it there."""
    queries.received(mail_id)
    form = _town_form()
    if form.validate():
        try:
            actions_mail.give_to_town(actor=actor(), mail_id=mail_id, municipality_id=form.municipality_id.data)
            flash(_("De mail gaat naar die gemeente en wordt daar verwerkt."), "success")
            return redirect(url_for("mail.sorting"), 303)
        except InvalidState as fault:
            return _too_late(mail_id, fault)
    return _page(mail_id, form), 422


@bp.post("/outgoing/<uuid:outgoing_id>/again")
@requires(Permission.MAIL_SORT)
def send_again(outgoing_id: uuid.UUID) -> ResponseReturnValue:
    """Try to send a mail once more."""
    return _about_trouble(outgoing_id, "again")


@bp.post("/outgoing/<uuid:outgoing_id>/settle")
@requires(Permission.MAIL_SORT)
def settle(outgoing_id: uuid.UUID) -> ResponseReturnValue:
    """The citizen was reached in another way: take the mail off the list."""
    return _about_trouble(outgoing_id, "settle")


def _about_trouble(outgoing_id: uuid.UUID, what: str) -> ResponseReturnValue:
    queries.outgoing(outgoing_id)
    try:
        if what == "again":
            actions_outbox.send_again(actor=actor(), outgoing_id=outgoing_id)
            flash(_("De mail wordt opnieuw verstuurd."), "success")
        else:
            actions_outbox.settle(actor=actor(), outgoing_id=outgoing_id)
            flash(_("De mail is van de lijst af."), "success")
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("mail.sorting", shelf="trouble"), 303)


def _too_late(mail_id: uuid.UUID, fault: InvalidState) -> ResponseReturnValue:
    db.session.rollback()
    flash(_(fault.message), "warning")
    return redirect(url_for("mail.look", mail_id=mail_id), 303)


def _note_look(mail_id: uuid.UUID) -> None:
    mail = queries.received(mail_id)
    if mail.municipality_id is not None:
        record_look(
            actor=actor(), municipality_id=mail.municipality_id, what="mail_open", reason="quarantine", ticket_id=None
        )


def _page(mail_id: uuid.UUID, refused: BaseForm | None = None) -> ResponseReturnValue:
    mail, content = queries.received(mail_id), queries.content(mail_id, raw=True)
    _note_look(mail_id)
    facts = facts_of(mail, content)
    if content.parsed is None and content.raw is not None and mail.municipality_id is None:
        # Mail of nobody was read by no job: read it here, to show whose it may be.
        try:
            facts |= {"parsed": (parsed := reader.read(content.raw)), "fresh": parsed["text"], "quoted": ""}
        except Unreadable as fault:
            facts |= {"cannot_read": fault.reason}
    show_own_frames()
    return render_template(
        "channels/quarantined.html",
        town=queries.town(mail.municipality_id) if mail.municipality_id else None,
        attach_form=refused if isinstance(refused, AttachForm) else AttachForm(formdata=None),
        dismiss_form=refused if isinstance(refused, DismissForm) else DismissForm(formdata=None),
        town_form=refused if isinstance(refused, TownForm) else _town_form(fresh=True),
        plain=PlainMailForm(formdata=None),
        refused=refused,
        dismissal_words=DISMISSAL_WORDS,
        names=people.names_of({mail.decided_by_id}) if mail.decided_by_id else {},
        raw_is_kept=content.raw is not None,
        **facts,
    )


def _town_form(*, fresh: bool = False) -> TownForm:
    form = TownForm(formdata=None) if fresh else TownForm()
    form.municipality_id.choices = [(town.id, town.name) for town in municipalities.visible_municipalities()]
    return form


def _place() -> tuple[datetime, uuid.UUID] | None:
    values = unpack(request.args.get("after"))
    if values is None or len(values) != 2:
        return None
    try:
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None
