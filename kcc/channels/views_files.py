"""Files of a ticket: the list on its page, adding one, and handing one out, never in a way that a browser would run it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_files, queries_files
from kcc.channels import rules_files as rules
from kcc.channels.forms_files import FilesForm
from kcc.channels.rules_files import ScanState
from kcc.channels.views_blueprint import bp
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.integrations import file_store
from kcc.parties.evidence import record_look
from kcc.web import fragments, panels
from kcc.web.guards import requires, takes_files
from kcc.web.person import actor, current_person

panels.register("ticket", "channels.files_of_ticket", _l("Bijlagen"), Permission.TICKET_READ)

STATE_WORDS = {
    ScanState.NOT_SCANNED: _l("niet op virussen gecontroleerd"),
    ScanState.WAITING: _l("wacht op de virusscan"),
    ScanState.CLEAN: _l("geen virus gevonden"),
    ScanState.INFECTED: _l("virus gevonden: niet te openen"),
    ScanState.REFUSED: _l("niet aangenomen"),
    ScanState.MISSING: _l("niet gevonden op de schijf"),
}
STATE_KINDS = {
    ScanState.NOT_SCANNED: "warn",
    ScanState.WAITING: "info",
    ScanState.CLEAN: "ok",
    ScanState.INFECTED: "late",
    ScanState.REFUSED: "neutral",
    ScanState.MISSING: "late",
}
CONTENT_POLICY = "default-src 'none'; sandbox"


@bp.get("/tickets/<uuid:ticket_id>/files")
@requires(Permission.TICKET_READ)
def files_of_ticket(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """The files of a ticket, as a part of its page or as a page of its own."""
    return _list(tickets.ticket(ticket_id), FilesForm(formdata=None))


@bp.post("/tickets/<uuid:ticket_id>/files")
@requires(Permission.TICKET_WRITE)
@takes_files(rules.LARGEST_TOGETHER + 1_000_000)
def add_files(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Add files to a ticket: all of them, or none and why."""
    ticket = tickets.ticket(ticket_id)
    form = FilesForm()
    given = [file for file in form.files.data or [] if file and file.filename]
    try:
        if not form.validate() or not given:
            raise InvalidInput("Kies een bestand.", field="files")
        contents = [(file.filename or "", file.read()) for file in given]
        rules.check_together([len(content) for _name, content in contents])
        for name, content in contents:
            actions_files.keep_attachment(
                actor=actor(), municipality_id=ticket.municipality_id, ticket_id=ticket.id, subject_id=None, name=name,
                data=content, internal=bool(form.internal.data),
            )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault, "files")
        return _list(ticket, form, 422)
    flash(_("De bijlage staat erbij.") if len(contents) == 1 else _("De bijlagen staan erbij."), "success")
    return redirect(url_for("contacts.ticket", ticket_id=ticket.id), 303)


@bp.get("/files/<uuid:attachment_id>")
@requires(Permission.TICKET_READ)
def file(attachment_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out a file, as a download. That somebody took it is written down first."""
    kept = queries_files.attachment(attachment_id)
    if not rules.may_open(kept.scan_state, scanner_set=file_store.scanner_address() is not None):
        raise InvalidState("Dit bestand kan niet worden geopend: het is niet (of nog niet) veilig bevonden.")
    record_look(
        actor=actor(), municipality_id=kept.municipality_id, what="file_open", reason="ticket", ticket_id=kept.ticket_id
    )
    return hand_out(kept.municipality_id, kept.id, kept.name, kept.media_type)


def hand_out(municipality_id: int, file_id: uuid.UUID, name: str, media_type: str) -> ResponseReturnValue:
    """The bytes under a name of ours, to be saved: not shown, not sniffed, and in a sandbox if shown all the same."""
    place = file_store.store().path(municipality_id, file_id)
    if not place.is_file():
        raise InvalidState("Dit bestand is niet gevonden op de schijf. Waarschuw uw beheerder.")
    answer = send_file(
        place, mimetype=media_type, as_attachment=True, download_name=name, conditional=False, etag=False
    )
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _list(ticket: Ticket, form: FilesForm, status: int = 200) -> tuple[str, int]:
    scanner_set = file_store.scanner_address() is not None
    kept = queries_files.attachments_of(ticket.id)
    return fragments.render(
        "channels/files_of_ticket.html",
        "channels/_files_of_ticket.html",
        status,
        ticket=ticket,
        files=kept,
        form=form,
        openable={one.id for one in kept if rules.may_open(one.scan_state, scanner_set=scanner_set)},
        state_words=STATE_WORDS,
        state_kinds=STATE_KINDS,
        size_words=rules.size_words,
        may_add=current_person().may(Permission.TICKET_WRITE),
    )
