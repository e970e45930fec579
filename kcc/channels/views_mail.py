"""Mail with a ticket: what came in, what went out, the answer; and the mail itself, shown so that nothing in it runs."""

from __future__ import annotations

import io
import uuid
from base64 import b64encode
from hashlib import sha256

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_enclosing, actions_mail, actions_outbox, queries_files, rules_files, rules_mail
from kcc.channels import queries_mail as queries
from kcc.channels import views_mail_words as words
from kcc.channels.forms_mail import MailAnswerForm, PlainMailForm
from kcc.channels.models_mail import MailContent, ReceivedMail
from kcc.channels.views_blueprint import mail_bp as bp
from kcc.channels.views_files import STATE_WORDS
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Channel
from kcc.core.cleaning import clean_text
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.integrations import file_store
from kcc.integrations.mail_message import clean_address
from kcc.parties.evidence import record_look
from kcc.people import queries as people
from kcc.web import fragments, panels
from kcc.web.guards import reads, requires, takes_files
from kcc.web.person import actor, current_person
from kcc.web.security import show_own_frames

panels.register("ticket", "mail.of_ticket", _l("E-mail"), Permission.TICKET_READ)

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}blockquote{margin:0 0 0 .5em;padding-left:.75em;border-left:3px solid #ccc}"
)
FRAME_POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}';"
    " sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""Nothing runs, nothing loads but the pictures that came along, no form is sent; links open in a window of their own."""
RAW_POLICY = "default-src 'none'; sandbox"
LAYOUT = (
    '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>'
    "<body><main>{body}</main></body></html>"
)


