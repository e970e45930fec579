"""How each town writes: sender, signature and receipt of its mailboxes, and its standard texts. For editors."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_texts
from kcc.channels import queries_mail as queries
from kcc.channels import views_mail_words as words
from kcc.channels.actions_outbox import USUAL_RECEIPT
from kcc.channels.forms_mail import MailboxForm, StandardTextForm
from kcc.channels.models_mail import Mailbox, StandardText
from kcc.channels.views_blueprint import mail_texts_bp as bp
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities import views_meanwhile
from kcc.municipalities.models import Entrance
from kcc.web.forms import BaseForm, SeenForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor

add_entry("mail_texts.overview", _l("Mailteksten"), Permission.KNOWLEDGE_EDIT, place=46)


@bp.get("/")
@requires(Permission.KNOWLEDGE_EDIT)
def overview() -> ResponseReturnValue:
    """The towns one edits for, with their mailboxes and texts; one town at a time."""
    return _page(request.args.get("town", type=int))


@bp.post("/<int:municipality_id>/mailbox/<int:entrance_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def save_mailbox(municipality_id: int, entrance_id: int) -> ResponseReturnValue:
    """Keep how a town writes from a mailbox."""
    views_meanwhile.remember(municipality_id)
    municipalities.municipality(municipality_id)
    if entrance_id not in {entrance.id for entrance, _box in queries.mailboxes_of(municipality_id)}:
        raise NotFound
    form = _named(MailboxForm(), f"box-{entrance_id}")
    if not form.validate():
        return _page(municipality_id, form, entrance_id, 422)
    try:
        actions_texts.set_mailbox(
            actor=actor(), municipality_id=municipality_id, entrance_id=entrance_id,
            sender_name=form.sender_name.data or "", signature=form.signature.data or "",
            receipt_on=bool(form.receipt_on.data), receipt_text=form.receipt_text.data or "", seen=form.known,
        )  # fmt: skip
    except InvalidInput as fault:
        return _refused(municipality_id, form, entrance_id, fault)
    flash(_("Bewaard."), "success")
    return redirect(url_for("mail_texts.overview", town=municipality_id), 303)


@bp.post("/<int:municipality_id>/texts")
@requires(Permission.KNOWLEDGE_EDIT)
def add_text(municipality_id: int) -> ResponseReturnValue:
    """A new standard text."""
    return _save(municipality_id, None)


@bp.post("/<int:municipality_id>/texts/<uuid:text_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def save_text(municipality_id: int, text_id: uuid.UUID) -> ResponseReturnValue:
    """A changed standard text."""
    return _save(municipality_id, text_id)


def _save(municipality_id: int, text_id: uuid.UUID | None) -> ResponseReturnValue:
    views_meanwhile.remember(municipality_id)
    municipalities.municipality(municipality_id)
    if text_id is not None and text_id not in {t.id for t in queries.standard_texts(municipality_id, all_of_them=True)}:
        raise NotFound
    form = StandardTextForm()
    form = _named(form, f"text-{text_id or 'new'}")
    if not form.validate():
        return _page(municipality_id, form, text_id, 422)
    try:
        actions_texts.save_text(
            actor=actor(), municipality_id=municipality_id, text_id=text_id, title=form.title.data or "",
            body=form.body.data or "", active=bool(form.active.data) or text_id is None,
            seen=form.known,
        )  # fmt: skip
    except InvalidInput as fault:
        return _refused(municipality_id, form, text_id, fault)
    flash(_("De standaardtekst is bewaard."), "success")
    return redirect(url_for("mail_texts.overview", town=municipality_id), 303)


def _refused(municipality_id: int, form: SeenForm, of: object, fault: InvalidInput) -> ResponseReturnValue:
    here = url_for("mail_texts.overview", town=municipality_id)
    views_meanwhile.refuse(form, fault, municipality_id, here)
    return _page(municipality_id, form, of, 422)


def _page(
    town_id: int | None, refused: BaseForm | None = None, of: object = None, status: int = 200
) -> tuple[str, int]:
    towns = municipalities.visible_municipalities()
    town = next((each for each in towns if each.id == town_id), towns[0])
    views_meanwhile.remember(town.id)
    boxes = [
        (entrance, box, refused if isinstance(refused, MailboxForm) and entrance.id == of else _box_form(entrance, box))
        for entrance, box in queries.mailboxes_of(town.id)
    ]
    texts = [
        (text, refused if isinstance(refused, StandardTextForm) and text.id == of else _text_form(text))
        for text in queries.standard_texts(town.id, all_of_them=True)
    ]
    is_new = isinstance(refused, StandardTextForm) and of is None
    return render_template(
        "channels/texts.html",
        towns=towns,
        town=town,
        boxes=boxes,
        texts=texts,
        new_form=refused if is_new else _text_form(None),
        refused=refused,
        box_faults=words.BOX_FAULTS,
        usual_receipt=USUAL_RECEIPT,
    ), status


def _box_form(entrance: Entrance, box: Mailbox | None) -> MailboxForm:
    form = MailboxForm(formdata=None, obj=box) if box else MailboxForm(formdata=None)
    return _named(form, f"box-{entrance.id}")


def _text_form(text: StandardText | None) -> StandardTextForm:
    form = StandardTextForm(formdata=None, obj=text) if text else StandardTextForm(formdata=None)
    return _named(form, f"text-{text.id if text else 'new'}")


def _named(form: BaseForm, prefix: str) -> BaseForm:
    """Several forms on one page: each field has an id of its own."""
    for field in form:
        field.id = f"{prefix}-{field.name}"
        field.label.field_id = field.id
    return form