@bp.get("/of-ticket/<uuid:ticket_id>")
@requires(Permission.TICKET_READ)
def of_ticket(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """The mails of a ticket and the form to answer, as a part of its page or as a page of its own."""
    ticket = tickets.ticket(ticket_id)
    return _thread(ticket, None)


@bp.post("/of-ticket/<uuid:ticket_id>")
@requires(Permission.TICKET_WRITE)
@takes_files(rules_files.LARGEST_TOGETHER + 1_000_000)
def answer(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Answer by mail; what is refused comes back as it was typed."""
    ticket = tickets.ticket(ticket_id)
    form = MailAnswerForm()
    uploads = [(file.filename, file.read()) for file in form.files.data or [] if file and file.filename]
    try:
        if not form.validate():
            return _refused(ticket, form, uploads)
        contacts.check_version(ticket, form.version_number())
        actions_outbox.answer(
            actor=actor(), ticket=ticket, body=form.body.data or "", recipient=form.recipient.data or "",
            waits=request.form.get("do") == "wait", uploads=uploads, attachment_ids=_chosen(),
        )  # fmt: skip
    except InvalidInput as fault:
        db.session.rollback()
        form.refuse(fault, "body")
        return _refused(tickets.ticket(ticket_id), form, uploads)
    except (Conflict, InvalidState) as fault:
        db.session.rollback()
        form.form_errors.append(_(fault.message))
        return _refused(tickets.ticket(ticket_id), form, uploads, 409)
    flash(_("Uw antwoord vertrekt over een minuut. Tot dan kunt u het terughalen."), "success")
    return redirect(url_for("contacts.ticket", ticket_id=ticket_id), 303)


def _refused(
    ticket: Ticket, form: MailAnswerForm, uploads: list[tuple[str, bytes]], status: int = 422
) -> ResponseReturnValue:
    if uploads:
        form.files.errors = [*form.files.errors, _("Kies de bestanden opnieuw: een browser onthoudt ze niet.")]
    return _thread(ticket, form, status)


def _chosen() -> list[uuid.UUID]:
    """The files of the ticket that are ticked; raises NotFound for what is no number of a file."""
    try:
        return [uuid.UUID(text) for text in request.form.getlist("attachment_id")]
    except ValueError as fault:
        raise NotFound from fault


@bp.post("/of-ticket/<uuid:ticket_id>/text")
@requires(Permission.TICKET_WRITE)
@reads
def with_text(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """The page again with the chosen standard text below what was typed; nothing is sent or kept."""
    ticket = tickets.ticket(ticket_id)
    form = MailAnswerForm()
    form.body.data = clean_text(form.body.data or "", multiline=True)
    chosen = {str(text.id): text for text in queries.standard_texts(ticket.municipality_id)}.get(
        request.form.get("text", "")
    )
    if chosen is None:
        form.form_errors.append(_("Kies een standaardtekst uit de lijst."))
        return _thread(ticket, form, 422)
    town = queries.town(ticket.municipality_id).name
    values = {"gemeente": town, "kenmerk": ticket.reference, "medewerker": current_person().name}
    form.body.data = "\n\n".join(part for part in (form.body.data, rules_mail.filled(chosen.body, values)) if part)
    return _thread(ticket, form, 200, whole=True)


@bp.post("/outgoing/<uuid:outgoing_id>/withdraw")
@requires(Permission.TICKET_WRITE)
def withdraw(outgoing_id: uuid.UUID) -> ResponseReturnValue:
    """Take an answer back before it leaves."""
    ticket_id = queries.outgoing(outgoing_id).ticket_id
    try:
        actions_outbox.withdraw(actor=actor(), outgoing_id=outgoing_id)
        flash(_("Het antwoord is teruggehaald. De tekst staat als notitie bij de vraag."), "success")
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("contacts.ticket", ticket_id=ticket_id), 303)


@bp.post("/received/<uuid:mail_id>/join")
@requires(Permission.TICKET_WRITE)
def join(mail_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm that a mail belongs to the ticket that it names."""
    before = queries.received(mail_id).ticket_id
    try:
        ticket_id = actions_mail.join_suggested(actor=actor(), mail_id=mail_id).id
        flash(_("De mail staat nu bij die vraag."), "success")
    except (InvalidInput, InvalidState) as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
        if before is None:
            raise NotFound from fault
        ticket_id = before
    return redirect(url_for("contacts.ticket", ticket_id=ticket_id), 303)


@bp.get("/received/<uuid:mail_id>")
@requires(Permission.TICKET_READ)
def shown(mail_id: uuid.UUID) -> ResponseReturnValue:
    """One mail as it was laid out, in a frame in which nothing runs and nothing loads."""
    mail, content = queries.received(mail_id), queries.content(mail_id)
    _look(mail)
    show_own_frames()
    return render_template(
        "channels/mail_shown.html", **facts_of(mail, content), raw_is_kept=queries.keeps_raw(mail_id)
    )


@bp.get("/received/<uuid:mail_id>/frame")
@requires(Permission.TICKET_READ)
def frame(mail_id: uuid.UUID) -> ResponseReturnValue:
    """What stands in that frame."""
    return frame_of(queries.content(mail_id))


@bp.get("/received/<uuid:mail_id>/raw")
@requires(Permission.TICKET_READ)
def raw(mail_id: uuid.UUID) -> ResponseReturnValue:
    """The mail as it came, to be saved."""
    _look(queries.received(mail_id))
    return raw_of(mail_id)


def _look(mail: ReceivedMail) -> None:
    if mail.municipality_id is not None:
        record_look(
            actor=actor(),
            municipality_id=mail.municipality_id,
            what="mail_open",
            reason="mail",
            ticket_id=mail.ticket_id,
        )


def frame_of(content: MailContent) -> Response:
    """The laid out mail by itself: without scripts, forms, and anything from elsewhere."""
    html = (content.parsed or {}).get("html") or ""
    if not html:
        raise NotFound
    answer = Response(LAYOUT.format(title=_("Mail"), style=STYLE, body=html))
    answer.headers["Content-Security-Policy"] = FRAME_POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def raw_of(mail_id: uuid.UUID) -> Response:
    """The bytes of a mail as a download; raises InvalidState when their term is over."""
    content = queries.content(mail_id, raw=True, parsed=False)
    if content.raw is None:
        raise InvalidState("Het oorspronkelijke bericht is niet meer bewaard: de bewaartermijn is voorbij.")
    answer = send_file(
        io.BytesIO(content.raw), mimetype="application/octet-stream", as_attachment=True, download_name=f"{mail_id}.eml"
    )
    answer.headers["Content-Security-Policy"] = RAW_POLICY
    return answer


def facts_of(mail: ReceivedMail, content: MailContent) -> dict[str, object]:
    """What a page about one mail shows."""
    parsed = content.parsed or {}
    fresh, quoted = rules_mail.split_quoted(parsed.get("text", ""))
    return {
        "mail": mail, "content": content, "parsed": parsed, "fresh": fresh, "quoted": quoted,
        "reason_words": words.REASON_WORDS, "automatic_words": words.AUTOMATIC_WORDS, "state_words": words.STATE_WORDS,
        "source_words": words.SOURCE_WORDS, "kept_days": rules_mail.KEPT_DAYS,
    }  # fmt: skip


def _thread(
    ticket: Ticket, form: MailAnswerForm | None, status: int = 200, *, whole: bool = False
) -> ResponseReturnValue:
    received = queries.mails_of(ticket)
    sent = queries.sent_of(ticket)
    files = queries_files.attachments_of(ticket.id)
    may_answer = current_person().may(Permission.TICKET_WRITE) and ticket.merged_into_id is None
    sender = (
        queries.sender_of(ticket.municipality_id, received[0][0].entrance_id if received else None)
        if may_answer
        else None
    )
    if form is None:
        form = MailAnswerForm(formdata=None)
        form.recipient.data = _address_of(ticket, received)
    form.shows(ticket)
    lines = [("in", mail.received_at, facts_of(mail, content)) for mail, content in received]
    lines += [("out", mail.made_at, {"mail": mail}) for mail in sent]
    lines.sort(key=lambda line: line[1], reverse=True)
    values = {
        "ticket": ticket, "lines": lines, "form": form, "plain": PlainMailForm(formdata=None), "sender": sender,
        "texts": queries.standard_texts(ticket.municipality_id) if sender else [], "now": now(),
        "suggested": {m.suggested_ticket_id: tickets.ticket(m.suggested_ticket_id) for m, _c in received if m.suggested_ticket_id},
        "files": {kept.id: kept for kept in files}, "offered": actions_enclosing.offered_of(files) if sender else [],
        "ticked": set(request.form.getlist("attachment_id")), "file_words": STATE_WORDS, "size_words": rules_files.size_words, "most_bytes": rules_files.LARGEST_MAILED,
        "openable": {kept.id for kept in files if rules_files.may_open(kept.scan_state, scanner_set=file_store.scanner_address() is not None)},
        "names": people.names_of({mail.account_id for mail in sent}), "outgoing_words": words.OUTGOING_WORDS,
        "outgoing_kinds": words.OUTGOING_KINDS, "trouble_words": words.TROUBLE_WORDS,
        "is_open": form.errors or whole or ticket.channel in (Channel.EMAIL, Channel.WEBFORM),
    }  # fmt: skip
    if whole or status != 200:
        return render_template("channels/mail_of_ticket.html", **values), status
    return fragments.render("channels/mail_of_ticket.html", "channels/_mail_of_ticket.html", status, **values)


def _address_of(ticket: Ticket, received: list[tuple[ReceivedMail, MailContent]]) -> str:
    """Whom an answer goes to: who wrote last, else whose address is known with the ticket."""
    for mail, content in received:
        if not mail.automatic or mail.automatic == "suppress":
            found = clean_address((content.parsed or {}).get("reply_to") or content.from_address)
            if found:
                return found
    return next(iter(sorted(queries.addresses_of(ticket))), "")
